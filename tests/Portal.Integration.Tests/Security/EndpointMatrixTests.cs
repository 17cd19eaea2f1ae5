using System.Globalization;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Every mapped REST endpoint, as everybody, on the caller's own project, a foreign one and a missing one.</summary>
[Collection(MatrixCollection.Name)]
public sealed partial class EndpointMatrixTests(MatrixFixture matrix)
{
    public static TheoryData<string> Endpoints => [.. EndpointMatrixTable.Rows.Select(r => r.Endpoint)];

    [Fact]
    public void EveryMappedEndpoint_HasARow()
    {
        var mapped = matrix.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true)
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText!.TrimEnd('/')}"));
        Assert.Equal(EndpointMatrixTable.Rows.Select(r => r.Endpoint).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Endpoints))]
    public async Task Endpoint_EverybodyAndEveryPlace_AnswersAsTheTableSays(string endpoint)
    {
        var row = EndpointMatrixTable.Rows.Single(r => r.Endpoint == endpoint);
        var (own, foreign, missing) = (new Place("own", matrix.Api.OwnMember, matrix.Api.UserIds["stranger"], matrix.Api.OwnRobot),
            new Place("foreign", matrix.Api.ForeignMember, matrix.Api.UserIds["stranger"], matrix.Api.ForeignRobot), new Place("missing", 999_999, 999_999, 999_999));
        var wrong = new List<string>();
        foreach (var caller in matrix.Living)
        {
            Check(caller, "own", row.Expected(caller), await AskAsync(row, caller, own));
            if (caller.SeesAll || !(row.OfProject || row.OfThing)) continue;
            // the own project is a foreign one to the robot of the other
            var other = caller.Letter == 'F' ? own : foreign;
            if (row.OfProject) Check(caller, "foreign", caller.Letter == 'N' ? 401 : 404, await AskAsync(row, caller, other));
            string[] names = [other.Project, missing.Project];
            if (await MatrixFixture.DifferenceAsync(async () => (await AskAsync(row, caller, other), await AskAsync(row, caller, missing)), names, names) is { } difference) wrong.Add($"{caller}: {difference}");
        }
        foreach (var place in (Place[])[own, foreign, missing])
        {
            await CompareAsync(matrix.Caller('X'), matrix.Caller('O'), place);
            foreach (var dead in matrix.Dead) await CompareAsync(dead, matrix.Wrong, place);
            var session = await AskAsync(row, matrix.Caller('d'), place, browser: true);
            var nobody = await AskAsync(row, matrix.Caller('N'), place);
            if (Alike(session) != Alike(nobody)) wrong.Add($"{place.Project}: the session of a disabled account and nobody differ:\n{MatrixFixture.FirstDifference(Alike(session), Alike(nobody))}");
        }
        Check(matrix.Wrong, "own", row.Expected(matrix.Caller('N')), await AskAsync(row, matrix.Wrong, own));
        Assert.True(wrong.Count == 0, $"{endpoint}\n{string.Join('\n', wrong)}");

        void Check(MatrixCaller caller, string where, int expected, MatrixAnswer answer)
        {
            if (answer.Status != expected) wrong.Add($"{caller} {where}: {answer.Status} instead of {expected}: {answer.Text}");
        }

        async Task CompareAsync(MatrixCaller one, MatrixCaller other, Place place)
        {
            var (a, b) = (Alike(await AskAsync(row, one, place)), Alike(await AskAsync(row, other, place)));
            if (a != b) wrong.Add($"{place.Project}: {one} and {other} differ:\n{MatrixFixture.FirstDifference(a, b)}");
        }
    }

    Task<MatrixAnswer> AskAsync(MatrixRow row, MatrixCaller caller, Place place, bool browser = false) => matrix.SendAsync(caller, row.Method, Filled(row.Template, place),
        row.Body is null ? null : new StringContent(Filled(row.Body, place), new MediaTypeHeaderValue("application/json")), browser);

    string Filled(string text, Place place) => text.Replace("{p}", place.Project, StringComparison.Ordinal).Replace("{mid}", Text(place.Member), StringComparison.Ordinal)
        .Replace("{robot}", Text(place.Robot), StringComparison.Ordinal).Replace("{user}", Text(place.User), StringComparison.Ordinal).Replace("{admin}", Text(matrix.Host.Admin.Id), StringComparison.Ordinal);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// An answer without what it says of the caller's own account. Whoever shows the right token learns why it is refused: its end in time is the one sentence that may
    /// differ from that about a wrong one.
    /// </summary>
    static string Alike(MatrixAnswer answer) => Own().Replace(answer.Without("leaver", "outsider"), "{own}")
        .Replace("This access token has expired. Make a new one in your profile.", "The user name or password is wrong.", StringComparison.Ordinal);

    [GeneratedRegex("""\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|"(user_id|subjectId|elapsedMs)":[\d.]+""")]
    private static partial Regex Own();

    sealed record Place(string Project, int Member, int User, int Robot);
}

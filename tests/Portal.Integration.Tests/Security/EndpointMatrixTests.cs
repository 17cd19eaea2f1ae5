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
    readonly EndpointWalk _walk = new(matrix.Api, (caller, method, path, content) => matrix.SendAsync(caller, method, path, content));

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
        var wrong = await _walk.WrongAsync(row, matrix.Living);
        Assert.True(wrong.Count == 0, $"{endpoint}\n{string.Join('\n', wrong)}");
    }

    /// <summary>Whoever was a member answers as one who never was; a credential that died as one that never lived; the session of a disabled account as none.</summary>
    [Theory, MemberData(nameof(Endpoints))]
    public async Task Endpoint_WithWhatWasGoodOnce_AnswersAsWithoutIt(string endpoint)
    {
        var row = EndpointMatrixTable.Rows.Single(r => r.Endpoint == endpoint);
        var wrong = new List<string>();
        foreach (var place in (MatrixPlace[])[_walk.Own, _walk.Foreign, EndpointWalk.Missing])
        {
            await CompareAsync(place, matrix.Caller('X'), Alike(await _walk.AskAsync(row, matrix.Caller('O'), place)));
            var never = Alike(await _walk.AskAsync(row, matrix.Wrong, place));
            foreach (var dead in matrix.Dead) await CompareAsync(place, dead, never);
            var session = Alike(await matrix.SendAsync(matrix.Caller('d'), row.Method, _walk.Path(row, place), _walk.Content(row, place), browser: true));
            Differ(place, "the session of a disabled account", session, Alike(await _walk.AskAsync(row, matrix.Caller('N'), place)));
        }
        var expected = row.Expected(matrix.Caller('N'));
        var refused = await _walk.AskAsync(row, matrix.Wrong, _walk.Own);
        if (refused.Status != expected) wrong.Add($"a wrong credential: {refused.Status} instead of {expected}: {refused.Text}");
        Assert.True(wrong.Count == 0, $"{endpoint}\n{string.Join('\n', wrong)}");

        async Task CompareAsync(MatrixPlace place, MatrixCaller caller, string other) => Differ(place, caller.ToString(), Alike(await _walk.AskAsync(row, caller, place)), other);

        void Differ(MatrixPlace place, string who, string one, string other)
        {
            if (one != other) wrong.Add($"{place.Project}: {who} can be told:\n{MatrixFixture.FirstDifference(one, other)}");
        }
    }

    /// <summary>
    /// An answer without what it says of the caller's own account. Whoever shows the right token learns why it is refused: its end in time is the one sentence that may
    /// differ from that about a wrong one.
    /// </summary>
    static string Alike(MatrixAnswer answer) => Own().Replace(answer.Without("leaver", "outsider"), "{own}")
        .Replace("This access token has expired. Make a new one in your profile.", "The user name or password is wrong.", StringComparison.Ordinal);

    [GeneratedRegex("""\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)|"(user_id|subjectId|elapsedMs)":[\d.]+""")]
    private static partial Regex Own();
}

using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portal.Integration.Tests.Api;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Every mapped REST endpoint, as every role, on the caller's own project, a foreign one and a missing one.</summary>
[Collection(ApiCollection.Name)]
public sealed class EndpointMatrixTests(ApiFixture api)
{
    static readonly (char Letter, string? User)[] Roles =
        [('N', null), ('O', "outsider"), ('L', "limited"), ('G', "guest"), ('D', "developer"), ('M', "maintainer"), ('A', "owner"), ('S', "admin")];

    static readonly string[] Neutral = ["X-Request-Id", "Date"];

    public static TheoryData<string> Endpoints => [.. EndpointMatrixTable.Rows.Select(r => r.Endpoint)];

    [Fact]
    public void EveryMappedEndpoint_HasARow()
    {
        var mapped = api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText?.StartsWith("/api/", StringComparison.Ordinal) == true)
            .SelectMany(e => e.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Select(m => $"{m} {e.RoutePattern.RawText!.TrimEnd('/')}"));
        Assert.Equal(EndpointMatrixTable.Rows.Select(r => r.Endpoint).Order(StringComparer.Ordinal), mapped.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(Endpoints))]
    public async Task Endpoint_EachRoleAndProject_AnswersAsTheTableSays(string endpoint)
    {
        var wrong = await WrongAsync(EndpointMatrixTable.Rows.Single(r => r.Endpoint == endpoint));
        Assert.True(wrong.Count == 0, $"{endpoint}\n{string.Join('\n', wrong)}");
    }

    /// <summary>What is wrong with an endpoint, for everybody or for the callers with these letters.</summary>
    internal async Task<List<string>> WrongAsync(MatrixRow row, string? letters = null)
    {
        var ofProject = Template(row).Contains("{p}", StringComparison.Ordinal) || row.Body?.Contains("{p}", StringComparison.Ordinal) == true;
        var wrong = new List<string>();
        foreach (var (letter, user) in Roles.Where(r => letters?.Contains(r.Letter, StringComparison.Ordinal) != false))
        {
            var own = await AskAsync(row, user, "own", api.OwnMember, api.UserIds["stranger"], api.OwnRobot);
            var may = row.Who.Contains(letter, StringComparison.Ordinal);
            var expected = may ? row.Status : letter == 'N' ? 401 : (ofProject && letter == 'O') || row.Unseen.Contains(letter, StringComparison.Ordinal) ? 404 : 403;
            Check(letter, "own", expected, own);
            var foreign = await AskAsync(row, user, "foreign", api.ForeignMember, api.UserIds["stranger"], api.ForeignRobot);
            var missing = await AskAsync(row, user, "missing", 999_999, 999_999, 999_999);
            if (letter == 'S') continue; // an administrator is told what is there
            if (ofProject) Check(letter, "foreign", letter == 'N' ? 401 : 404, foreign);
            else if (!Template(row).Contains("{user}", StringComparison.Ordinal) && !Template(row).Contains("{robot}", StringComparison.Ordinal) && !Template(row).Contains("{mid}", StringComparison.Ordinal)) continue;
            if (Comparable(foreign) != Comparable(missing)) wrong.Add($"{letter}: a foreign and a missing one differ:\n{Comparable(foreign)}\n{Comparable(missing)}");
        }
        return wrong;

        void Check(char letter, string where, int expected, Answer answer)
        {
            if ((int)answer.Status != expected) wrong.Add($"{letter} {where}: {(int)answer.Status} instead of {expected}: {answer.Text}");
        }
    }

    Task<Answer> AskAsync(MatrixRow row, string? user, string project, int member, int other, int robot) =>
        api.SendAsync(user, row.Endpoint[..row.Endpoint.IndexOf(' ', StringComparison.Ordinal)], Path(row, project, member, robot, other), null, request =>
        {
            if (row.Body is not null) request.Content = new StringContent(Filled(row.Body, project, member, robot, other), new MediaTypeHeaderValue("application/json"));
        });

    /// <summary>The address that a row asks for.</summary>
    internal string Path(MatrixRow row, string project, int member, int robot, int other) => Filled(Template(row), project, member, robot, other);

    string Filled(string text, string project, int member, int robot, int other) => text.Replace("{p}", project, StringComparison.Ordinal).Replace("{mid}", member.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{robot}", robot.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{user}", other.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{admin}", api.Host.Admin.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    static string Template(MatrixRow row) => (row.Url ?? row.Endpoint[(row.Endpoint.IndexOf(' ', StringComparison.Ordinal) + 1)..])
        .Replace("{project_name_or_id}", "{p}", StringComparison.Ordinal).Replace("{project_name}", "{p}", StringComparison.Ordinal).Replace("{repository_name}", "team%252Fapp", StringComparison.Ordinal)
        .Replace("{reference}", "1.0", StringComparison.Ordinal).Replace("{meta_name}", "public", StringComparison.Ordinal).Replace("{addition}", "build_history", StringComparison.Ordinal)
        .Replace("{user_id}", "{user}", StringComparison.Ordinal).Replace("{robot_id}", "{robot}", StringComparison.Ordinal).Replace("{role_id}", "1", StringComparison.Ordinal);

    static string Comparable(Answer answer) =>
        $"{(int)answer.Status}\n{string.Join('\n', answer.Headers.Where(h => !Neutral.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => $"{h.Key}: {h.Value}"))}\n{answer.Text}";
}

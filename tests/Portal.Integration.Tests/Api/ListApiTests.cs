using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Data;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>Paging, conditions, sorting, errors and callers: what all of the REST face shares.</summary>
[Collection(ApiCollection.Name)]
public sealed class ListApiTests(ApiFixture api)
{
    [Fact]
    public async Task Page_InTheMiddle_HasTotalAndBothLinks()
    {
        var answer = await api.SendAsync("admin", "GET", "users?page=2&page_size=2&sort=username");
        // other tests make accounts in the same database
        await using var db = await api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        Assert.Equal(await db.Users.CountAsync(u => !u.Deleted), int.Parse(answer.Headers["X-Total-Count"], CultureInfo.InvariantCulture));
        Assert.Equal("</api/v2.0/users?page=1&page_size=2&sort=username>; rel=\"prev\" , </api/v2.0/users?page=3&page_size=2&sort=username>; rel=\"next\"", answer.Headers["Link"]);
        Assert.Equal(2, answer.Json.AsArray().Count);
    }

    [Theory]
    [InlineData("page_size=101", "page_size in query should be less than or equal to 100")]
    [InlineData("page=0", "page in query should be greater than or equal to 1")]
    [InlineData("page=x", "page does not have the documented type")]
    public async Task Page_OutOfBounds_Answers422(string query, string message)
    {
        var answer = await api.SendAsync("admin", "GET", "users?" + query);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "UNPROCESSABLE_ENTITY", message), (answer.Status, answer.Code, answer.Message));
    }

    [Theory]
    [InlineData("username=owner", "owner")]
    [InlineData("username=~WNE", "owner")]
    [InlineData("username={guest%20owner}", "guest,owner")]
    [InlineData("username__icontains=mainta", "maintainer")]
    [InlineData("unknown=1,username=guest", "guest")]
    [InlineData("password_hash=~A,username=guest", "guest")]
    [InlineData("username=%2525", "")]
    [InlineData("username=~%2525", "")]
    [InlineData("username=x' OR '1'='1", "")]
    public async Task Q_Form_FindsWhatItSays(string q, string names)
    {
        var answer = await api.SendAsync("admin", "GET", "users?sort=username&q=" + q);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(names, string.Join(',', answer.Json.AsArray().Select(u => (string)u!["username"]!)));
    }

    [Theory]
    [InlineData("users?q=username"), InlineData("users?q=user_id=abc"), InlineData("users?q==x"), InlineData("projects?q=public=maybe"), InlineData("projects?q=creation_time=[yesterday~]")]
    public async Task Q_Unreadable_Answers400(string path) => Assert.Equal("BAD_REQUEST", (await api.SendAsync("admin", "GET", path)).Code);

    [Fact]
    public async Task Q_TimeRange_Narrows()
    {
        Assert.Equal("0", (await api.SendAsync("admin", "GET", "projects?q=creation_time=[~2001-01-01T00:00:00]")).Headers["X-Total-Count"]);
        Assert.NotEqual("0", (await api.SendAsync("admin", "GET", "projects?q=creation_time=[2001-01-01T00:00:00~]")).Headers["X-Total-Count"]);
    }

    [Theory]
    [InlineData("users?sort=password_hash"), InlineData("projects?sort=name;drop%20table"), InlineData("repositories?sort=project.owner"), InlineData("projects/own/members?sort=user.security_stamp")]
    public async Task Sort_UnknownColumn_IsIgnored(string path) => Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "GET", path)).Status);

    [Fact]
    public async Task Link_QueryWithLineBreak_StaysInsideTheHeader()
    {
        var answer = await api.SendAsync("admin", "GET", "users?page_size=1&x=a%0d%0aInjected:%20yes");
        Assert.False(answer.Headers.ContainsKey("Injected"));
        Assert.Contains("%0D%0A", answer.Headers["Link"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestId_SentOrNot_ComesBack()
    {
        Assert.Equal("abc-1", (await api.SendAsync(null, "GET", "ping", null, r => r.Headers.Add("X-Request-Id", "abc-1"))).Headers["X-Request-Id"]);
        Assert.True(Guid.TryParse((await api.SendAsync(null, "GET", "ping")).Headers["X-Request-Id"], out _));
    }

    [Fact]
    public async Task Path_Unknown_AnswersTheErrorList()
    {
        var answer = await api.SendAsync("admin", "GET", "nothing-here");
        Assert.Equal(("NOT_FOUND", "path /api/v2.0/nothing-here was not found"), (answer.Code, answer.Message));
        Assert.Equal("METHOD_NOT_ALLOWED", (await api.SendAsync("admin", "PATCH", "projects")).Code);
    }

    [Fact]
    public async Task Body_NotJson_Answers400Or415()
    {
        Assert.Equal("BAD_REQUEST", (await api.SendAsync("admin", "POST", "projects", null, r => r.Content = new StringContent("{", new MediaTypeHeaderValue("application/json")))).Code);
        Assert.Equal("UNSUPPORTED_MEDIA_TYPE", (await api.SendAsync("admin", "POST", "projects", null, r => r.Content = new StringContent("a=b", new MediaTypeHeaderValue("text/plain")))).Code);
    }

    [Fact]
    public async Task Credentials_Wrong_FallThroughToAnonymous()
    {
        using var client = api.Host.Client("developer", "wrong");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/api/v2.0/projects", UriKind.Relative))).StatusCode);
        var refused = await client.GetAsync(new Uri("/api/v2.0/users/current", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("UNAUTHORIZED", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortalApi_Refusal_IsAProblem()
    {
        var answer = await api.SendAsync("admin", "GET", "/api/portal/none");
        Assert.StartsWith("application/problem+json", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal("NOT_FOUND", (string)answer.Json["code"]!);
    }

    [Fact]
    public async Task Palette_Query_FindsForThoseWhoMaySee()
    {
        var found = (await api.SendAsync("guest", "GET", "/api/portal/search?q=team")).Json["groups"]!.AsArray();
        Assert.Contains(found, g => (string)g!["title"]! == "Repositories" && (string)g["items"]![0]!["url"]! == "/projects/own/r/team/app");
        Assert.Empty((await api.SendAsync("outsider", "GET", "/api/portal/search?q=team")).Json["groups"]!.AsArray());
    }

    [Fact]
    public async Task OpenApi_Document_NamesEveryOperationAndItsParts()
    {
        var document = (await api.SendAsync(null, "GET", "/openapi/v2.0.json")).Json;
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject()).Select(o => o.Value!).ToList();
        Assert.True(operations.Count > 45, $"{operations.Count} operations");
        Assert.All(operations, o =>
        {
            Assert.NotEmpty((string)o["operationId"]!);
            Assert.NotEmpty((string)o["summary"]!);
            Assert.NotEmpty(o["tags"]!.AsArray());
        });
        Assert.NotNull(document["components"]!["schemas"]!["ProjectJson"]!["properties"]!["repo_count"]);
        var page = await api.SendAsync(null, "GET", "/devcenter-api-2.0/index.html");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("https://", page.Text, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }
}

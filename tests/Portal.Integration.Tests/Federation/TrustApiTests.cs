using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Xunit;

namespace Portal.Integration.Tests.Federation;

/// <summary>Who may make trusts, what they must hold, and what the tester says.</summary>
public sealed class TrustApiTests(FederationFixture fixture) : IClassFixture<FederationFixture>
{
    const string Condition = """[{"claim":"repository","match":"glob","value":"acme/*"}]""";

    static string Body(string conditions = Condition, string name = "main", string issuer = "https://id.example.com", string kind = "generic") =>
        $$"""{"name":"{{name}}","kind":"{{kind}}","issuer":"{{issuer}}","audience":"portal","conditions":{{conditions}}}""";

    [Fact]
    public async Task Trust_IsMade_Read_Changed_Removed_AndAudited()
    {
        var (robot, login) = await fixture.RobotAsync();
        var url = $"/api/portal/robots/{robot}/trusts";
        Assert.Equal(201, (await SendAsync("POST", url, Body(kind: "github", issuer: ""))).Status);
        var trust = (await SendAsync("GET", url)).Json!.AsArray().Single()!;
        Assert.Equal(("main", "github", "https://token.actions.githubusercontent.com", "acme/*"), ((string?)trust["name"], (string?)trust["kind"], (string?)trust["issuer"], (string?)trust["conditions"]![0]!["value"]));
        var one = $"{url}/{trust["id"]}";
        Assert.Equal(409, (await SendAsync("POST", url, Body())).Status);
        Assert.Equal(200, (await SendAsync("PUT", one, Body(name: "renamed"))).Status);
        Assert.Equal("renamed", (string?)(await SendAsync("GET", one)).Json!["name"]);
        var (other, _) = await fixture.RobotAsync();
        foreach (var method in (string[])["GET", "PUT", "DELETE"]) Assert.Equal(404, (await SendAsync(method, $"/api/portal/robots/{other}/trusts/{trust["id"]}", method == "PUT" ? Body() : null)).Status);
        Assert.Equal(200, (await SendAsync("DELETE", one)).Status);
        Assert.Equal(404, (await SendAsync("GET", one)).Status);
        await using var db = await fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var rows = await db.AuditEvents.Where(e => e.ResourceType == "federation-trust" && e.Resource.StartsWith(login)).OrderBy(e => e.Id).ToListAsync();
        Assert.Equal(["create", "update", "delete"], rows.Select(r => r.Action));
        Assert.Contains("repository ~ acme/*", rows[1].Before, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "https://id.example.com", "generic"), InlineData("""[{"claim":"ref","value":"refs/heads/main"}]""", "", "github"), InlineData("""[{"claim":"sub","match":"regex","value":"x"}]""", "https://id.example.com", "generic")]
    [InlineData(Condition, "http://id.example.com", "generic"), InlineData(Condition, "https://id.example.com", "other"), InlineData(Condition, "", "kubernetes")]
    public async Task TrustThatLetsInTooMuch_IsRefused(string conditions, string issuer, string kind)
    {
        var (robot, _) = await fixture.RobotAsync();
        Assert.Equal(400, (await SendAsync("POST", $"/api/portal/robots/{robot}/trusts", Body(conditions, issuer: issuer, kind: kind))).Status);
    }

    [Fact]
    public async Task OnlyWhoMayAsMuchAsTheRobot_MakesATrustForIt()
    {
        var (robot, _) = await fixture.RobotAsync();
        await fixture.Host.CreateUserAsync("maintainer");
        await fixture.Host.AddMemberAsync(fixture.Team, "maintainer", BuiltInRoles.Maintainer);
        await fixture.Host.CreateUserAsync("outsider");
        using var maintainer = fixture.Host.Client("maintainer");
        using var outsider = fixture.Host.Client("outsider");
        Assert.Equal(403, (await SendAsync("POST", $"/api/portal/robots/{robot}/trusts", Body(), maintainer)).Status);
        Assert.Equal(404, (await SendAsync("POST", $"/api/portal/robots/{robot}/trusts", Body(), outsider)).Status);
        Assert.Equal(404, (await SendAsync("GET", $"/api/portal/robots/{robot}/trusts", null, outsider)).Status);
        Assert.Equal(404, (await SendAsync("POST", $"/api/portal/robots/{robot}/trusts/test", """{"token":"x"}""", outsider)).Status);
        using var nobody = fixture.Host.Client();
        Assert.Equal(401, (await SendAsync("GET", $"/api/portal/robots/{robot}/trusts", null, nobody)).Status);
    }

    [Fact]
    public async Task Tester_SaysWhichTrustMatches_AndWhyTheOthersDoNot()
    {
        var (robot, _, _) = await fixture.TrustingRobotAsync("acme/tested");
        await fixture.TrustAsync(robot, "acme/elsewhere");
        var url = $"/api/portal/robots/{robot}/trusts/test";
        var token = fixture.Token("acme/tested");
        var verdicts = (await SendAsync("POST", url, $$"""{"token":"{{token}}"}""")).Json!.AsArray();
        Assert.Equal(("acme/elsewhere", false, "acme/tested", true), ((string?)verdicts[0]!["name"], (bool)verdicts[0]!["matches"]!, (string?)verdicts[1]!["name"], (bool)verdicts[1]!["matches"]!));
        Assert.Equal("repository is not acme/elsewhere: the token says acme/tested.", (string?)verdicts[0]!["reasons"]![0]);
        var expired = fixture.Token("acme/tested", c => (c["iat"], c["nbf"], c["exp"]) = (1_000, 1_000, 2_000));
        verdicts = (await SendAsync("POST", url, $$"""{"token":"{{expired}}"}""")).Json!.AsArray();
        Assert.Equal("The token has ended (exp).", (string?)verdicts[1]!["reasons"]![0]);
        Assert.Equal(400, (await SendAsync("POST", url, """{"token":"not a token"}""")).Status);
        // trying lets nobody in and leaves no trace of the token
        await using var db = await fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var signature = token.Split('.')[2][..20];
        Assert.DoesNotContain(await db.AuditEvents.AsNoTracking().ToListAsync(), e => $"{e.Resource} {e.Before} {e.After}".Contains(signature, StringComparison.Ordinal));
        Assert.Equal(200, (await fixture.ExchangeAsync(token)).Status);
    }

    async Task<(int Status, JsonNode? Json)> SendAsync(string method, string url, string? body = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url);
        if (body is not null) request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await (client ?? fixture.Admin).SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length > 0 && (text[0] is '[' or '{') ? JsonNode.Parse(text) : null);
    }
}

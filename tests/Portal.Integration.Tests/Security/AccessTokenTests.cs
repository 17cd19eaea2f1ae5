using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Security.SecurityFixture;

namespace Portal.Integration.Tests.Security;

/// <summary>Personal access tokens at every door: what they open, for how long, from where.</summary>
[Collection(SecurityCollection.Name)]
public sealed class AccessTokenTests(SecurityFixture portal)
{
    const string TokenService = "service/token?service=portal-registry&scope=repository:team/app:pull,push";
    const string Me = "api/v2.0/users/current";

    async Task<(int Id, string Text)> MakeAsync(string user, object body, PortalHost? host = null)
    {
        using var client = (host ?? portal.Host).Client(user);
        using var answer = await client.PostAsJsonAsync("api/portal/tokens", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return ((int)JsonNode.Parse(text)!["id"]!, (string)JsonNode.Parse(text)!["token"]!);
    }

    HttpClient Bearer(string token)
    {
        var client = portal.Host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    static HttpClient At(HttpClient client, string address)
    {
        client.DefaultRequestHeaders.Remove("X-Forwarded-For");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }

    static async Task<string> ActionsAsync(HttpClient client)
    {
        var answer = JsonNode.Parse(await client.GetStringAsync(TokenService))!;
        return (string)answer["scope"]!;
    }

    [Fact]
    public async Task Token_AtEveryDoor_IsItsOwner()
    {
        await portal.NewGuestAsync("door");
        var (_, text) = await MakeAsync("door", new { name = "laptop", scopes = new[] { "read" }, days = 30 });
        using var basic = portal.Host.Client("DOOR", text);
        using var bearer = Bearer(text);

        Assert.Equal("repository:team/app:pull", await ActionsAsync(basic));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(basic, Manifest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(basic, Me));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(bearer, Me));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(basic, "api/portal/tokens"));
        using var other = portal.Host.Client("admin", text);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, Me));
        using var mistyped = Bearer(text[..^1] + (text[^1] == 'a' ? 'b' : 'a'));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(mistyped, Me));
    }

    [Fact]
    public async Task Token_AtTheSignInPage_OpensNoSession()
    {
        await portal.Host.CreateUserAsync("browser");
        var (_, text) = await MakeAsync("browser", new { name = "laptop", scopes = new[] { "full" }, days = 30 });
        var visitor = new SiteVisitor(portal.Host.BaseAddress);
        Assert.Contains("The user name or password is wrong.", (await visitor.PostAsync("/sign-in", "sign-in", ("name", "browser"), ("password", text))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scope_LessThanTheOwner_IsTheMostThereIs()
    {
        await portal.Host.CreateUserAsync("scoped");
        await portal.Host.AddMemberAsync(portal.Team, "scoped", BuiltInRoles.ProjectAdmin);
        var (_, read) = await MakeAsync("scoped", new { name = "read", scopes = new[] { "read" }, days = 1 });
        var (_, write) = await MakeAsync("scoped", new { name = "write", scopes = new[] { "write" }, days = 1 });
        using var reader = portal.Host.Client("scoped", read);
        using var writer = portal.Host.Client("scoped", write);

        Assert.Equal("repository:team/app:pull", await ActionsAsync(reader));
        Assert.Equal("repository:team/app:pull,push", await ActionsAsync(writer));
        using var settings = await reader.PutAsJsonAsync("api/v2.0/projects/team", new { metadata = new { @public = "true" } });
        Assert.Equal(HttpStatusCode.Forbidden, settings.StatusCode);
        using var project = await reader.PostAsJsonAsync("api/v2.0/projects", new { project_name = "made-by-a-reader" });
        Assert.Equal(HttpStatusCode.Forbidden, project.StatusCode);
        using var robot = await reader.PostAsJsonAsync("api/v2.0/robots", new { level = "project", name = "r", duration = 1, permissions = new[] { new { kind = "project", @namespace = "team", access = new[] { new { resource = "repository", action = "pull" } } } } });
        Assert.Equal(HttpStatusCode.Forbidden, robot.StatusCode);
    }

    [Fact]
    public async Task Token_OfOneProject_WorksInNoOther()
    {
        var host = portal.Host;
        await host.CreateProjectAsync("side");
        var (_, text) = await MakeAsync("admin", new { name = "side-only", scopes = new[] { "full" }, project = "side", days = 1 });
        using var client = host.Client("admin", text);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "api/v2.0/projects/side"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "api/v2.0/projects/team"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "api/v2.0/users"));
        Assert.Equal("repository:team/app:", await ActionsAsync(client));
    }

    [Fact]
    public async Task Token_CannotMakeTokensNorChangeItsOwner()
    {
        var user = await portal.Host.CreateUserAsync("closed");
        var (id, text) = await MakeAsync("closed", new { name = "full", scopes = new[] { "full" }, days = 1 });
        using var client = portal.Host.Client("closed", text);
        using var another = await client.PostAsJsonAsync("api/portal/tokens", new { name = "more", scopes = new[] { "full" }, days = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, another.StatusCode);
        using var revoke = await client.DeleteAsync($"api/portal/tokens/{id}");
        Assert.Equal(HttpStatusCode.Forbidden, revoke.StatusCode);
        using var password = await client.PutAsJsonAsync($"api/v2.0/users/{user.Id}/password", new { old_password = PortalHost.Password, new_password = "Another-password-2" });
        Assert.Equal(HttpStatusCode.Forbidden, password.StatusCode);
        using var profile = await client.PutAsJsonAsync($"api/v2.0/users/{user.Id}", new { realname = "Changed" });
        Assert.Equal(HttpStatusCode.Forbidden, profile.StatusCode);
    }

    [Fact]
    public async Task Revoked_AndDisabledOwner_BiteAtTheNextRequest()
    {
        var (user, _) = await portal.NewGuestAsync("revoked");
        var (id, text) = await MakeAsync("revoked", new { name = "one", scopes = new[] { "read" }, days = 1 });
        var (_, kept) = await MakeAsync("revoked", new { name = "two", scopes = new[] { "read" }, days = 1 });
        using var client = portal.Host.Client("revoked", text);
        using var other = portal.Host.Client("revoked", kept);
        using var registry = portal.Host.Client();
        registry.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await client.GetStringAsync(TokenService))!["token"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(registry, Manifest));

        using var owner = portal.Host.Client("revoked");
        using var revoked = await owner.DeleteAsync($"api/portal/tokens/{id}");
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, Me));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(registry, Manifest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(other, Me));

        var users = portal.Host.Services.GetRequiredService<UserService>();
        Assert.True((await users.SetDisabledAsync(portal.Host.Admin, user.Id, true, default)).Ok);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(other, Me));
    }

    [Fact]
    public async Task AllowList_OtherAddress_IsRefusedAlsoWithARegistryToken()
    {
        await portal.NewGuestAsync("fenced");
        var (_, text) = await MakeAsync("fenced", new { name = "ci", scopes = new[] { "read" }, days = 1, allowed_from = new[] { "203.0.113.0/24", "2001:db8::1" } });
        using var client = portal.Host.Client("fenced", text);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(At(client, "203.0.113.9"), Me));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(At(client, "2001:db8::1"), Me));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(At(client, "198.51.100.9"), Me));
        using var refused = await client.GetAsync(Me);
        Assert.Contains("from this address", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var registry = portal.Host.Client();
        registry.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await At(client, "203.0.113.9").GetStringAsync(TokenService))!["token"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(At(registry, "203.0.113.9"), Manifest));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(At(registry, "198.51.100.9"), Manifest));
    }

    [Fact]
    public async Task Expiry_OnTheSecond_EndsTheTokenThatWasRemembered()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        await host.CreateUserAsync("ending");
        var (_, text) = await MakeAsync("ending", new { name = "short", scopes = new[] { "read" }, days = 1 }, host);
        using var client = host.Client("ending", text);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Me));
        time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, Me));
        time.Advance(TimeSpan.FromSeconds(1));
        using var ended = await client.GetAsync(Me);
        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
        Assert.Contains("has expired", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongTokens_FromOneAddress_MakeItWait()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        await host.CreateUserAsync("guessed");
        for (var i = 0; i < 5; i++)
        {
            using var guesser = At(host.Client("guessed", AccessTokenText.New()), "203.0.113.50");
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesser, TokenService));
        }
        using var next = At(host.Client("guessed", AccessTokenText.New()), "203.0.113.50");
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(next, TokenService));
    }

    [Fact]
    public async Task Create_BadInput_NamesFieldAndBound()
    {
        await portal.Host.CreateUserAsync("careless");
        using var client = portal.Host.Client("careless");
        foreach (var (body, field, words) in ((object, string, string)[])
            [
                (new { name = "", scopes = new[] { "read" }, days = 1 }, "name", "1 to 100"),
                (new { name = "a", days = 1 }, "scopes", "read, write, delete, full"),
                (new { name = "a", scopes = new[] { "fly:high" }, days = 1 }, "scopes", "fly:high"),
                (new { name = "a", scopes = new[] { "read" }, days = 366 }, "days", "1 to 365"),
                (new { name = "a", scopes = new[] { "read" }, days = -1 }, "days", "without an end"),
                (new { name = "a", scopes = new[] { "read" }, days = 1, allowed_from = new[] { "10.0.0.0/33" } }, "allowed_from", "10.0.0.0/33"),
            ])
        {
            using var answer = await client.PostAsJsonAsync("api/portal/tokens", body);
            var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (string?)problem["field"]));
            Assert.Contains(words, (string)problem["detail"]!, StringComparison.Ordinal);
        }
        await MakeAsync("careless", new { name = "same", scopes = new[] { "read" }, days = 1 });
        using var twice = await client.PostAsJsonAsync("api/portal/tokens", new { name = "same", scopes = new[] { "read" }, days = 1 });
        Assert.Equal(HttpStatusCode.Conflict, twice.StatusCode);
        using var hidden = await client.PostAsJsonAsync("api/portal/tokens", new { name = "b", scopes = new[] { "read" }, days = 1, project = "team" });
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    [Fact]
    public async Task LastUse_AndAudit_NameTheTokenAndNeverHoldIt()
    {
        var user = await portal.Host.CreateUserAsync("traced");
        var (id, text) = await MakeAsync("traced", new { name = "ci", scopes = new[] { "full" }, days = 1 });
        using var client = At(portal.Host.Client("traced", text), "203.0.113.77");
        client.DefaultRequestHeaders.UserAgent.ParseAdd("uploader/1.0");
        using var made = await client.PostAsJsonAsync("api/v2.0/projects", new { project_name = "traced-project" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        await portal.Host.Services.GetRequiredService<CredentialUse>().FlushAsync(default);

        await using var db = await portal.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var token = await db.AccessTokens.SingleAsync(t => t.Id == id);
        Assert.Equal(("203.0.113.77", "uploader/1.0"), (token.LastUsedFrom, token.LastUsedBy));
        Assert.NotNull(token.LastUsedAt);
        var row = await db.AuditEvents.SingleAsync(e => e.Resource == "traced-project" && e.Action == "create");
        Assert.Equal(("traced", user.Id, $"token/{id}"), (row.Actor, row.ActorUserId, row.Credential));
        Assert.Equal(AccessTokenText.Hash(text), token.Hash);
        Assert.False(await db.AuditEvents.AnyAsync(e => EF.Functions.Like(e.Resource, "%" + text + "%")));
        using var list = portal.Host.Client("traced");
        Assert.DoesNotContain(text, await list.GetStringAsync("api/portal/tokens"), StringComparison.Ordinal);
    }
}

using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Data;
using Portal.TestKit;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Integration.Tests.Federation;

/// <summary>A workload's token for a registry token, and everything that must not be exchanged.</summary>
public sealed class ExchangeTests(FederationFixture fixture) : IClassFixture<FederationFixture>
{
    [Fact]
    public async Task GoodToken_IsExchanged_ForTheRobotsRights()
    {
        var (id, login, trust) = await fixture.TrustingRobotAsync("acme/good");
        var (status, answer) = await fixture.ExchangeAsync(fixture.Token("acme/good"));
        Assert.Equal(200, status);
        Assert.Equal("urn:ietf:params:oauth:token-type:access_token", (string?)answer["issued_token_type"]);
        Assert.Equal("Bearer", (string?)answer["token_type"]);
        // never more than the robot may: it cannot delete
        Assert.Equal("repository:team/app:pull,push", (string?)answer["scope"]);
        // the workload's own token ends in ten minutes
        Assert.InRange((int)answer["expires_in"]!, 500, 600);
        // it may look there, and nothing has been pushed yet
        Assert.Equal(404, await TagsAsync((string)answer["access_token"]!));
        Assert.Equal("repository:other/app:", (string?)(await fixture.ExchangeAsync(fixture.Token("acme/good"), ("scope", "repository:other/app:pull"))).Answer["scope"]);
        await using var db = await fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var row = await db.AuditEvents.AsNoTracking().OrderByDescending(e => e.Id).FirstAsync(e => e.Resource == login && e.Action == "sign-in");
        Assert.True(row.Success);
        Assert.Contains("repo:acme/good", row.After, StringComparison.Ordinal);
        var used = await db.FederationTrusts.AsNoTracking().SingleAsync(t => t.Id == trust && t.RobotId == id);
        Assert.Equal("repo:acme/good", used.LastUsedBy);
    }

    [Fact]
    public async Task LongLivedToken_GivesAnHourAtMost()
    {
        await fixture.TrustingRobotAsync("acme/long");
        var (_, answer) = await fixture.ExchangeAsync(fixture.Token("acme/long", c => c["exp"] = c["iat"]!.GetValue<long>() + 80_000));
        Assert.InRange((int)answer["expires_in"]!, 3_590, 3_600);
    }

    public static TheoryData<string, Action<JsonObject>> WrongClaims => new()
    {
        { "audience", c => c["aud"] = "other" },
        { "no audience", c => c.Remove("aud") },
        { "issuer", c => c["iss"] = c["iss"]!.GetValue<string>() + "/" },
        { "expired", c => c["exp"] = c["iat"]!.GetValue<long>() - 61 },
        { "no end", c => c.Remove("exp") },
        { "not yet", c => c["nbf"] = c["iat"]!.GetValue<long>() + 600 },
        { "made tomorrow", c => c["iat"] = c["iat"]!.GetValue<long>() + 500 },
        { "too long", c => c["exp"] = c["iat"]!.GetValue<long>() + 90_000 },
        { "another repository", c => c["repository"] = "evil/wrong" },
        { "repository in capitals", c => c["repository"] = "ACME/wrong" },
        { "no repository", c => c.Remove("repository") },
        { "repository as an object", c => c["repository"] = new JsonObject { ["name"] = "acme/wrong" } },
    };

    [Theory]
    [MemberData(nameof(WrongClaims))]
    public async Task WrongClaim_IsRefused(string what, Action<JsonObject> change)
    {
        if (what == "audience") await fixture.TrustingRobotAsync("acme/wrong");
        var (status, answer) = await fixture.ExchangeAsync(fixture.Token("acme/wrong", change));
        Assert.Equal((400, "invalid_grant"), (status, (string?)answer["error"]));
    }

    [Fact]
    public async Task ForgedToken_IsRefused()
    {
        await fixture.TrustingRobotAsync("acme/forged");
        using var stranger = IssuerKey.Rsa(fixture.Issuer.Key.Id);
        var claims = fixture.Issuer.Claims(DateTimeOffset.UtcNow, FederationFixture.Audience, "x");
        claims["repository"] = "acme/forged";
        Assert.Equal("invalid_grant", (string?)(await fixture.ExchangeAsync(stranger.Sign(claims))).Answer["error"]);
    }

    [Theory, InlineData(true, "198.51.100.1"), InlineData(false, "198.51.100.2")]
    public async Task ForgedTokens_FromOneAddress_MakeItWait(bool knownKey, string address)
    {
        await fixture.TrustingRobotAsync($"acme/forger-{knownKey}");
        using var stranger = IssuerKey.Rsa(knownKey ? fixture.Issuer.Key.Id : "a key that the issuer does not have");
        string Forged()
        {
            var claims = fixture.Issuer.Claims(DateTimeOffset.UtcNow, FederationFixture.Audience, "x");
            claims["repository"] = $"acme/forger-{knownKey}";
            return stranger.Sign(claims);
        }

        for (var i = 0; i < 5; i++) Assert.Equal((400, "invalid_grant"), Said(await fixture.ExchangeFromAsync(address, Forged())));
        await using (var db = await fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            // the wait has begun, and a slow machine must not sit it out
            var until = DateTimeOffset.UtcNow.AddMinutes(10);
            Assert.NotEqual(0, await db.SignInFailures.Where(f => f.Count >= 5 && f.BlockedUntil > f.LastAt).ExecuteUpdateAsync(s => s.SetProperty(f => f.BlockedUntil, until)));
        }
        Assert.Equal((429, "slow_down"), Said(await fixture.ExchangeFromAsync(address, Forged())));
        // while it waits the address is not believed a genuine one either, at no door; others are
        Assert.Equal((429, "slow_down"), Said(await fixture.ExchangeFromAsync(address, fixture.Token($"acme/forger-{knownKey}"))));
        Assert.Equal(429, await LoginAsync("oauth2", fixture.Token($"acme/forger-{knownKey}"), address));
        Assert.Equal(200, (await fixture.ExchangeFromAsync("198.51.100.99", fixture.Token($"acme/forger-{knownKey}"))).Status);

        static (int, string?) Said((int Status, JsonObject Answer) answer) => (answer.Status, (string?)answer.Answer["error"]);
    }

    [Fact]
    public async Task GenuineToken_ForgetsTheForgeriesBeforeIt()
    {
        await fixture.TrustingRobotAsync("acme/patient");
        using var stranger = IssuerKey.Rsa(fixture.Issuer.Key.Id);
        for (var i = 0; i < 12; i++)
        {
            if (i % 4 == 3) Assert.Equal(200, (await fixture.ExchangeFromAsync("198.51.100.3", fixture.Token("acme/patient"))).Status);
            else Assert.Equal(400, (await fixture.ExchangeFromAsync("198.51.100.3", stranger.Sign(fixture.Issuer.Claims(DateTimeOffset.UtcNow, FederationFixture.Audience, "x")))).Status);
        }
    }

    [Fact]
    public async Task IssuerThatNobodyTrusts_IsNeverAsked()
    {
        await using var other = await FakeIssuer.StartAsync();
        var (status, answer) = await fixture.ExchangeAsync(other.Token(other.Claims(DateTimeOffset.UtcNow, FederationFixture.Audience, "x")));
        Assert.Equal((400, "invalid_grant"), (status, (string?)answer["error"]));
        Assert.Equal((0, 0), (other.DiscoveryFetches, other.KeyFetches));
    }

    [Fact]
    public async Task SingleUseTrust_TakesATokenOnce()
    {
        var (_, login, _) = await fixture.TrustingRobotAsync("acme/once", singleUse: true);
        var token = fixture.Token("acme/once");
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.ExchangeAsync(token)));
        Assert.Single(all, a => a.Status == 200);
        Assert.All(all.Where(a => a.Status != 200), a => Assert.Contains("used already", (string?)a.Answer["error_description"], StringComparison.Ordinal));
        Assert.Equal(401, await LoginAsync(login, token));
        Assert.Equal(200, (await fixture.ExchangeAsync(fixture.Token("acme/once"))).Status);
        // docker repeats its password, so from the same address it goes on
        var repeated = fixture.Token("acme/once");
        Assert.Equal((200, 200), (await LoginAsync(login, repeated), await LoginAsync(login, repeated)));
        Assert.Equal(400, (await fixture.ExchangeAsync(repeated)).Status);
    }

    [Fact]
    public async Task DockerLogin_TakesTheToken_AsPasswordOfTheRobotOrOauth2()
    {
        var (_, login, _) = await fixture.TrustingRobotAsync("acme/login");
        Assert.Equal(200, await LoginAsync("oauth2", fixture.Token("acme/login")));
        Assert.Equal(200, await LoginAsync(login, fixture.Token("acme/login")));
        Assert.Equal(401, await LoginAsync("robot$other", fixture.Token("acme/login")));
        Assert.Equal(401, await LoginAsync("admin", fixture.Token("acme/login")));
        Assert.Equal(401, await LoginAsync("oauth2", fixture.Token("acme/login", c => c["repository"] = "acme/other")));
    }

    [Fact]
    public async Task TokenThatSeveralRobotsTrust_NeedsARobotsName()
    {
        var (_, login, _) = await fixture.TrustingRobotAsync("acme/two");
        await fixture.TrustingRobotAsync("acme/two");
        var (status, answer) = await fixture.ExchangeAsync(fixture.Token("acme/two"));
        Assert.Equal((400, "invalid_request"), (status, (string?)answer["error"]));
        Assert.Equal(200, (await fixture.ExchangeAsync(fixture.Token("acme/two"), ("robot", login))).Status);
    }

    [Fact]
    public async Task GivenOutToken_DiesWithItsTrust_AndWithItsRobot()
    {
        var (id, _, trust) = await fixture.TrustingRobotAsync("acme/gone");
        var token = (string)(await fixture.ExchangeAsync(fixture.Token("acme/gone"))).Answer["access_token"]!;
        Assert.Equal(404, await TagsAsync(token));
        using (var deleted = await fixture.Admin.DeleteAsync($"/api/portal/robots/{id}/trusts/{trust}")) Assert.Equal(200, (int)deleted.StatusCode);
        Assert.Equal(401, await TagsAsync(token));
        Assert.Equal(400, (await fixture.ExchangeAsync(fixture.Token("acme/gone"))).Status);

        var (second, _, _) = await fixture.TrustingRobotAsync("acme/gone2");
        token = (string)(await fixture.ExchangeAsync(fixture.Token("acme/gone2"))).Answer["access_token"]!;
        using (var deleted = await fixture.Admin.DeleteAsync($"/api/v2.0/robots/{second}")) Assert.Equal(200, (int)deleted.StatusCode);
        Assert.Equal(401, await TagsAsync(token));
        Assert.Equal(400, (await fixture.ExchangeAsync(fixture.Token("acme/gone2"))).Status);
    }

    [Theory]
    [InlineData("grant_type", "password"), InlineData("subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), InlineData("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), InlineData("actor_token", "x"), InlineData("audience", "elsewhere"), InlineData("subject_token", "")]
    public async Task OtherRequests_AreRefusedByName(string field, string value)
    {
        var (status, answer) = await fixture.ExchangeAsync(fixture.Token("acme/none"), (field, value));
        Assert.Equal(400, status);
        if (field is not "subject_token") Assert.Contains(field is "audience" ? "service" : field, (string?)answer["error_description"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherMethods_AreRefused()
    {
        using var client = fixture.Host.Client();
        using var response = await client.GetAsync("/service/token/exchange");
        Assert.Equal(405, (int)response.StatusCode);
    }

    async Task<int> LoginAsync(string user, string password, string? address = null)
    {
        using var client = fixture.Host.Client();
        if (address is not null) client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        using var response = await client.GetAsync("/service/token?service=portal-registry&scope=repository:team/app:pull");
        return (int)response.StatusCode;
    }

    async Task<int> TagsAsync(string token)
    {
        using var client = fixture.Host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.GetAsync("/v2/team/app/tags/list");
        return (int)response.StatusCode;
    }
}

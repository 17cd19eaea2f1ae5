using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.TestKit.Federation;
using Portal.TestKit.IdentityProvider;
using Xunit;

namespace Portal.Integration.Tests.Oidc;

/// <summary>Signing out on both sides, and tokens that no honest provider makes.</summary>
public sealed class OidcLogoutTests(OidcFixture fixture) : IClassFixture<OidcFixture>
{
    const string Channel = "/c/oidc/backchannel-logout";
    const string Event = "http://schemas.openid.net/event/backchannel-logout";

    [Fact]
    public async Task SignOut_ShowsTheProviderItsToken_AndTheProviderEndsEverySessionOfItsOwn()
    {
        await fixture.SetAsync(("oidc_logout", "true"));
        using var browser = fixture.Browser();
        await browser.SignInAsync(new { sub = "s-both", preferred_username = "both" });
        // a second session here from the same session there
        using (var again = await browser.GetAsync(await browser.SignInAtProviderAsync(await browser.BeginAsync(), new { sub = "s-both" }))) Assert.Equal(302, (int)again.StatusCode);
        Assert.Equal(2, await LivingAsync("s-both"));
        using var page = await browser.GetAsync("/profile");
        var token = Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var left = await browser.PostAsync("/sign-out", [new("__RequestVerificationToken", token)]);
        Assert.Equal(1, await LivingAsync("s-both"));

        using var on = await browser.GetAsync("/c/oidc/logout");
        var address = new Uri(on.Headers.GetValues("Refresh").Single()["0;url=".Length..]);
        var hint = HttpUtility.ParseQueryString(address.Query)["id_token_hint"];
        Assert.Equal(3, hint!.Split('.').Length);
        // the token is shown once: whoever gets at the address later has nothing
        using (var twice = await browser.GetAsync("/c/oidc/logout")) Assert.DoesNotContain("id_token_hint", twice.Headers.GetValues("Refresh").Single(), StringComparison.Ordinal);

        using var asks = await browser.GetAsync(address);
        var form = await asks.Content.ReadAsStringAsync();
        Assert.True(asks.IsSuccessStatusCode, form);
        using var provider = await browser.PostAsync(Regex.Match(form, "action=\"([^\"]+)\"").Groups[1].Value, [new("xsrf", Regex.Match(form, "name=\"xsrf\" value=\"([^\"]+)\"").Groups[1].Value), new("logout", "yes")]);
        Assert.Equal("/sign-in?local", provider.Headers.Location?.PathAndQuery);
        await fixture.SetAsync(("oidc_logout", "false"));
        Assert.Equal(0, await LivingAsync("s-both"));
        await using var db = await DbAsync();
        Assert.Contains("oidc", (await db.AuditEvents.OrderByDescending(e => e.Id).FirstAsync(e => e.Resource == "both" && e.Action == "sign-out")).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AccessTokenHash_OfAnotherAccessToken_IsRefused()
    {
        await using var issuer = await FakeProvider.StartAsync();
        await WithIssuerAsync(issuer.Url, async () =>
        {
            foreach (var (hash, code) in ((string?, string)[])[(null, "/"), (FakeProvider.HashOfItsOwn, "/"), ("AAAAAAAAAAAAAAAAAAAAAA", "OIDC_ANSWER"), ("", "OIDC_ANSWER")])
            {
                issuer.AccessTokenHash = hash;
                using var browser = fixture.Browser();
                var asked = HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
                issuer.Nonce = asked["nonce"]!;
                using var answer = await browser.GetAsync($"/c/oidc/callback?code=any&state={asked["state"]}");
                Assert.Equal(code == "/" ? "/" : $"/sign-in?local&oidc={code}", answer.Headers.Location?.OriginalString);
            }
            await using var db = await DbAsync();
            Assert.Contains("JWT_AT_HASH", (await db.AuditEvents.OrderByDescending(e => e.Id).FirstAsync(e => e.Resource == "oidc")).After, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task LogoutToken_EndsWhatItNames_AndCountsOnce()
    {
        await using var issuer = await FakeProvider.StartAsync();
        await WithIssuerAsync(issuer.Url, async () =>
        {
            using var first = await SignedInAsync(issuer, "sid-1");
            using var second = await SignedInAsync(issuer, "sid-2");
            var bySession = issuer.LogoutToken(Now, c => { c["sid"] = "sid-1"; c.Remove("sub"); });
            Assert.Equal(200, await PostAsync(bySession));
            Assert.Null(await first.NameAsync());
            Assert.NotNull(await second.NameAsync());

            using var third = await SignedInAsync(issuer, "sid-1");
            Assert.Equal(400, await PostAsync(bySession));
            Assert.NotNull(await third.NameAsync());
            // a person of that name without that session: nothing ends
            Assert.Equal(200, await PostAsync(issuer.LogoutToken(Now, c => { c["sid"] = "sid-1"; c["sub"] = "somebody-else"; })));
            Assert.NotNull(await third.NameAsync());

            Assert.Equal(200, await PostAsync(issuer.LogoutToken(Now, c => c.Remove("sid"), "logout+jwt")));
            Assert.Null(await second.NameAsync());
            Assert.Null(await third.NameAsync());
            Assert.Equal(200, await PostAsync(issuer.LogoutToken(Now)));
        });
    }

    public static TheoryData<string, Action<JsonObject>> Forged => new()
    {
        { "another issuer", c => c["iss"] = "https://other.example" },
        { "another client", c => c["aud"] = "somebody" },
        { "no audience", c => c.Remove("aud") },
        { "ended", c => { c["iat"] = Now.ToUnixTimeSeconds() - 900; c["exp"] = Now.ToUnixTimeSeconds() - 600; } },
        { "no end", c => c.Remove("exp") },
        { "of tomorrow", c => { c["iat"] = Now.ToUnixTimeSeconds() + 86_400; c["exp"] = Now.ToUnixTimeSeconds() + 86_460; } },
        { "holds for a day", c => c["exp"] = Now.ToUnixTimeSeconds() + 86_400 },
        { "no id", c => c.Remove("jti") },
        { "an identity token", c => { c.Remove("events"); c["nonce"] = "n"; } },
        { "with a nonce", c => c["nonce"] = "n" },
        { "no event", c => c.Remove("events") },
        { "another event", c => c["events"] = new JsonObject { ["http://schemas.openid.net/event/other"] = new JsonObject() } },
        { "an event that is no object", c => c["events"] = new JsonObject { [Event] = "yes" } },
        { "nobody", c => { c.Remove("sub"); c.Remove("sid"); } },
        { "a number for a person", c => c["sub"] = 7 },
    };

    [Theory, MemberData(nameof(Forged))]
    public async Task LogoutToken_Forged_EndsNothing(string what, Action<JsonObject> change)
    {
        await using var issuer = await FakeProvider.StartAsync();
        await WithIssuerAsync(issuer.Url, async () =>
        {
            using var browser = await SignedInAsync(issuer, "sid-1");
            Assert.True(await PostAsync(issuer.LogoutToken(Now, change)) == 400, what);
            Assert.NotNull(await browser.NameAsync());
        });
    }

    [Fact]
    public async Task LogoutToken_SignedByNobody_OrNotSent_EndsNothing()
    {
        await using var issuer = await FakeProvider.StartAsync();
        await WithIssuerAsync(issuer.Url, async () =>
        {
            using var browser = await SignedInAsync(issuer, "sid-1");
            using var other = IssuerKey.Rsa("key-1");
            var good = issuer.LogoutToken(Now);
            Assert.Equal(400, await PostAsync(other.Sign(issuer.LogoutClaims(Now))));
            Assert.Equal(400, await PostAsync($"eyJhbGciOiJub25lIn0.{good.Split('.')[1]}."));
            Assert.Equal(400, await PostAsync(""));
            Assert.Equal(400, await PostAsync(new string('x', 20_000)));
            using var json = await new HttpClient().PostAsync(new Uri(fixture.Host.BaseAddress, Channel), new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
            Assert.Equal(400, (int)json.StatusCode);
            Assert.NotNull(await browser.NameAsync());
            Assert.Equal(200, await PostAsync(good));
            Assert.Null(await browser.NameAsync());
        });
    }

    static DateTimeOffset Now => DateTimeOffset.UtcNow;

    async Task<OidcBrowser> SignedInAsync(FakeProvider issuer, string session)
    {
        var browser = fixture.Browser();
        var asked = HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
        (issuer.Nonce, issuer.Session, issuer.AccessTokenHash) = (asked["nonce"]!, session, null);
        using var answer = await browser.GetAsync($"/c/oidc/callback?code=any&state={asked["state"]}");
        Assert.Equal("/", answer.Headers.Location?.OriginalString);
        return browser;
    }

    async Task<int> PostAsync(string token)
    {
        using var http = new HttpClient();
        using var answer = await http.PostAsync(new Uri(fixture.Host.BaseAddress, Channel), new FormUrlEncodedContent([new("logout_token", token)]));
        Assert.Contains("no-store", answer.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        if (answer.StatusCode == HttpStatusCode.BadRequest) Assert.Equal("invalid_request", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["error"]);
        return (int)answer.StatusCode;
    }

    async Task WithIssuerAsync(string url, Func<Task> work)
    {
        await fixture.SetAsync(("oidc_endpoint", url));
        try
        {
            await work();
        }
        finally
        {
            await fixture.SetAsync(("oidc_endpoint", fixture.Provider.Url));
        }
    }

    async Task<int> LivingAsync(string subject)
    {
        await using var db = await DbAsync();
        return await db.Sessions.CountAsync(s => s.User!.ExternalSubject == subject && s.EndedAt == null);
    }

    Task<PortalDbContext> DbAsync() => fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
}

/// <summary>A provider that signs in one person, with whatever tokens a test wants.</summary>
sealed class FakeProvider : IAsyncDisposable
{
    const string AccessToken = "the-access-token";

    readonly FakeIssuer _issuer;

    FakeProvider(FakeIssuer issuer) => _issuer = issuer;

    /// <summary>The hash of the access token that it gives.</summary>
    public static string HashOfItsOwn => Portal.Access.Oidc.OidcClient.HalfHash("RS256", AccessToken);

    public string Url => _issuer.Url;
    public string Nonce { get; set; } = "";
    public string Session { get; set; } = "sid-0";

    /// <summary>The <c>at_hash</c> of its tokens; null for none.</summary>
    public string? AccessTokenHash { get; set; }

    public static async Task<FakeProvider> StartAsync()
    {
        var provider = new FakeProvider(await FakeIssuer.StartAsync());
        provider._issuer.Instead["/.well-known/openid-configuration"] = http => WriteAsync(http, new()
        {
            ["issuer"] = provider.Url,
            ["jwks_uri"] = provider.Url + "/keys",
            ["authorization_endpoint"] = provider.Url + "/auth",
            ["token_endpoint"] = provider.Url + "/token",
        });
        provider._issuer.Instead["/token"] = http => WriteAsync(http, new() { ["access_token"] = AccessToken, ["token_type"] = "Bearer", ["id_token"] = provider.IdToken() });
        return provider;
    }

    string IdToken()
    {
        var claims = _issuer.Claims(DateTimeOffset.UtcNow, IdentityProviderProcess.ClientId, "s-fake");
        (claims["nonce"], claims["sid"], claims["preferred_username"]) = (Nonce, Session, $"fake-{new Uri(Url).Port}");
        if (AccessTokenHash is not null) claims["at_hash"] = AccessTokenHash;
        return _issuer.Token(claims);
    }

    public JsonObject LogoutClaims(DateTimeOffset now) => new()
    {
        ["iss"] = Url,
        ["aud"] = IdentityProviderProcess.ClientId,
        ["sub"] = "s-fake",
        ["sid"] = "sid-1",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.ToUnixTimeSeconds() + 120,
        ["jti"] = Guid.NewGuid().ToString(),
        ["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() },
    };

    public string LogoutToken(DateTimeOffset now, Action<JsonObject>? change = null, string? type = null)
    {
        var claims = LogoutClaims(now);
        change?.Invoke(claims);
        return type is null ? _issuer.Token(claims) : _issuer.Key.Sign(new JsonObject { ["alg"] = "RS256", ["typ"] = type, ["kid"] = _issuer.Key.Id }.ToJsonString(), claims.ToJsonString());
    }

    static Task WriteAsync(Microsoft.AspNetCore.Http.HttpContext http, JsonObject json) => Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, json.ToJsonString());

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();
}

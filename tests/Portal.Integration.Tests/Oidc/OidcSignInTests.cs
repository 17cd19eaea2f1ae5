using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Xunit;

namespace Portal.Integration.Tests.Oidc;

/// <summary>Signing in by a real provider, and every way of bending it.</summary>
public sealed class OidcSignInTests(OidcFixture fixture) : IClassFixture<OidcFixture>
{
    const string Refused = "/sign-in?local&oidc=";

    [Fact]
    public async Task SignIn_MakesAnAccount_AndGoesWhereThePersonWanted()
    {
        using var browser = fixture.Browser();
        Assert.Equal("/projects?mine=1", await browser.SignInAsync(new { sub = "s-alice", preferred_username = "alice", name = "Alice A", email = "alice@example.com" }, "/c/oidc/login?redirect_url=%2Fprojects%3Fmine%3D1"));
        Assert.Equal("alice", await browser.NameAsync());
        await using var db = await DbAsync();
        var user = await db.Users.SingleAsync(u => u.UserName == "alice");
        Assert.Equal((UserSource.Oidc, fixture.Provider.Url, "s-alice", "Alice A", null), (user.Source, user.ExternalIssuer, user.ExternalSubject, user.DisplayName, user.PasswordHash));
        // again: the same account under a new session
        using var second = fixture.Browser();
        await second.SignInAsync(new { sub = "s-alice", preferred_username = "renamed" });
        Assert.Equal("alice", await second.NameAsync());
        Assert.Equal(2, await db.Sessions.Where(s => s.UserId == user.Id).Select(s => s.Id).Distinct().CountAsync());
    }

    [Theory]
    [InlineData("https://evil.example/"), InlineData("//evil.example"), InlineData("/\\evil.example"), InlineData("/%2Fevil.example")]
    public async Task SignIn_NeverLeadsAway(string wanted)
    {
        using var browser = fixture.Browser();
        Assert.Equal("/", await browser.SignInAsync(new { sub = "s-return", preferred_username = "returner" }, $"/c/oidc/login?redirect_url={Uri.EscapeDataString(wanted)}"));
    }

    [Fact]
    public async Task Authorisation_AsksForCode_WithPkceStateAndNonce()
    {
        using var browser = fixture.Browser();
        var first = System.Web.HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
        var second = System.Web.HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
        Assert.Equal(("code", "S256", "portal", new Uri(fixture.Host.BaseAddress, "c/oidc/callback").ToString()), (first["response_type"], first["code_challenge_method"], first["client_id"], first["redirect_uri"]));
        foreach (var name in (string[])["state", "nonce", "code_challenge"])
        {
            Assert.Equal(43, first[name]!.Length);
            Assert.NotEqual(first[name], second[name]);
        }
    }

    [Fact]
    public async Task ExtraParameters_CannotReplaceTheFlowsOwn()
    {
        await fixture.SetAsync(("oidc_extra_redirect_parms", """{"prompt":"login","state":"fixed","Redirect_Uri":"https://evil.example/","code_challenge_method":"plain"}"""));
        using var browser = fixture.Browser();
        var query = System.Web.HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
        await fixture.SetAsync(("oidc_extra_redirect_parms", "{}"));
        Assert.Equal(("login", "S256"), (query["prompt"], query["code_challenge_method"]));
        Assert.NotEqual("fixed", query["state"]);
        Assert.DoesNotContain("evil", query["redirect_uri"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_IsTakenOnce_AndNotAfterTenMinutes()
    {
        using var browser = fixture.Browser();
        var callback = await browser.SignInAtProviderAsync(await browser.BeginAsync(), new { sub = "s-once", preferred_username = "once" });
        using (var first = await browser.GetAsync(callback)) Assert.Equal("/", first.Headers.Location!.OriginalString);
        await ExpectAsync("OIDC_BROWSER", browser, callback);
        using var slow = fixture.Browser();
        var late = await slow.SignInAtProviderAsync(await slow.BeginAsync(), new { sub = "s-late", preferred_username = "late" });
        fixture.Time.Advance(TimeSpan.FromMinutes(11));
        await ExpectAsync("OIDC_BROWSER", slow, late);
        fixture.Time.Advance(TimeSpan.FromMinutes(-11));
    }

    [Theory]
    [InlineData("state", "other", "OIDC_BROWSER"), InlineData("state", "", "OIDC_BROWSER"), InlineData("iss", "https://other.example", "OIDC_MIX_UP"), InlineData("iss", "", "OIDC_MIX_UP"), InlineData("code", "other", "OIDC_ANSWER"), InlineData("code", "", "OIDC_ANSWER"), InlineData("error", "access_denied", "OIDC_DENIED")]
    public async Task ChangedAnswer_IsRefused(string parameter, string value, string code)
    {
        using var browser = fixture.Browser();
        var callback = await browser.SignInAtProviderAsync(await browser.BeginAsync(), new { sub = "s-changed", preferred_username = "changed" });
        var query = System.Web.HttpUtility.ParseQueryString(callback.Query);
        if (value.Length == 0) query.Remove(parameter);
        else query[parameter] = value;
        await ExpectAsync(code, browser, new Uri(callback, "?" + query));
        Assert.Null(await browser.NameAsync());
    }

    [Fact]
    public async Task TokenForAnotherNonce_IsRefused()
    {
        using var browser = fixture.Browser();
        var authorization = await browser.BeginAsync();
        var query = System.Web.HttpUtility.ParseQueryString(authorization.Query);
        query["nonce"] = "of-another-sign-in";
        var callback = await browser.SignInAtProviderAsync(new Uri(authorization, "?" + query), new { sub = "s-nonce", preferred_username = "nonce" });
        await ExpectAsync("OIDC_ANSWER", browser, callback);
        await using var db = await DbAsync();
        Assert.Contains("JWT_NONCE", (await db.AuditEvents.OrderByDescending(e => e.Id).FirstAsync(e => e.Resource == "oidc")).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RotatedKey_IsLearnt()
    {
        using (var before = fixture.Browser()) await before.SignInAsync(new { sub = "s-rotate", preferred_username = "rotate" });
        await fixture.Provider.RotateAsync();
        fixture.Time.Advance(TimeSpan.FromSeconds(31));
        using var after = fixture.Browser();
        Assert.Equal("/", await after.SignInAsync(new { sub = "s-rotate", preferred_username = "rotate" }));
        fixture.Time.Advance(TimeSpan.FromSeconds(-31));
    }

    [Fact]
    public async Task Groups_AreReplaced_AndTheAdminGroupCounts()
    {
        using (var first = fixture.Browser()) await first.SignInAsync(new { sub = "s-groups", preferred_username = "grouped", groups = (string[])["dev", "registry-admins"] });
        Assert.Equal(["dev", "registry-admins"], await GroupsAsync("grouped"));
        using var admin = fixture.Browser();
        await admin.SignInAsync(new { sub = "s-groups", preferred_username = "grouped", groups = (string[])["dev", "registry-admins"] });
        using (var users = await admin.GetAsync("/api/v2.0/users")) Assert.Equal(200, (int)users.StatusCode);
        using var second = fixture.Browser();
        await second.SignInAsync(new { sub = "s-groups", preferred_username = "grouped", groups = (string[])["ops"] });
        Assert.Equal(["ops"], await GroupsAsync("grouped"));
        using (var users = await admin.GetAsync("/api/v2.0/users")) Assert.Equal(403, (int)users.StatusCode);
        // a token without the claim takes all of them
        using var third = fixture.Browser();
        await third.SignInAsync(new { sub = "s-groups", preferred_username = "grouped" });
        Assert.Empty(await GroupsAsync("grouped"));
    }

    [Theory]
    [InlineData("s-twin-1", "victim", "victim@example.com"), InlineData("s-twin-2", "VICTIM", ""), InlineData("s-twin-3", "admin", "admin@example.com")]
    public async Task NameOrMailOfAnotherAccount_JoinsNothing_ANameIsChosen(string sub, string name, string email)
    {
        using var browser = fixture.Browser();
        Assert.Equal("/oidc-onboard", await browser.SignInAsync(new { sub, preferred_username = name, email }));
        Assert.Null(await browser.NameAsync());
        Assert.Contains("is taken", await OnboardAsync(browser, name), StringComparison.Ordinal);
        Assert.Null(await browser.NameAsync());
        Assert.Equal("", await OnboardAsync(browser, sub));
        Assert.Equal(sub, await browser.NameAsync());
    }

    [Fact]
    public async Task WithoutAutoOnboarding_ANewcomerChoosesAName()
    {
        await fixture.SetAsync(("oidc_auto_onboard", "false"));
        using var browser = fixture.Browser();
        var target = await browser.SignInAsync(new { sub = "s-new", preferred_username = "proposed" });
        await fixture.SetAsync(("oidc_auto_onboard", "true"));
        Assert.Equal("/oidc-onboard", target);
        Assert.Contains("A user name has", await OnboardAsync(browser, "not a name"), StringComparison.Ordinal);
        Assert.Equal("", await OnboardAsync(browser, "chosen"));
        Assert.Equal("chosen", await browser.NameAsync());
        using var stranger = fixture.Browser();
        using var page = await stranger.GetAsync("/oidc-onboard");
        Assert.Contains("Begin again", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisabledAccount_IsNotLetIn()
    {
        using (var browser = fixture.Browser()) await browser.SignInAsync(new { sub = "s-off", preferred_username = "off" });
        await using (var db = await DbAsync())
        {
            var id = (await db.Users.SingleAsync(u => u.UserName == "off")).Id;
            Assert.True((await fixture.Host.Services.GetRequiredService<UserService>().SetDisabledAsync(fixture.Host.Admin, id, true, CancellationToken.None)).Ok);
        }
        using var again = fixture.Browser();
        Assert.Equal(Refused + "OIDC_DISABLED", await again.SignInAsync(new { sub = "s-off", preferred_username = "off" }));
        Assert.Null(await again.NameAsync());
    }

    [Fact]
    public async Task SignInPage_NamesTheProvider_AndLocalAccountsAlwaysGetIn()
    {
        using var browser = fixture.Browser();
        using (var page = await browser.GetAsync("/sign-in")) Assert.Contains("Sign in with Acme ID", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await fixture.SetAsync(("primary_auth_mode", "true"));
        using var first = await browser.GetAsync("/sign-in?return=%2Fprojects");
        using var local = await browser.GetAsync("/sign-in?local");
        var visitor = new Web.SiteVisitor(fixture.Host.BaseAddress);
        var signedIn = await visitor.PostAsync("/sign-in?local", "sign-in", ("name", "admin"), ("password", TestKit.PortalHost.AdminPassword));
        await fixture.SetAsync(("primary_auth_mode", "false"));
        Assert.EndsWith("/c/oidc/login?redirect_url=%2Fprojects", first.Headers.Location?.OriginalString, StringComparison.Ordinal);
        Assert.Equal((200, 302), ((int)local.StatusCode, signedIn.Status));
    }

    [Fact]
    public async Task SignOut_GoesOnToTheProvider_WhenWanted()
    {
        using var browser = fixture.Browser();
        await browser.SignInAsync(new { sub = "s-out", preferred_username = "leaver" });
        await fixture.SetAsync(("oidc_logout", "true"));
        using var page = await browser.GetAsync("/profile");
        var token = Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var answer = await browser.PostAsync("/sign-out", [new("__RequestVerificationToken", token)]);
        Assert.Equal("/c/oidc/logout", answer.Headers.Location?.OriginalString);
        Assert.Null(await browser.NameAsync());
        using var on = await browser.GetAsync("/c/oidc/logout");
        await fixture.SetAsync(("oidc_logout", "false"));
        Assert.StartsWith($"0;url={fixture.Provider.Url}/session/end?client_id=portal", on.Headers.GetValues("Refresh").Single(), StringComparison.Ordinal);
        using var off = await browser.GetAsync("/c/oidc/logout");
        Assert.Equal("/sign-in?local", off.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Ping_TellsAProviderThatWorks_FromOneThatDoesNot()
    {
        using var admin = fixture.Host.Client("admin");
        Assert.Equal(200, await PingAsync(admin, fixture.Provider.Url));
        Assert.Equal(400, await PingAsync(admin, fixture.Provider.Url + "/"));
        Assert.Equal(400, await PingAsync(admin, "http://127.0.0.1:9"));
        Assert.Equal(400, await PingAsync(admin, "https://169.254.169.254"));
        Assert.Equal(400, await PingAsync(admin, "file:///etc/passwd"));
    }

    static async Task<int> PingAsync(HttpClient client, string url)
    {
        using var answer = await System.Net.Http.Json.HttpClientJsonExtensions.PostAsJsonAsync(client, "/api/v2.0/system/oidc/ping", new { url, verify_cert = true });
        return (int)answer.StatusCode;
    }

    /// <summary>Chooses a name on the onboarding page; gives what the page says against it, empty when the browser is sent on.</summary>
    static async Task<string> OnboardAsync(OidcBrowser browser, string name)
    {
        using var page = await browser.GetAsync("/oidc-onboard");
        var token = Regex.Match(await page.Content.ReadAsStringAsync(), "name=\"__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value;
        using var answer = await browser.PostAsync("/oidc-onboard", [new("_handler", "onboard"), new("__RequestVerificationToken", token), new("name", name)]);
        return (int)answer.StatusCode == 302 ? "" : await answer.Content.ReadAsStringAsync();
    }

    static async Task ExpectAsync(string code, OidcBrowser browser, Uri callback)
    {
        using var answer = await browser.GetAsync(callback);
        Assert.Equal(Refused + code, answer.Headers.Location?.OriginalString);
    }

    async Task<List<string>> GroupsAsync(string user)
    {
        await using var db = await DbAsync();
        return await db.GroupMembers.Where(m => m.User!.UserName == user && m.Group!.Source == GroupSource.Oidc).Select(m => m.Group!.ExternalName).Order().ToListAsync();
    }

    Task<PortalDbContext> DbAsync() => fixture.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Security.SecurityFixture;

namespace Portal.Integration.Tests.Security;

/// <summary>How sessions begin and end.</summary>
[Collection(SecurityCollection.Name)]
public sealed class SignInTests(SecurityFixture portal)
{
    [Fact]
    public async Task SignIn_WithPlantedCookies_GivesANewSessionAndLeavesThemDead()
    {
        await portal.Host.CreateUserAsync("fixed");
        var attacker = await portal.SignedInAsync("fixed");
        var genuine = Cookie(attacker);
        await SignOutAsync(attacker);
        foreach (var planted in (string[])[genuine, "made-up", Guid.NewGuid().ToString()])
        {
            var victim = new SiteVisitor(portal.Host.BaseAddress);
            victim.Cookies.Add(portal.Host.BaseAddress, new Cookie(PortalAuthentication.CookieName, planted));
            Assert.Equal(302, (await victim.GetAsync("/profile")).Status);
            Assert.Equal(302, (await victim.PostAsync("/sign-in", "sign-in", ("name", "fixed"), ("password", PortalHost.Password))).Status);
            Assert.NotEqual(planted, Cookie(victim));
            Assert.Equal(200, (await victim.GetAsync("/profile")).Status);
            Assert.Equal(302, await WithCookieAsync(planted));
        }
        var sessions = await DatabaseAsync(db => db.Sessions.Where(s => s.User!.UserName == "fixed").Select(s => s.Id).ToListAsync());
        Assert.Equal(4, sessions.Distinct().Count());
    }

    [Fact]
    public async Task SignOut_CookieKeptElsewhere_IsDead()
    {
        await portal.Host.CreateUserAsync("copied");
        var person = await portal.SignedInAsync("copied");
        var copy = Cookie(person);
        Assert.Equal(200, await WithCookieAsync(copy));

        await SignOutAsync(person);

        Assert.Equal(302, await WithCookieAsync(copy));
    }

    [Fact]
    public async Task EndOthers_TwoSessions_KeepsThisOneAlone()
    {
        await portal.Host.CreateUserAsync("double");
        var (here, there) = (await portal.SignedInAsync("double"), await portal.SignedInAsync("double"));
        var since = Stopwatch.StartNew();
        Assert.Equal("/profile", (await here.PostAsync("/profile", "end-others")).Location);

        await BecomesAsync(302, since, async () => (await there.GetAsync("/profile")).Status);
        Assert.Equal(200, (await here.GetAsync("/profile")).Status);
    }

    [Fact]
    public async Task End_AnotherPersonsSession_ChangesNothing()
    {
        var owner = await portal.Host.CreateUserAsync("owner-of-one");
        await portal.Host.CreateUserAsync("meddler");
        var person = await portal.SignedInAsync(owner.Name);
        var id = await DatabaseAsync(db => db.Sessions.Where(s => s.UserId == owner.Id).Select(s => s.Id).SingleAsync());
        var meddler = await portal.SignedInAsync("meddler");

        var answer = await meddler.PostAsync("/profile", "end", ("session", id.ToString()));

        Assert.NotEqual("/profile", answer.Location);
        Assert.Equal(200, (await person.GetAsync("/profile")).Status);
    }

    [Fact]
    public async Task Disabling_SessionBasicAndToken_DieInTime()
    {
        var (user, _) = await portal.NewGuestAsync("leaver");
        var browser = await portal.SignedInAsync(user.Name);
        using var basic = portal.Host.Client(user.Name);
        using var bearer = await portal.BearerAsync(user.Name);
        Assert.Equal(200, (await browser.GetAsync("/profile")).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(basic, "api/v2.0/users/current"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(basic, Manifest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(bearer, Manifest));

        var since = Stopwatch.StartNew();
        Assert.True((await Service<UserService>().SetDisabledAsync(portal.Host.Admin, user.Id, true, default)).Ok);

        await BecomesAsync(302, since, async () => (await browser.GetAsync("/profile")).Status);
        await BecomesAsync(HttpStatusCode.Unauthorized, since, () => StatusAsync(basic, "api/v2.0/users/current"));
        await BecomesAsync(HttpStatusCode.Unauthorized, since, () => StatusAsync(basic, Manifest));
        await BecomesAsync(HttpStatusCode.Unauthorized, since, () => StatusAsync(bearer, Manifest));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(basic, "service/token?service=portal-registry"));
    }

    [Fact]
    public async Task PasswordChange_ByTheApi_EndsEverySessionAndTheOldPassword()
    {
        var (user, _) = await portal.NewGuestAsync("careful");
        var browser = await portal.SignedInAsync(user.Name);
        using var basic = portal.Host.Client(user.Name);
        using var bearer = await portal.BearerAsync(user.Name);
        Assert.Equal(200, (await browser.GetAsync("/profile")).Status);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(bearer, Manifest));

        var since = Stopwatch.StartNew();
        using var change = await basic.PutAsJsonAsync($"api/v2.0/users/{user.Id}/password", new { old_password = PortalHost.Password, new_password = "Quite-another-3" });
        Assert.Equal(HttpStatusCode.OK, change.StatusCode);

        await BecomesAsync(302, since, async () => (await browser.GetAsync("/profile")).Status);
        await BecomesAsync(HttpStatusCode.Unauthorized, since, () => StatusAsync(bearer, Manifest));
        await BecomesAsync(HttpStatusCode.Unauthorized, since, () => StatusAsync(basic, "api/v2.0/users/current"));
        using var renewed = portal.Host.Client(user.Name, "Quite-another-3");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(renewed, Manifest));
    }

    [Fact]
    public async Task MembershipRemoved_TokenAndBasic_NoLongerPull()
    {
        var (user, member) = await portal.NewGuestAsync("removed");
        using var basic = portal.Host.Client(user.Name);
        using var bearer = await portal.BearerAsync(user.Name);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await StatusAsync(basic, Manifest), await StatusAsync(bearer, Manifest)));

        var since = Stopwatch.StartNew();
        Assert.True((await Service<MemberService>().RemoveAsync(portal.Host.Admin, portal.Team.Target, portal.Team.Name, member, default)).Ok);

        await BecomesAsync(HttpStatusCode.NotFound, since, () => StatusAsync(basic, Manifest));
        await BecomesAsync(HttpStatusCode.NotFound, since, () => StatusAsync(bearer, Manifest));
    }

    [Fact]
    public async Task Session_OnlyACircuitPolls_EndsWhenIdle()
    {
        await portal.Host.CreateUserAsync("asleep");
        var (asleep, awake) = (await portal.SignedInAsync("asleep"), await portal.SignedInAsync("asleep"));

        for (var hours = 0; hours < 14; hours += 7)
        {
            portal.Time.Advance(TimeSpan.FromHours(7));
            using var poll = await asleep.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"));
            Assert.Equal(HttpStatusCode.OK, poll.StatusCode);
            Assert.Equal(200, (await awake.GetAsync("/profile")).Status);
        }

        Assert.Equal(302, (await asleep.GetAsync("/profile")).Status);
        Assert.Equal(200, (await awake.GetAsync("/profile")).Status);
    }

    [Fact]
    public async Task Session_UsedAllTheTime_EndsAtItsAbsoluteLimit()
    {
        await portal.Host.CreateUserAsync("tireless");
        var person = await portal.SignedInAsync("tireless");
        for (var hours = 0; hours + 11 < 14 * 24; hours += 11)
        {
            Assert.Equal(200, (await person.GetAsync("/profile")).Status);
            portal.Time.Advance(TimeSpan.FromHours(11));
        }
        Assert.Equal(200, (await person.GetAsync("/profile")).Status);

        portal.Time.Advance(TimeSpan.FromHours(11));

        Assert.Equal(302, (await person.GetAsync("/profile")).Status);
    }

    [Theory]
    [InlineData("http", false)]
    [InlineData("https", true)]
    public async Task Cookie_OfASession_IsKeptFromScriptsAndOtherSites(string scheme, bool secure)
    {
        var visitor = new SiteVisitor(portal.Host.BaseAddress);
        visitor.Headers.Add("X-Forwarded-Proto", scheme);
        var page = await visitor.GetAsync("/sign-in");
        using var http = portal.Host.Client();
        using var form = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("_handler", "sign-in"), new("__RequestVerificationToken", SiteVisitor.Token(page)), new("name", "admin"), new("password", PortalHost.AdminPassword)]),
        };
        form.Headers.Add("X-Forwarded-Proto", scheme);
        form.Headers.Add("Cookie", string.Join("; ", visitor.Cookies.GetAllCookies().Select(c => $"{c.Name}={c.Value}")));
        using var answer = await http.SendAsync(form);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var parts = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(PortalAuthentication.CookieName + "=", StringComparison.Ordinal)).Split("; ");
        Assert.Contains("httponly", parts, StringComparer.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", parts, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(secure, parts.Contains("secure", StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain(parts, p => p.StartsWith("domain=", StringComparison.OrdinalIgnoreCase));
    }

    T Service<T>() where T : notnull => portal.Host.Services.GetRequiredService<T>();

    async Task<T> DatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }

    static string Cookie(SiteVisitor visitor) => visitor.Cookies.GetAllCookies().Single(c => c.Name == PortalAuthentication.CookieName).Value;

    static async Task SignOutAsync(SiteVisitor person) =>
        Assert.Equal("/sign-in", (await person.SendAsync("/sign-out", ("__RequestVerificationToken", SiteVisitor.Token(await person.GetAsync("/"))))).Location);

    /// <summary>The status of a page for somebody who has nothing but this cookie.</summary>
    async Task<int> WithCookieAsync(string cookie)
    {
        using var http = portal.Host.Client();
        http.DefaultRequestHeaders.Add("Cookie", $"{PortalAuthentication.CookieName}={cookie}");
        return (int)await StatusAsync(http, "/profile");
    }
}

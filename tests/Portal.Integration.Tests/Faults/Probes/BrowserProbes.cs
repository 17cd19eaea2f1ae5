using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Integration.Tests.Security;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be tried through a person's browser: their sign-in, their cookie, their forms.</summary>
static class BrowserProbes
{
    static readonly string[] Elsewhere =
    [
        "//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil.example", "/%2Fevil.example", "/%5Cevil.example", "%2f%2fevil.example", "/\t/evil.example", "/\r\n/evil.example", "/%09/evil.example",
        "/%252fevil.example", "https:evil.example", "javascript:alert(1)", "//user@evil.example", "https://localhost@evil.example", "///evil.example", "/.//evil.example/..//", "evil.example", " //evil.example", "/x\r\nSet-Cookie: a=b",
    ];

    /// <summary>Sign-in that is to lead to another site.</summary>
    public static async Task LeadAwayAsync(Target target)
    {
        var name = (await target.NewUserAsync("led")).Name;
        Assert.Equal("/projects?mine=1", (await target.Visitor().PostAsync("/sign-in?return=%2Fprojects%3Fmine%3D1", "sign-in", ("name", name), ("password", PortalHost.Password))).Location);
        foreach (var wanted in Elsewhere)
        {
            var (visitor, page) = (target.Visitor(), $"/sign-in?return={Uri.EscapeDataString(wanted)}");
            var token = SiteVisitor.Token(await visitor.GetAsync(page));
            using var form = new HttpRequestMessage(HttpMethod.Post, page)
            {
                Content = new FormUrlEncodedContent([new("_handler", "sign-in"), new("__RequestVerificationToken", token), new("name", name), new("password", PortalHost.Password)]),
            };
            using var answer = await visitor.SendAsync(form);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Flaw.If(Leads(answer, target), $"signing in leads to {wanted}");
            using var again = await visitor.SendAsync(new HttpRequestMessage(HttpMethod.Get, page));
            Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
            Flaw.If(Leads(again, target), $"the sign-in page leads on to {wanted}");
        }
    }

    // what a browser makes of the address: backslashes are slashes, and control characters are not there
    static bool Leads(HttpResponseMessage answer, Target target)
    {
        var location = answer.Headers.GetValues("Location").Single();
        for (var decoded = 0; decoded < 3; decoded++, location = Uri.UnescapeDataString(location))
        {
            var read = new string([.. location.Trim().Where(c => !char.IsControl(c)).Select(c => c == '\\' ? '/' : c)]);
            if (!Uri.TryCreate(target.Host.BaseAddress, read, out var at) || at.Authority != target.Host.BaseAddress.Authority) return true;
        }
        return false;
    }

    /// <summary>Forms and changes that another site makes a signed-in browser send.</summary>
    public static async Task ForgeRequestsAsync(Target target)
    {
        var admin = await target.SignedInAsync("admin");
        var pages = target.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("POST") == true).Select(e => "/" + e.RoutePattern.RawText!.TrimStart('/'))
            .Where(p => !p.StartsWith("/api/", StringComparison.Ordinal) && !p.StartsWith("/_blazor", StringComparison.Ordinal)).Distinct().ToList();
        Assert.Contains("/sign-out", pages);
        Assert.Contains("/profile", pages);
        Assert.True(pages.Count >= 10, string.Join(' ', pages));
        foreach (var page in pages)
        {
            var path = Regex.Replace(page.Replace("{Project}", "own", StringComparison.Ordinal), @"\{\*?Repository[^}]*\}", "vault");
            path = Regex.Replace(path, @"\{[^}]*\}", "x");
            foreach (var token in (string?[])[null, "made-up"])
            {
                var answer = await admin.SendAsync(path, token is null ? [("_handler", "create")] : [("_handler", "create"), ("__RequestVerificationToken", token)]);
                Flaw.Unless(400, answer.Status, $"the form of {page} is taken without its token");
            }
        }
        // a token of another person's is none
        var other = SiteVisitor.Token(await (await target.SignedInAsync("guest")).GetAsync("/profile"));
        Flaw.Unless(400, (await admin.SendAsync("/profile", ("_handler", "end-others"), ("__RequestVerificationToken", other))).Status, "a form is taken with another person's token");
        foreach (var (origin, site) in new (string?, string?)[] { (null, null), ("https://evil.example", null), ("null", null), ("https://evil.example", "cross-site"), ("https://evil.example", "same-site"), (null, "cross-site") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2.0/projects") { Content = JsonContent.Create(new { project_name = Name("forged") }) };
            if (origin is not null) request.Headers.Add("Origin", origin);
            if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
            using var answer = await admin.SendAsync(request);
            Flaw.Unless(HttpStatusCode.Forbidden, answer.StatusCode, "another site changes something through the API");
        }
        using var circuit = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        circuit.Headers.Add("Origin", "https://evil.example");
        using var negotiated = await admin.SendAsync(circuit);
        Flaw.Unless(HttpStatusCode.Forbidden, negotiated.StatusCode, "another site opens a circuit");
        Assert.Equal(200, (await admin.GetAsync("/profile")).Status);
    }

    /// <summary>The cookie as other sites and scripts would use it.</summary>
    public static async Task TakeCookieElsewhereAsync(Target target)
    {
        var visitor = target.Visitor();
        var page = await visitor.GetAsync("/sign-in");
        using var form = new HttpRequestMessage(HttpMethod.Post, "/sign-in")
        {
            Content = new FormUrlEncodedContent([new("_handler", "sign-in"), new("__RequestVerificationToken", SiteVisitor.Token(page)), new("name", "guest"), new("password", PortalHost.Password)]),
        };
        using var answer = await visitor.SendAsync(form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var parts = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(PortalAuthentication.CookieName + "=", StringComparison.Ordinal)).ToLowerInvariant().Split("; ");
        Flaw.If(!parts.Contains("samesite=lax") && !parts.Contains("samesite=strict"), "the session's cookie goes along with other sites' forms");
        Flaw.If(!parts.Contains("httponly"), "scripts read the session's cookie");
        Flaw.If(parts.Any(p => p.StartsWith("domain=", StringComparison.Ordinal)), "neighbouring hosts get the session's cookie");
    }

    /// <summary>Cookies laid into a browser before its person signs in.</summary>
    public static async Task FixSessionAsync(Target target)
    {
        var name = (await target.NewUserAsync("fixed")).Name;
        var attacker = await target.SignedInAsync(name);
        var genuine = Cookie(attacker);
        await SignOutAsync(attacker);
        foreach (var planted in (string[])[genuine, "made-up", Guid.NewGuid().ToString()])
        {
            var victim = target.Visitor();
            victim.Cookies.Add(target.Host.BaseAddress, new Cookie(PortalAuthentication.CookieName, planted));
            Assert.Equal(302, (await victim.GetAsync("/profile")).Status);
            Assert.Equal(302, (await victim.PostAsync("/sign-in", "sign-in", ("name", name), ("password", PortalHost.Password))).Status);
            Flaw.If(Cookie(victim) == planted || await WithCookieAsync(target, planted) == 200, "a cookie that was planted is good after the sign-in");
            Assert.Equal(200, (await victim.GetAsync("/profile")).Status);
        }
        var sessions = await target.DatabaseAsync(db => db.Sessions.Where(s => s.User!.UserName == name).Select(s => s.Id).ToListAsync());
        Assert.Equal(4, sessions.Distinct().Count());
    }

    /// <summary>Sessions that should have ended: by signing out, by time without use, by time with use, from another browser.</summary>
    public static async Task OutliveSessionAsync(Target target)
    {
        var name = (await target.NewUserAsync("session")).Name;
        var person = await target.SignedInAsync(name);
        var copy = Cookie(person);
        Assert.Equal(200, await WithCookieAsync(target, copy));
        await SignOutAsync(person);
        Flaw.If(await WithCookieAsync(target, copy) == 200, "a session goes on after signing out");

        var (here, there) = (await target.SignedInAsync(name), await target.SignedInAsync(name));
        Assert.Equal("/profile", (await here.PostAsync("/profile", "end-others")).Location);
        Assert.Equal(200, (await here.GetAsync("/profile")).Status);
        await Task.Delay(100);
        Flaw.If((await there.GetAsync("/profile")).Status == 200, "a session goes on after the others were ended");

        var (asleep, awake) = (await target.SignedInAsync(name), await target.SignedInAsync(name));
        for (var hours = 0; hours < 14 * 24; hours += 7)
        {
            Assert.Equal(200, (await awake.GetAsync("/profile")).Status);
            // a circuit that polls is nobody at work
            using var poll = await asleep.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1"));
            target.Time.Advance(TimeSpan.FromHours(7));
            if (hours == 7) Flaw.If((await asleep.GetAsync("/profile")).Status == 200, "a session goes on without being used");
        }
        Flaw.If((await awake.GetAsync("/profile")).Status == 200, "a session that is used never ends");
    }

    /// <summary>Somebody else's session ended by its id.</summary>
    public static async Task EndForeignSessionAsync(Target target)
    {
        var (owner, meddler) = (await target.NewUserAsync("owner-of-one"), await target.NewUserAsync("meddler"));
        var person = await target.SignedInAsync(owner.Name);
        var id = await target.DatabaseAsync(db => db.Sessions.Where(s => s.UserId == owner.Id).Select(s => s.Id).SingleAsync());
        await (await target.SignedInAsync(meddler.Name)).PostAsync("/profile", "end", ("session", id.ToString()));
        Flaw.Unless(200, (await person.GetAsync("/profile")).Status, "a person ends another's session");
    }

    /// <summary>Guessing a password for as long as one likes, and keeping its owner out by guessing.</summary>
    public static async Task GuessAsync(Target target)
    {
        const string Door = "service/token?service=portal-registry";
        var name = (await target.NewUserAsync("guessed")).Name;
        using var guesser = target.HttpFrom("203.0.113.7", name, "wrong-guess");
        var statuses = new List<int>();
        for (var i = 0; i < 12; i++) statuses.Add(await GetAsync(guesser, Door));
        Flaw.If(!statuses.Contains(429), "passwords are guessed without end");
        Assert.Equal(401, statuses[0]);
        using var spraying = target.HttpFrom("203.0.113.9", null);
        var sprayed = new List<int>();
        for (var i = 0; i < 15; i++)
        {
            using var one = target.HttpFrom("203.0.113.9", Name("nobody"), "Spring-2026!");
            sprayed.Add(await GetAsync(one, Door));
        }
        Flaw.If(!sprayed.Contains(429), "one password is tried on all accounts without end");
        using var owner = target.HttpFrom("203.0.113.8", name);
        Flaw.Unless(200, await GetAsync(owner, Door), "an outsider keeps an account's owner out");
        for (var i = 0; i < 7; i++)
        {
            using var outsider = target.HttpFrom("203.0.113.10", "admin", "wrong-guess");
            await GetAsync(outsider, Door);
        }
        using var administrator = target.HttpFrom("203.0.113.11", "admin");
        Flaw.Unless(200, await GetAsync(administrator, Door), "an outsider keeps the administrator out");
        // and nobody for ever: not even from the guesser's own address
        for (var patient = 0; patient < 12; patient++)
        {
            target.Time.Advance(TimeSpan.FromMinutes(6));
            await GetAsync(guesser, Door);
        }
        target.Time.Advance(TimeSpan.FromMinutes(6));
        using var back = target.HttpFrom("203.0.113.7", name);
        Flaw.Unless(200, await GetAsync(back, Door), "an account stays locked");
    }

    static string Cookie(SiteVisitor visitor) => visitor.Cookies.GetAllCookies().Single(c => c.Name == PortalAuthentication.CookieName).Value;

    static async Task SignOutAsync(SiteVisitor person) =>
        Assert.Equal("/sign-in", (await person.SendAsync("/sign-out", ("__RequestVerificationToken", SiteVisitor.Token(await person.GetAsync("/"))))).Location);

    static async Task<int> WithCookieAsync(Target target, string cookie)
    {
        using var http = target.Http(null);
        http.DefaultRequestHeaders.Add("Cookie", $"{PortalAuthentication.CookieName}={cookie}");
        return await GetAsync(http, "/profile");
    }
}

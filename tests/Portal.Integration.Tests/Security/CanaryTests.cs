using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Access;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>Secrets that go in come out nowhere: not in the log, the audit rows, or answers.</summary>
[Collection(SecurityCollection.Name)]
public sealed class CanaryTests(SecurityFixture portal)
{
    [Fact]
    public async Task Healthz_WithBrokenParts_NamesNoAddress()
    {
        await using var host = await portal.StartAsync(new ShiftedTime(), new() { ["Portal:Registry:Address"] = "http://127.0.0.1:9" });
        using var stranger = host.Client();
        using var admin = host.Client("admin");
        foreach (var client in (HttpClient[])[stranger, admin])
        {
            using var answer = await client.GetAsync("healthz");
            var text = await answer.Content.ReadAsStringAsync();

            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            var part = JsonNode.Parse(text)!["components"]!.AsArray().Single(c => (string)c!["name"]! == "registry")!;
            Assert.Equal(("unhealthy", "it does not answer"), ((string)part["status"]!, (string)part["description"]!));
            Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("127.0.0.1", await stranger.GetStringAsync("api/v2.0/health"), StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", await admin.GetStringAsync("api/v2.0/health"), StringComparison.Ordinal);
    }

    /// <summary>Puts secrets into every door; gives them and what was answered.</summary>
    internal static async Task<(List<string> Secrets, List<string> Answers)> UseEveryDoorAsync(PortalHost host)
    {
        List<string> answers = [];
        string first = Canary("first"), own = Canary("own"), wrong = Canary("wrong"), reset = Canary("reset"), form = Canary("form");
        async Task<JsonNode?> Keep(Task<HttpResponseMessage> sending, HttpStatusCode expected, bool givesToken = false)
        {
            using var answer = await sending;
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Equal(expected, answer.StatusCode);
            if (!givesToken) answers.Add(text + answer.Headers);
            return text.StartsWith('{') ? JsonNode.Parse(text) : null;
        }

        using var admin = host.Client("admin");
        await Keep(admin.PostAsJsonAsync("api/v2.0/users", new { username = "canary", password = first, email = "canary@example.org" }), HttpStatusCode.Created);
        await Keep(admin.PostAsJsonAsync("api/v2.0/users", new { username = "canary", password = wrong }), HttpStatusCode.Conflict);
        await Keep(admin.PostAsJsonAsync("api/v2.0/users", new { username = "bad/name", password = wrong }), HttpStatusCode.BadRequest);
        using var basic = host.Client("canary", first);
        var me = await Keep(basic.GetAsync("api/v2.0/users/current"), HttpStatusCode.OK);
        var path = $"api/v2.0/users/{me!["user_id"]}/password";
        await Keep(basic.PutAsJsonAsync(path, new { old_password = wrong, new_password = own }), HttpStatusCode.Forbidden);
        await Keep(basic.PutAsJsonAsync(path, new { old_password = first, new_password = own }), HttpStatusCode.OK);
        using var guesser = host.Client("canary", wrong);
        await Keep(guesser.GetAsync("api/v2.0/users/current"), HttpStatusCode.Unauthorized);
        await Keep(guesser.GetAsync("service/token?service=portal-registry"), HttpStatusCode.Unauthorized);
        await Keep(guesser.GetAsync("v2/"), HttpStatusCode.Unauthorized);

        using var changed = host.Client("canary", own);
        var token = (string)(await Keep(changed.GetAsync("service/token?service=portal-registry&scope=repository:team/app:pull"), HttpStatusCode.OK, givesToken: true))!["token"]!;
        using var bearer = host.Client();
        bearer.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await Keep(bearer.GetAsync("v2/team/app/manifests/1"), HttpStatusCode.NotFound);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = "canary", ["password"] = wrong, ["service"] = "portal-registry" });
        await Keep(bearer.PostAsync("service/token", content), HttpStatusCode.Unauthorized);

        var visitor = new SiteVisitor(host.BaseAddress);
        answers.Add((await visitor.PostAsync("/sign-in", "sign-in", ("name", "canary"), ("password", wrong))).Html);
        var browser = await SecurityFixture.SignedInAsync(host, "canary", own);
        answers.Add((await browser.PostAsync("/profile", "password", ("Password.Present", own), ("Password.Wanted", form), ("Password.Repeated", wrong))).Html);
        Assert.Equal("/profile", (await browser.PostAsync("/profile", "password", ("Password.Present", own), ("Password.Wanted", form), ("Password.Repeated", form))).Location);
        answers.Add((await browser.GetAsync("/profile")).Html);
        var cookie = browser.Cookies.GetAllCookies().Single(c => c.Name == PortalAuthentication.CookieName).Value;
        await Keep(admin.PutAsJsonAsync(path, new { new_password = reset }), HttpStatusCode.OK);
        foreach (var list in (string[])["api/v2.0/users", "api/v2.0/audit-logs?page_size=100"]) await Keep(admin.GetAsync(list), HttpStatusCode.OK);
        var site = await SecurityFixture.SignedInAsync(host, "admin", PortalHost.AdminPassword);
        foreach (var page in (string[])["/admin/audit", "/admin/users", "/"]) answers.Add((await site.GetAsync(page)).Html);
        return ([first, own, wrong, reset, form, token, cookie, PortalHost.AdminPassword], answers);
    }

    static string Canary(string name) => $"canary-{name}-{Guid.NewGuid():N}";

    /// <summary>As it is, or as Basic and query strings would carry it.</summary>
    internal static bool Shows(string text, string secret) => text.Contains(secret, StringComparison.Ordinal) || text.Contains(Uri.EscapeDataString(secret), StringComparison.Ordinal)
        || ((string[])["canary", "admin"]).Any(user => text.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")), StringComparison.Ordinal));
}

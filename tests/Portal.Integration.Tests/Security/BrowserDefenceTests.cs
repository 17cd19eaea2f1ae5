using System.Net;
using System.Net.Http.Json;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>What other sites can make a person's browser do, and what a browser may do with our answers.</summary>
[Collection(SecurityCollection.Name)]
public sealed class BrowserDefenceTests(SecurityFixture portal)
{
    const string Foreign = "https://evil.example";

    string Own => portal.Host.BaseAddress.GetLeftPart(UriPartial.Authority);

    [Theory]
    [InlineData("/", true)]
    [InlineData("/sign-in", true)]
    [InlineData("/projects/team", true)]
    [InlineData("/no-such-page", true)]
    [InlineData("/admin/users", true)]
    [InlineData("/api/v2.0/systeminfo", true)]
    [InlineData("/api/v2.0/projects/no-such", true)]
    [InlineData("/api/version", true)]
    [InlineData("/openapi/v2.0.json", true)]
    [InlineData("/devcenter-api-2.0/index.html", true)]
    [InlineData("/healthz", true)]
    [InlineData("/_content/Portal.Web/portal.css", true)]
    [InlineData("/_framework/blazor.web.js", true)]
    [InlineData("/v2/", false)]
    [InlineData("/v2/team/app/manifests/1", false)]
    [InlineData("/v2/no/such/manifests/1", false)]
    [InlineData("/service/token?service=portal-registry", false)]
    public async Task Headers_OfEachRouteFamily_TieTheBrowserDown(string path, bool forBrowsers)
    {
        using var stranger = portal.Host.Client();
        using var admin = portal.Host.Client("admin");
        foreach (var client in (HttpClient[])[stranger, admin])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Origin", Foreign);
            using var answer = await client.SendAsync(request);

            Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
            Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
            Assert.DoesNotContain(answer.Headers, h => h.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
            Assert.Null(Header(answer, "Server"));
            if (!forBrowsers) continue;
            var rules = Header(answer, "Content-Security-Policy")!.Split("; ").ToDictionary(r => r.Split(' ')[0], r => r.Split(' ')[1..]);
            Assert.Equal(["'self'"], rules["script-src"]);
            Assert.Equal(["'self'"], rules["default-src"]);
            Assert.Equal(["'none'"], rules["frame-ancestors"]);
            Assert.Equal(["'none'"], rules["object-src"]);
            Assert.DoesNotContain("*", rules.Values.SelectMany(v => v));
            Assert.Equal("DENY", Header(answer, "X-Frame-Options"));
        }
    }

    [Fact]
    public async Task StaticFiles_AreServed()
    {
        // The header test would prove little if these were error pages.
        using var http = portal.Host.Client();
        foreach (var path in (string[])["_content/Portal.Web/portal.css", "_framework/blazor.web.js"]) Assert.Equal(HttpStatusCode.OK, await SecurityFixture.StatusAsync(http, path));
    }

    [Fact]
    public async Task Page_OfASignedInPerson_IsKeptByNobody()
    {
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        using var page = await admin.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/profile"));

        Assert.True(page.Headers.CacheControl?.NoStore);
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(Foreign, null, false)]
    [InlineData("null", null, false)]
    [InlineData(Foreign, "cross-site", false)]
    [InlineData(Foreign, "same-site", false)]
    [InlineData(null, "cross-site", false)]
    [InlineData("own", null, true)]
    [InlineData("own", "same-origin", true)]
    [InlineData(null, "same-origin", true)]
    public async Task Change_ByACookie_NeedsOurOwnPages(string? origin, string? site, bool passes)
    {
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        var name = "made-" + Guid.NewGuid().ToString("N")[..8];
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/api/v2.0/projects", new { project_name = name }), (HttpMethod.Put, $"/api/v2.0/projects/{name}", new { metadata = new Dictionary<string, string> { ["public"] = "true" } }), (HttpMethod.Delete, $"/api/v2.0/projects/{name}", null),
        })
        {
            using var answer = await admin.SendAsync(Change(method, path, body, origin == "own" ? Own : origin, site));
            if (passes) Assert.True(answer.IsSuccessStatusCode, $"{method} answered {answer.StatusCode}");
            else Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Change_ByBasic_NeedsNoOrigin()
    {
        using var admin = portal.Host.Client("admin");
        var name = "made-" + Guid.NewGuid().ToString("N")[..8];
        using var answer = await admin.SendAsync(Change(HttpMethod.Post, "/api/v2.0/projects", new { project_name = name }, Foreign, "cross-site"));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Change_ByACookieBesideWrongBasic_IsNobodys()
    {
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        using var request = Change(HttpMethod.Post, "/api/v2.0/projects", new { project_name = "never-made" }, Foreign, "cross-site");
        request.Headers.Authorization = new("Basic", Convert.ToBase64String("nobody-at-all:x"u8));
        using var answer = await admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("/_blazor?id=x")]
    public async Task Circuit_OfAForeignPage_IsRefused(string path)
    {
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        foreach (var origin in (string[])[Foreign, "null", Own + ".evil.example", Own.Replace("http:", "https:", StringComparison.Ordinal)])
        {
            using var answer = await admin.SendAsync(Change(HttpMethod.Post, path, null, origin, null));
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
        using var twice = Change(HttpMethod.Post, path, null, Foreign, null);
        twice.Headers.Add("Origin", Own);
        using var both = await admin.SendAsync(twice);
        Assert.Equal(HttpStatusCode.Forbidden, both.StatusCode);
    }

    [Fact]
    public async Task Circuit_OfOurOwnPage_IsNegotiated()
    {
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        using var answer = await admin.SendAsync(Change(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, Own, "same-origin"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Circuit_BehindTheProxyWithTls_IsNegotiatedAsTheGuideSaysIt()
    {
        using var http = portal.Host.Client();
        foreach (var (origin, status) in new[] { ("https://images.example.org", HttpStatusCode.OK), ("http://images.example.org", HttpStatusCode.Forbidden) })
        {
            using var request = Change(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1", null, origin, null);
            request.Headers.Host = "images.example.org";
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-For", "198.51.100.20");
            using var answer = await http.SendAsync(request);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    static HttpRequestMessage Change(HttpMethod method, string path, object? body, string? origin, string? site)
    {
        var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        return request;
    }

    static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) || answer.Content.Headers.TryGetValues(name, out values) ? string.Join(',', values) : null;
}

using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Data;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Security.SecurityFixture;

namespace Portal.Integration.Tests.Security;

/// <summary>What guessing and first passwords are good for.</summary>
[Collection(SecurityCollection.Name)]
public sealed class CredentialTests(SecurityFixture portal)
{
    const string TokenService = "service/token?service=portal-registry";

    [Fact]
    public async Task WrongPasswords_FromOneAddress_MakeThatAddressWaitAndNoOther()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        await host.CreateUserAsync("target");
        using var guesser = From(host, "203.0.113.7", "wrong-guess");
        using var owner = From(host, "203.0.113.7");
        using var elsewhere = From(host, "203.0.113.8");
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesser, TokenService));

        using var waiting = await owner.GetAsync(TokenService);
        Assert.Equal(HttpStatusCode.TooManyRequests, waiting.StatusCode);
        Assert.Contains("Try again in 1 s", await waiting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(owner, "api/v2.0/users/current"));
        var page = new SiteVisitor(host.BaseAddress);
        page.Headers.Add("X-Forwarded-For", "203.0.113.7");
        Assert.Contains("Too many wrong passwords. Try again in ", (await page.PostAsync("/sign-in", "sign-in", ("name", "target"), ("password", PortalHost.Password))).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(elsewhere, TokenService));

        // One more wrong one doubles the wait; after it the right one opens again.
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesser, TokenService));
        time.Advance(TimeSpan.FromMilliseconds(1_900));
        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(owner, TokenService));
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(owner, TokenService));
    }

    [Fact]
    public async Task ForwardedAddress_FromAnUnnamedProxy_DoesNotEscapeTheWait()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time, new() { ["Portal:Proxies"] = "192.0.2.1" });
        await host.CreateUserAsync("target");
        for (var i = 0; i < 5; i++)
        {
            using var guesser = From(host, string.Create(CultureInfo.InvariantCulture, $"203.0.113.{i}"), "wrong-guess");
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesser, TokenService));
        }
        using var next = From(host, "203.0.113.99");

        Assert.Equal(HttpStatusCode.TooManyRequests, await StatusAsync(next, TokenService));
    }

    [Fact]
    public async Task FreshDatabase_WithoutAPassword_HasOneAccountGoodForChoosingOneOnly()
    {
        var folder = Directory.CreateTempSubdirectory("portal-first-");
        var file = Path.Combine(folder.FullName, "admin-password");
        // Somebody laid a readable file there beforehand.
        await File.WriteAllTextAsync(file, "planted");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await using var host = await portal.StartAsync(new ShiftedTime(), new() { ["PORTAL_ADMIN_PASSWORD"] = "", ["Portal:FirstRun:PasswordFile"] = file });

        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            var user = await db.Users.SingleAsync();
            Assert.Equal(("admin", true), (user.UserName, user.MustChangePassword));
        }
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var password = (await File.ReadAllTextAsync(file)).Trim();
        Assert.Equal(20, password.Length);

        using var basic = host.Client("admin", password);
        foreach (var path in (string[])["api/v2.0/users/current", "api/v2.0/users", TokenService, "v2/", "v2/_catalog"])
        {
            using var answer = await basic.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Contains("choose your own", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        foreach (var guess in (string[])["Harbor12345", "admin", "password", "planted", ""])
        {
            using var http = host.Client("admin", guess);
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "api/v2.0/users/current"));
        }
        var browser = await SignedInAsync(host, "admin", password);
        foreach (var page in (string[])["/", "/projects", "/profile", "/admin/users", "/admin/audit"]) Assert.Equal("/first-run", (await browser.GetAsync(page)).Location);
        using var api = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v2.0/users"));
        Assert.Equal(HttpStatusCode.Forbidden, api.StatusCode);
        folder.Delete(recursive: true);
    }

    /// <summary>Requests of <c>target</c> that a proxy says come from an address.</summary>
    static HttpClient From(PortalHost host, string address, string password = PortalHost.Password)
    {
        var client = host.Client("target", password);
        client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
        return client;
    }
}

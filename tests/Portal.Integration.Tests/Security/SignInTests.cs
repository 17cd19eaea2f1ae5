using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
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
}

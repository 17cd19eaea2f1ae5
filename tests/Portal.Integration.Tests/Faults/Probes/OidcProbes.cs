using System.Web;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Integration.Tests.Oidc;
using Portal.TestKit.IdentityProvider;
using Xunit;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be tried with signing in by a provider.</summary>
static class OidcProbes
{
    const string Refused = "/sign-in?local&oidc=";

    /// <summary>The provider's answer of another browser, of another attempt, changed, repeated, or about another nonce.</summary>
    public static async Task BendSignInAsync(Target target)
    {
        await using var provider = await StartAsync(target);
        using (var honest = Browser(target))
        {
            Assert.Equal("/", await honest.SignInAsync(new { sub = "s-honest", preferred_username = "honest" }));
            Assert.Equal("honest", await honest.NameAsync());
        }
        using var attacker = Browser(target);
        var callback = await attacker.SignInAtProviderAsync(await attacker.BeginAsync(), new { sub = "s-attacker", preferred_username = "attacker" });
        using (var victim = Browser(target))
        {
            await RefusedAsync(victim, callback, "a browser is signed in by an answer to another");
            await victim.BeginAsync();
            await RefusedAsync(victim, callback, "a browser is signed in by an answer to another");
        }
        using (var victim = Browser(target))
        {
            var stolen = HttpUtility.ParseQueryString(callback.Query)["code"];
            var own = HttpUtility.ParseQueryString((await victim.BeginAsync()).Query);
            await RefusedAsync(victim, new Uri(target.Host.BaseAddress, $"c/oidc/callback?code={stolen}&state={own["state"]}&iss={Uri.EscapeDataString(provider.Url)}"), "a code of another attempt is taken");
        }
        foreach (var (parameter, value, finding) in new[] { ("state", "other", "the state is not compared"), ("iss", "https://other.example", "an answer of another provider is taken") })
        {
            using var browser = Browser(target);
            var answer = await browser.SignInAtProviderAsync(await browser.BeginAsync(), new { sub = "s-changed", preferred_username = "changed" });
            var query = HttpUtility.ParseQueryString(answer.Query);
            query[parameter] = value;
            await RefusedAsync(browser, new Uri(answer, "?" + query), finding);
        }
        using (var browser = Browser(target))
        {
            var authorization = await browser.BeginAsync();
            var query = HttpUtility.ParseQueryString(authorization.Query);
            query["nonce"] = "of-another-sign-in";
            await RefusedAsync(browser, await browser.SignInAtProviderAsync(new Uri(authorization, "?" + query), new { sub = "s-nonce", preferred_username = "nonce" }), "a token for another nonce is taken");
        }
        using (var browser = Browser(target))
        {
            var first = HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
            var second = HttpUtility.ParseQueryString((await browser.BeginAsync()).Query);
            Flaw.Unless(("code", "S256"), (first["response_type"], first["code_challenge_method"]), "the flow is not the one with a code and PKCE");
            foreach (var name in (string[])["state", "nonce", "code_challenge"]) Flaw.If(first[name] is not { Length: 43 } || first[name] == second[name], $"the {name} of two sign-ins is no new one");
        }
    }

    /// <summary>A person of the provider who is called like somebody here, in every field that a provider fills.</summary>
    public static async Task JoinAccountsAsync(Target target)
    {
        await using var provider = await StartAsync(target);
        var victim = await target.NewUserAsync("victim");
        var mail = victim.Name + "@example.com";
        Assert.True((await target.Service<UserService>().UpdateProfileAsync(target.Host.Admin, victim.Id, UserProfile.Empty with { Email = mail }, default)).Ok);
        foreach (var person in (object[])
        [
            new { sub = "s-twin-1", preferred_username = victim.Name, email = mail }, new { sub = "s-twin-2", preferred_username = victim.Name.ToUpperInvariant(), email = mail.ToUpperInvariant() },
            new { sub = mail, preferred_username = "twin-3", email = mail }, new { sub = victim.Name, preferred_username = "twin-4" }, new { sub = "s-twin-5", preferred_username = "admin", email = "admin@example.com" },
        ])
        {
            using var browser = Browser(target);
            await browser.SignInAsync(person);
            var name = await browser.NameAsync();
            Flaw.If(name == victim.Name || name == "admin", $"{person} is taken for {name}");
        }
        using var lower = Browser(target);
        await lower.SignInAsync(new { sub = "s-case", preferred_username = "case-a" });
        using var upper = Browser(target);
        await upper.SignInAsync(new { sub = "S-CASE", preferred_username = "case-b" });
        Assert.Equal("case-a", await lower.NameAsync());
        Flaw.Unless("case-b", await upper.NameAsync(), "two people whose keys differ in case are one");
    }

    static OidcBrowser Browser(Target target) => new(target.Host.BaseAddress);

    static async Task<IdentityProviderProcess> StartAsync(Target target)
    {
        var provider = await IdentityProviderProcess.StartAsync(target.Host.BaseAddress);
        var settings = new Dictionary<string, string>
        {
            ["oidc_endpoint"] = provider.Url,
            ["oidc_client_id"] = IdentityProviderProcess.ClientId,
            ["oidc_client_secret"] = IdentityProviderProcess.ClientSecret,
            ["oidc_name"] = "Acme ID",
            ["oidc_scope"] = "openid profile email",
            ["oidc_auto_onboard"] = "true",
            ["oidc_enabled"] = "true",
        };
        var changed = await target.Service<AuthSettingsService>().ChangeAsync(target.Host.Admin, settings, default);
        Assert.True(changed.Ok, changed.Error?.ToString());
        return provider;
    }

    static async Task RefusedAsync(OidcBrowser browser, Uri callback, string finding)
    {
        using var answer = await browser.GetAsync(callback);
        Flaw.If(await browser.NameAsync() is not null || answer.Headers.Location?.OriginalString.StartsWith(Refused, StringComparison.Ordinal) != true, finding);
    }
}

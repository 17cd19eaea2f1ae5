using Microsoft.AspNetCore.Http;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>Brings a browser through a sign-in by the provider: away, back, and into a session of its own.</summary>
public sealed class OidcSignIn(OidcClient client, OidcAccounts accounts, OidcCookies cookies, SessionService sessions, AuthSettingsStore settings, TimeProvider time)
{
    /// <summary>Where the provider sends the browser back to; registered there with Portal's address in front.</summary>
    public const string CallbackPath = "/c/oidc/callback";

    /// <summary>Begins; gives the provider's address.</summary>
    /// <param name="returnPath">A path on this site, already checked.</param>
    public async Task<Result<string>> BeginAsync(HttpContext http, string returnPath)
    {
        var begun = await client.BeginAsync($"{http.Request.Scheme}://{http.Request.Host}{CallbackPath}", returnPath, http.RequestAborted);
        if (!begun.Ok) return begun.Error;
        cookies.Keep(http, begun.Value.Attempt);
        return begun.Value.Address;
    }

    /// <summary>Takes the provider's answer. Gives where to go, or null when the newcomer must choose a name first.</summary>
    public async Task<Result<string?>> FinishAsync(HttpContext http, OidcAnswer answer)
    {
        var nobody = http.AnonymousCaller();
        var attempt = cookies.Take(http);
        var identity = await client.FinishAsync(attempt, answer, http.RequestAborted);
        if (!identity.Ok)
        {
            await accounts.RefusedAsync(nobody, "oidc", identity.Error, http.RequestAborted);
            return OidcErrors.Find(identity.Error.Code) ?? OidcErrors.Answer;
        }
        var found = await accounts.FindAsync(identity.Value, nobody, http.RequestAborted);
        if (!found.Ok) return found.Error;
        var account = found.Value;
        if (account is null && (await settings.CurrentAsync(http.RequestAborted)).Oidc.AutoOnboard)
        {
            var made = await accounts.CreateAsync(identity.Value, identity.Value.Name, nobody, http.RequestAborted);
            // a name that is taken or unfit is the newcomer's to choose
            account = made.Ok ? made.Value : null;
        }
        if (account is null)
        {
            cookies.Keep(http, new OidcNewcomer(Small(identity.Value), attempt!.Return, time.GetUtcNow() + OidcClient.MaxAttempt));
            return (string?)null;
        }
        await http.SignInBrowserAsync(account, http.RequestAborted, Kept(identity.Value));
        return attempt!.Return;
    }

    /// <summary>Makes the newcomer's account and signs in; gives where to go.</summary>
    public async Task<Result<string>> OnboardAsync(HttpContext http, string name)
    {
        if (cookies.Newcomer(http) is not { } newcomer) return OidcErrors.Browser;
        var made = await accounts.CreateAsync(newcomer.Identity, name, http.AnonymousCaller(), http.RequestAborted);
        if (!made.Ok) return made.Error;
        cookies.DropNewcomer(http);
        await http.SignInBrowserAsync(made.Value, http.RequestAborted, Kept(newcomer.Identity));
        return newcomer.Return;
    }

    /// <summary>Remembers, after the session has ended, whom to sign out at the provider.</summary>
    public void Leave(HttpContext http, Guid session) => cookies.Keep(http, new OidcLeaver(session));

    /// <summary>Where the browser signs out at the provider; null when that is not wanted or not offered.</summary>
    public async Task<string?> SignOutAddressAsync(HttpContext http, string afterwards)
    {
        var leaver = cookies.TakeLeaver(http);
        var token = leaver is null ? null : cookies.Open(await sessions.TakeIdTokenAsync(leaver.Session, http.RequestAborted));
        return await client.EndSessionAddressAsync($"{http.Request.Scheme}://{http.Request.Host}{afterwards}", token, http.RequestAborted);
    }

    ProviderSession Kept(OidcIdentity identity) => new(identity.Session, cookies.Seal(identity.IdToken));

    // browsers drop a cookie of more than four thousand bytes
    static OidcIdentity Small(OidcIdentity identity) => identity.IdToken is { Length: > 1_200 } ? identity with { IdToken = null } : identity;
}

using Microsoft.AspNetCore.Http;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>Brings a browser through a sign-in by the provider: away, back, and into a session of its own.</summary>
public sealed class OidcSignIn(OidcClient client, OidcAccounts accounts, OidcCookies cookies, AuthSettingsStore settings, TimeProvider time)
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
            cookies.Keep(http, new OidcNewcomer(identity.Value, attempt!.Return, time.GetUtcNow() + OidcClient.MaxAttempt));
            return (string?)null;
        }
        await http.SignInBrowserAsync(account, http.RequestAborted);
        return attempt!.Return;
    }

    /// <summary>Makes the newcomer's account and signs in; gives where to go.</summary>
    public async Task<Result<string>> OnboardAsync(HttpContext http, string name)
    {
        if (cookies.Newcomer(http) is not { } newcomer) return OidcErrors.Browser;
        var made = await accounts.CreateAsync(newcomer.Identity, name, http.AnonymousCaller(), http.RequestAborted);
        if (!made.Ok) return made.Error;
        cookies.DropNewcomer(http);
        await http.SignInBrowserAsync(made.Value, http.RequestAborted);
        return newcomer.Return;
    }
}

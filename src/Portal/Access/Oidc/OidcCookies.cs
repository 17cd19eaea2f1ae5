using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Portal.Access.Oidc;

/// <summary>What a browser keeps while a person signs in: encrypted, for ten minutes, taken out when it is read.</summary>
public sealed class OidcCookies(IDataProtectionProvider protection, TimeProvider time)
{
    const string AttemptCookie = "portal-oidc";
    const string NewcomerCookie = "portal-oidc-new";
    const string LeaverCookie = "portal-oidc-out";
    const string IdTokens = "id-token";

    /// <summary>Keeps a sign-in that has begun. It comes along when the provider sends the browser back, so it is lax, not strict.</summary>
    public void Keep(HttpContext http, OidcAttempt attempt) => Write(http, AttemptCookie, attempt);

    /// <summary>The sign-in that this browser began, once; null when there is none.</summary>
    public OidcAttempt? Take(HttpContext http)
    {
        var attempt = Read<OidcAttempt>(http, AttemptCookie);
        Drop(http, AttemptCookie);
        return attempt;
    }

    /// <summary>Keeps who a newcomer is, while they choose a name.</summary>
    public void Keep(HttpContext http, OidcNewcomer newcomer) => Write(http, NewcomerCookie, newcomer);

    /// <summary>Who is choosing a name in this browser; null for nobody, or after ten minutes.</summary>
    public OidcNewcomer? Newcomer(HttpContext http) => Read<OidcNewcomer>(http, NewcomerCookie) is { } newcomer && time.GetUtcNow() < newcomer.Until ? newcomer : null;

    public void DropNewcomer(HttpContext http) => Drop(http, NewcomerCookie);

    /// <summary>Keeps which session has just ended, on the way to sign out at the provider.</summary>
    public void Keep(HttpContext http, OidcLeaver leaver) => Write(http, LeaverCookie, leaver);

    /// <summary>The session that this browser has just ended, once; null for none.</summary>
    public OidcLeaver? TakeLeaver(HttpContext http)
    {
        var leaver = Read<OidcLeaver>(http, LeaverCookie);
        Drop(http, LeaverCookie);
        return leaver;
    }

    /// <summary>Encrypts an identity token for the database.</summary>
    internal string? Seal(string? idToken) => idToken is null ? null : Convert.ToBase64String(Protector(IdTokens).Protect(Encoding.UTF8.GetBytes(idToken)));

    /// <summary>The identity token again; null when its key is gone.</summary>
    internal string? Open(string? sealedToken)
    {
        if (sealedToken is null) return null;
        try
        {
            return Encoding.UTF8.GetString(Protector(IdTokens).Unprotect(Convert.FromBase64String(sealedToken)));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return null; // of an older key: signing out there asks the person then
        }
    }

    void Write<T>(HttpContext http, string name, T value)
    {
        var text = Convert.ToBase64String(Protector(name).Protect(JsonSerializer.SerializeToUtf8Bytes(value)));
        http.Response.Cookies.Append(name, text, Options(http, OidcClient.MaxAttempt));
    }

    T? Read<T>(HttpContext http, string name) where T : class
    {
        if (http.Request.Cookies[name] is not { Length: > 0 } text) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(Encoding.UTF8.GetString(Protector(name).Unprotect(Convert.FromBase64String(text))));
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null; // somebody else's cookie, or one of an older key: as if there were none
        }
    }

    static void Drop(HttpContext http, string name) => http.Response.Cookies.Delete(name, Options(http, null));

    static CookieOptions Options(HttpContext http, TimeSpan? age) => new() { HttpOnly = true, IsEssential = true, MaxAge = age, Path = "/", SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps };

    IDataProtector Protector(string name) => protection.CreateProtector("Portal.Access.Oidc", name);
}

/// <summary>A session that has just ended here and may end at the provider too.</summary>
public sealed record OidcLeaver(Guid Session);

/// <summary>A person whom the provider has vouched for and who has no account yet.</summary>
public sealed record OidcNewcomer(OidcIdentity Identity, string Return, DateTimeOffset Until);

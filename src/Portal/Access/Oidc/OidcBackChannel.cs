using Microsoft.Extensions.Options;
using Portal.Access.Federation;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>Ends the sessions of people whom the provider has signed out. Source: OpenID Connect Back-Channel Logout 1.0 section 2.6.</summary>
public sealed class OidcBackChannel(AuthSettingsStore settings, IssuerDirectory issuers, TokenUses uses, SessionService sessions, IOptions<FederationOptions> options, TimeProvider time)
{
    /// <summary>Where the provider posts to; registered there with Portal's address in front.</summary>
    public const string Path = "/c/oidc/backchannel-logout";

    /// <summary>The largest body in bytes.</summary>
    public const int MaxBody = 64 * 1024;

    const string Event = "http://schemas.openid.net/event/backchannel-logout";
    const string Type = "logout+jwt";
    const string Purpose = "logout";
    const int MaxText = 255;

    // made for the moment; a longer one could sign out a session that begins long after it
    static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(1);

    /// <summary>Checks a logout token and ends what it names: the sessions of a provider's session, of a person, or of both. A token counts once.</summary>
    /// <param name="caller">The anonymous caller with the address of the request.</param>
    /// <returns>How many sessions ended; also none. Refusals are those of <see cref="JwtErrors"/> and <see cref="OidcErrors"/>.</returns>
    public async Task<Result<int>> EndAsync(string? token, Caller caller, CancellationToken cancellation)
    {
        var oidc = (await settings.CurrentAsync(cancellation)).Oidc;
        if (!oidc.Enabled) return OidcErrors.Off;
        var read = Jwt.Read(token, Type);
        if (!read.Ok) return read.Error;
        var claims = read.Value.Claims;
        // what it says is looked at first, so that nobody makes Portal ask the provider for keys by sending anything
        if (Refuse(oidc, claims) is { } refusal) return refusal;
        var verified = await issuers.VerifyAsync(read.Value, oidc.Endpoint, oidc.VerifyCertificate, cancellation);
        if (!verified.Ok) return verified.Error;
        var key = TokenUses.Key(oidc.Endpoint, claims.Text("jti")!, Purpose);
        if (await uses.IsUsedAsync(key, cancellation)) return JwtErrors.Replayed;
        var ended = await sessions.EndOfProviderAsync(oidc.Endpoint, claims.Text("sid"), claims.Text("sub"), caller, cancellation);
        // remembered last: a provider that got no answer sends it again
        await uses.TryUseAsync(key, "", claims.Time("exp")!.Value.AddSeconds(options.Value.SkewSeconds), cancellation);
        return ended;
    }

    Error? Refuse(OidcSettings oidc, JwtClaims claims)
    {
        if (new JwtRules(oidc.Endpoint, TimeSpan.FromSeconds(options.Value.SkewSeconds), MaxLifetime).Refuse(claims, time.GetUtcNow()) is { } wrong) return wrong;
        if (!claims.Audiences!.Contains(oidc.ClientId, StringComparer.Ordinal)) return JwtErrors.Audience;
        if (!claims.HasObject("events", Event)) return JwtErrors.Claim("events", $"an object with {Event}");
        // an identity token must never serve as one
        if (claims.Has("nonce")) return JwtErrors.LogoutNonce;
        if (claims.Text("jti") is not { Length: > 0 and <= MaxText }) return JwtErrors.Claim("jti", "text of 1 to 255 characters");
        foreach (var name in (string[])["sid", "sub"])
            if (claims.Has(name) && claims.Text(name) is not { Length: > 0 and <= MaxText }) return JwtErrors.Claim(name, "text of 1 to 255 characters");
        return claims.Has("sid") || claims.Has("sub") ? null : JwtErrors.LogoutOfNobody;
    }
}

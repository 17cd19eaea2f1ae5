using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>What a token must say besides a right signature.</summary>
/// <param name="Issuer">Exactly this <c>iss</c>.</param>
/// <param name="Skew">How far two clocks may be apart.</param>
/// <param name="MaxLifetime">The longest time from <c>iat</c> to <c>exp</c>.</param>
public sealed record JwtRules(string Issuer, TimeSpan Skew, TimeSpan MaxLifetime)
{
    /// <summary>Refuses a token of another issuer or time. Source: RFC 7519 section 4.1, RFC 8725.</summary>
    public Error? Refuse(JwtClaims claims, DateTimeOffset now)
    {
        if (claims.Text("iss") is not { } issuer) return JwtErrors.Claim("iss", "text");
        if (issuer != Issuer) return JwtErrors.Issuer;
        if (claims.Audiences is null) return JwtErrors.Claim("aud", "text or a list of texts");
        if (claims.Time("exp") is not { } end) return JwtErrors.Claim("exp", "a time in seconds since 1970");
        if (claims.Time("iat") is not { } made) return JwtErrors.Claim("iat", "a time in seconds since 1970");
        var from = claims.Time("nbf");
        if (from is null && claims.Has("nbf")) return JwtErrors.Claim("nbf", "a time in seconds since 1970");
        if (now >= end + Skew || end <= made) return JwtErrors.Expired;
        if (made > now + Skew || from > now + Skew) return JwtErrors.NotYet;
        return end - made > MaxLifetime ? JwtErrors.TooOld(MaxLifetime) : null;
    }
}

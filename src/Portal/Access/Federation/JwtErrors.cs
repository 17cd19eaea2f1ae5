using System.Globalization;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>Why a token of an identity provider is refused. Codes are stable; no message repeats a part of the token but names of algorithms, keys and claims.</summary>
public static class JwtErrors
{
    static Error Refuse(string code, string message) => new(code, message, ErrorKind.Unauthenticated, "subject_token");

    public static Error TooLong { get; } = Refuse("JWT_TOO_LONG", string.Create(CultureInfo.InvariantCulture, $"The token is longer than {Jwt.MaxLength} characters."));
    public static Error Form { get; } = Refuse("JWT_FORM", "This is not a signed token: three parts of unpadded base64url with a dot between them.");
    public static Error Json(string part) => Refuse("JWT_JSON", $"The {part} of the token is not a JSON object with each member once.");
    public static Error Algorithm { get; } = Refuse("JWT_ALGORITHM", $"The token's algorithm (alg) is none of {string.Join(", ", JwtAlgorithm.Names)}.");
    public static Error Critical { get; } = Refuse("JWT_CRITICAL", "The token demands an extension (crit, b64, zip, enc or cty) that is not understood.");
    public static Error Type { get; } = Refuse("JWT_TYPE", "The token's type (typ) is not JWT: a token for another purpose does not count here.");
    public static Error KeyId { get; } = Refuse("JWT_KEY_ID", "The token's key id (kid) is not text of 1 to 256 characters.");
    public static Error NoKey { get; } = Refuse("JWT_NO_KEY", "The issuer publishes no key that fits the token's key id and algorithm.");
    public static Error Signature { get; } = Refuse("JWT_SIGNATURE", "The signature does not fit.");
    public static Error Claim(string name, string wanted) => Refuse("JWT_CLAIM", $"The claim {name} is missing or not {wanted}.");
    public static Error Issuer { get; } = Refuse("JWT_ISSUER", "The token is from another issuer (iss).");
    public static Error Audience { get; } = Refuse("JWT_AUDIENCE", "The token is meant for somebody else (aud).");
    public static Error Expired { get; } = Refuse("JWT_EXPIRED", "The token has ended (exp).");
    public static Error NotYet { get; } = Refuse("JWT_NOT_YET", "The token is not valid yet (nbf or iat lies ahead).");
    public static Error TooOld(TimeSpan most) => Refuse("JWT_LIFETIME", string.Create(CultureInfo.InvariantCulture, $"The token holds for longer than the {most.TotalHours:0.#} hours that are allowed here (exp - iat)."));
    public static Error Nonce { get; } = Refuse("JWT_NONCE", "The token answers another sign-in (nonce).");
    public static Error AccessTokenHash { get; } = Refuse("JWT_AT_HASH", "The token came with another access token than it was made for (at_hash).");
    public static Error LogoutNonce { get; } = Refuse("JWT_CLAIM", "A logout token holds no nonce.");
    public static Error LogoutOfNobody { get; } = Refuse("JWT_CLAIM", "A logout token names a session (sid) or a person (sub).");
    public static Error Replayed { get; } = Refuse("JWT_REPLAYED", "The token was used already (jti); the trust lets each in once.");
}

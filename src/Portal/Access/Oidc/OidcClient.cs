using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Portal.Access.Federation;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>The authorisation code flow with PKCE, as a client of one provider. Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207.</summary>
public sealed class OidcClient(AuthSettingsStore settings, IssuerDirectory issuers, IssuerHttp http, IOptions<FederationOptions> options, TimeProvider time)
{
    /// <summary>How long a person may take at the provider.</summary>
    public static readonly TimeSpan MaxAttempt = TimeSpan.FromMinutes(10);

    // an identity token is read at once; longer ones are somebody else's idea of a session
    static readonly TimeSpan MaxIdTokenLifetime = TimeSpan.FromDays(7);

    // what the flow itself says cannot be said by a setting
    static readonly string[] Own = ["response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "request", "request_uri"];

    /// <summary>Begins a sign-in: what the browser keeps and where it goes.</summary>
    /// <param name="redirectUri">Portal's own address for the answer, as the browser sees it.</param>
    public async Task<Result<(OidcAttempt Attempt, string Address)>> BeginAsync(string redirectUri, string returnPath, CancellationToken cancellation)
    {
        var oidc = (await settings.CurrentAsync(cancellation)).Oidc;
        if (!oidc.Enabled) return OidcErrors.Off;
        var metadata = await issuers.DescribeAsync(oidc.Endpoint, oidc.VerifyCertificate, cancellation);
        if (!metadata.Ok) return OidcErrors.Away;
        if (metadata.Value.AuthorizationAddress is not { } address || http.Refuse("authorization_endpoint", address) is not null) return OidcErrors.Away;
        var attempt = new OidcAttempt(Random(), Random(), Random(), oidc.Endpoint, redirectUri, returnPath, time.GetUtcNow());
        var query = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(oidc.ExtraRedirectParameters) ?? [])
            if (!Own.Contains(name, StringComparer.OrdinalIgnoreCase)) query[name] = value;
        query["response_type"] = "code";
        query["client_id"] = oidc.ClientId;
        query["redirect_uri"] = redirectUri;
        query["scope"] = string.Join(' ', oidc.Scopes);
        query["state"] = attempt.State;
        query["nonce"] = attempt.Nonce;
        query["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(attempt.Verifier)));
        query["code_challenge_method"] = "S256";
        return (attempt, QueryHelpers.AddQueryString(address, query));
    }

    /// <summary>Checks the provider's answer against what the browser kept, and finds out who the person is. Refusals are those of <see cref="OidcErrors"/> or of <see cref="JwtErrors"/>.</summary>
    public async Task<Result<OidcIdentity>> FinishAsync(OidcAttempt? attempt, OidcAnswer answer, CancellationToken cancellation)
    {
        var oidc = (await settings.CurrentAsync(cancellation)).Oidc;
        if (!oidc.Enabled) return OidcErrors.Off;
        if (attempt is null || !Same(answer.State, attempt.State) || time.GetUtcNow() - attempt.StartedAt > MaxAttempt || attempt.Issuer != oidc.Endpoint) return OidcErrors.Browser;
        var metadata = await issuers.DescribeAsync(oidc.Endpoint, oidc.VerifyCertificate, cancellation);
        if (!metadata.Ok) return OidcErrors.Away;
        if (answer.Issuer is null ? metadata.Value.NamesIssuerInAnswer : answer.Issuer != attempt.Issuer) return OidcErrors.MixUp;
        if (answer.Error is not null) return OidcErrors.Denied;
        if (string.IsNullOrEmpty(answer.Code)) return OidcErrors.Answer;
        var tokens = await RedeemAsync(oidc, metadata.Value, attempt, answer.Code, cancellation);
        if (!tokens.Ok) return tokens.Error;
        if (Text(tokens.Value, "id_token") is not { } idToken) return OidcErrors.Answer;
        var accessToken = Text(tokens.Value, "access_token");
        var claims = await VerifyAsync(oidc, attempt, idToken, accessToken, cancellation);
        if (!claims.Ok) return claims.Error;
        var identity = await IdentifyAsync(oidc, metadata.Value, claims.Value, accessToken, cancellation);
        return identity.Ok ? identity.Value with { IdToken = idToken.Length <= OidcIdentity.MaxKept ? idToken : null } : identity;
    }

    /// <summary>Where signing out at the provider happens; null when it is not wanted or not offered.</summary>
    /// <param name="afterwards">Portal's own address to come back to.</param>
    /// <param name="idToken">The identity token of the session that ended, by which the provider knows whom to sign out without asking; null for none.</param>
    public async Task<string?> EndSessionAddressAsync(string afterwards, string? idToken, CancellationToken cancellation)
    {
        var oidc = (await settings.CurrentAsync(cancellation)).Oidc;
        if (!oidc.Enabled || !oidc.Logout) return null;
        var metadata = await issuers.DescribeAsync(oidc.Endpoint, oidc.VerifyCertificate, cancellation);
        if (metadata is not { Ok: true, Value.EndSessionAddress: { } address } || http.Refuse("end_session_endpoint", address) is not null) return null;
        var query = new Dictionary<string, string?> { ["client_id"] = oidc.ClientId, ["post_logout_redirect_uri"] = afterwards };
        if (idToken is not null) query["id_token_hint"] = idToken;
        return QueryHelpers.AddQueryString(address, query);
    }

    async Task<Result<JsonElement>> RedeemAsync(OidcSettings oidc, IssuerMetadata metadata, OidcAttempt attempt, string code, CancellationToken cancellation)
    {
        if (metadata.TokenAddress is not { } address) return OidcErrors.Away;
        var form = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = attempt.RedirectUri, ["code_verifier"] = attempt.Verifier };
        AuthenticationHeaderValue? authorization = null;
        if (oidc.ClientSecret.Length == 0) form["client_id"] = oidc.ClientId;
        else if (metadata.ClientAuthentication.Contains("client_secret_basic"))
            // both parts are form-encoded first: RFC 6749 section 2.3.1
            authorization = new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(oidc.ClientId)}:{WebUtility.UrlEncode(oidc.ClientSecret)}")));
        else (form["client_id"], form["client_secret"]) = (oidc.ClientId, oidc.ClientSecret);
        var answer = await http.PostAsync("token_endpoint", address, oidc.VerifyCertificate, form, authorization, cancellation);
        if (!answer.Ok) return OidcErrors.Away;
        return answer.Value.Status == HttpStatusCode.OK && Jwt.Parse(answer.Value.Body, 8) is { } json ? json : OidcErrors.Answer;
    }

    async Task<Result<JwtClaims>> VerifyAsync(OidcSettings oidc, OidcAttempt attempt, string idToken, string? accessToken, CancellationToken cancellation)
    {
        var read = Jwt.Read(idToken);
        if (!read.Ok) return read.Error;
        var verified = await issuers.VerifyAsync(read.Value, oidc.Endpoint, oidc.VerifyCertificate, cancellation);
        if (!verified.Ok) return verified.Error;
        var claims = read.Value.Claims;
        if (new JwtRules(oidc.Endpoint, TimeSpan.FromSeconds(options.Value.SkewSeconds), MaxIdTokenLifetime).Refuse(claims, time.GetUtcNow()) is { } refusal) return refusal;
        if (!claims.Audiences!.Contains(oidc.ClientId, StringComparer.Ordinal)) return JwtErrors.Audience;
        // with several audiences it must say for which of them it was made
        if (claims.Has("azp") || claims.Audiences!.Count > 1 ? claims.Text("azp") != oidc.ClientId : false) return JwtErrors.Audience;
        if (!Same(claims.Text("nonce"), attempt.Nonce)) return JwtErrors.Nonce;
        if (claims.Has("at_hash") && !Same(claims.Text("at_hash"), HalfHash(read.Value.Algorithm, accessToken ?? ""))) return JwtErrors.AccessTokenHash;
        return claims.Text("sub") is { Length: > 0 and <= 255 } ? claims : JwtErrors.Claim("sub", "text of 1 to 255 characters");
    }

    async Task<Result<OidcIdentity>> IdentifyAsync(OidcSettings oidc, IssuerMetadata metadata, JwtClaims id, string? accessToken, CancellationToken cancellation)
    {
        var subject = id.Text("sub")!;
        JwtClaims? more = null;
        var wanted = oidc.GroupsClaim.Length > 0 && id.Values(oidc.GroupsClaim).Count == 0 || Name(oidc, id) is null;
        if (wanted && metadata.UserInfoAddress is { } address && accessToken is not null)
        {
            var answer = await http.GetAsync("userinfo_endpoint", address, oidc.VerifyCertificate, accessToken, cancellation);
            if (!answer.Ok) return OidcErrors.Away;
            if (answer.Value.Status != HttpStatusCode.OK || Jwt.Parse(answer.Value.Body, 8) is not { } json) return OidcErrors.Answer;
            more = new JwtClaims(json);
            // an answer about somebody else: OpenID Connect Core section 5.3.2
            if (more.Text("sub") != subject) return OidcErrors.Answer;
        }
        IReadOnlyList<string>? groups = oidc.GroupsClaim.Length == 0 ? null : [.. id.Values(oidc.GroupsClaim).Concat(more?.Values(oidc.GroupsClaim) ?? [])];
        return new OidcIdentity(oidc.Endpoint, subject, Name(oidc, id) ?? (more is null ? null : Name(oidc, more)) ?? "", Either("name"), Either("email"), groups)
        {
            Session = id.Text("sid") is { Length: > 0 and <= 255 } session ? session : null,
        };

        string Either(string claim) => id.Text(claim) ?? more?.Text(claim) ?? "";
    }

    /// <summary>The left half of the hash of the token's own algorithm over the access token. Source: OpenID Connect Core 1.0 section 3.1.3.6.</summary>
    internal static string HalfHash(string algorithm, string accessToken)
    {
        var bytes = Encoding.ASCII.GetBytes(accessToken);
        var hash = algorithm[^3..] switch { "384" => SHA384.HashData(bytes), "512" => SHA512.HashData(bytes), _ => SHA256.HashData(bytes) };
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    static string? Name(OidcSettings oidc, JwtClaims claims) =>
        oidc.UserClaim.Length > 0 ? claims.Text(oidc.UserClaim) : claims.Text("preferred_username") ?? claims.Text("nickname") ?? claims.Text("email")?.Split('@')[0];

    static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    static bool Same(string? given, string kept) => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(kept));

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

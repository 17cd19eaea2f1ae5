using System.Text.Json;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>What an issuer says of itself. Source: OpenID Connect Discovery 1.0 section 3, RFC 9207.</summary>
public sealed class IssuerMetadata
{
    /// <summary>Where it is, under the issuer's own address.</summary>
    public const string Path = "/.well-known/openid-configuration";

    public required string Issuer { get; init; }
    public required string KeysAddress { get; init; }
    public string? AuthorizationAddress { get; init; }
    public string? TokenAddress { get; init; }
    public string? UserInfoAddress { get; init; }
    public string? EndSessionAddress { get; init; }

    /// <summary>How a client may prove itself to the token endpoint; <c>client_secret_basic</c> when nothing is said.</summary>
    public IReadOnlyList<string> ClientAuthentication { get; init; } = [];

    /// <summary>True when the answer to a sign-in names its issuer.</summary>
    public bool NamesIssuerInAnswer { get; init; }

    /// <summary>Reads the document; its issuer must be the one that was asked, letter by letter.</summary>
    public static Result<IssuerMetadata> Read(string issuer, IssuerAnswer answer)
    {
        if (answer.Status != System.Net.HttpStatusCode.OK) return Wrong($"the address answers {(int)answer.Status}");
        if (Jwt.Parse(answer.Body, 16) is not { } json) return Wrong("it is not JSON with each member once");
        if (Text(json, "issuer") != issuer) return Wrong("it names another issuer");
        if (Text(json, "jwks_uri") is not { } keys) return Wrong("it names no keys (jwks_uri)");
        return new IssuerMetadata
        {
            Issuer = issuer,
            KeysAddress = keys,
            AuthorizationAddress = Text(json, "authorization_endpoint"),
            TokenAddress = Text(json, "token_endpoint"),
            UserInfoAddress = Text(json, "userinfo_endpoint"),
            EndSessionAddress = Text(json, "end_session_endpoint"),
            ClientAuthentication = json.TryGetProperty("token_endpoint_auth_methods_supported", out var methods) && methods.ValueKind == JsonValueKind.Array
                ? [.. methods.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.String).Select(m => m.GetString()!)] : ["client_secret_basic"],
            NamesIssuerInAnswer = json.TryGetProperty("authorization_response_iss_parameter_supported", out var named) && named.ValueKind == JsonValueKind.True,
        };
    }

    static Error Wrong(string why) => new("ISSUER_UNREACHABLE", $"The issuer's description ({Path}) cannot be used: {why}.", ErrorKind.Unavailable, "issuer");

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

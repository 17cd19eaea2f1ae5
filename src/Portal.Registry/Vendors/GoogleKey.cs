using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>A service account's JSON key. Source: Google, "Using OAuth 2.0 for server to server applications".</summary>
/// <param name="Email">Whose key.</param>
/// <param name="KeyId">Which of its keys.</param>
/// <param name="PrivateKey">RSA in PEM.</param>
/// <param name="TokenAddress">Where it is exchanged.</param>
/// <param name="Project">The account's project.</param>
sealed record GoogleKey(string Email, string KeyId, string PrivateKey, Uri TokenAddress, string? Project)
{
    // the key is proof of identity for whoever asks, so it goes to Google alone
    static readonly string[] TokenHosts = ["oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"];

    public override string ToString() => $"{Email}:***";

    public static Result<GoogleKey> Parse(string json)
    {
        static Error Wrong(string why) => Error.Invalid("json_key", $"The service account key is not valid: {why}.");
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.Text("client_email") is not { } email || root.Text("private_key") is not { } pem) return Wrong("it needs client_email and private_key");
            var address = root.Text("token_uri") ?? "https://oauth2.googleapis.com/token";
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != "https" || !uri.IsDefaultPort || !TokenHosts.Contains(uri.IdnHost)) return Wrong("its token_uri is not one of Google");
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new GoogleKey(email, root.Text("private_key_id") ?? "", pem, uri, root.Text("project_id"));
        }
        catch (Exception e) when (e is JsonException or ArgumentException or CryptographicException)
        {
            return Wrong(e is JsonException ? "it is not JSON" : "its private_key is not an RSA key in PEM");
        }
    }

    /// <summary>A signed statement that the holder of the key asks for a token, good for an hour.</summary>
    public string Assertion(DateTimeOffset now)
    {
        static string Part(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
        var signed = Part(new() { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = KeyId }) + "." + Part(new()
        {
            ["iss"] = Email,
            ["scope"] = "https://www.googleapis.com/auth/cloud-platform",
            ["aud"] = TokenAddress.OriginalString,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + 3600,
        });
        using var rsa = RSA.Create();
        rsa.ImportFromPem(PrivateKey);
        return signed + "." + Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>An access token for the key.</summary>
    public async Task<Result<(string, DateTimeOffset)>> ExchangeAsync(HttpMessageInvoker http, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var api = new VendorApi(http, new(TokenAddress.GetLeftPart(UriPartial.Authority)), "Google's token service");
        var answer = await api.PostFormAsync(TokenAddress.AbsolutePath, [new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", Assertion(now))], ct);
        // a key that was deleted is 400 invalid_grant
        if (!answer.Ok) return answer.Error.Kind == ErrorKind.Invalid ? answer.Error with { Kind = ErrorKind.Unauthenticated } : answer.Error;
        return answer.Value.Text("access_token") is { } token ? (token, now.AddSeconds(Math.Clamp(answer.Value.Json.Number("expires_in") ?? 300, 1, 86_400)))
            : RegistryErrors.BadAnswer("Google's token service answered without an access token.");
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Access;

namespace Portal.Gateway.Tokens;

/// <summary>
/// Writes and reads tokens: compact JWS with HS256 (RFC 7515, RFC 7519). Only the header that <see cref="Write"/> produces is accepted, byte for
/// byte, so no header of a stranger's is ever interpreted: neither <c>alg</c> nor <c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>crit</c>.
/// </summary>
/// <param name="key">32 random bytes that all nodes share.</param>
/// <param name="service">Audience.</param>
sealed class TokenCodec(byte[] key, string service)
{
    public const string Issuer = "portal";

    /// <summary>The longest token that is looked at.</summary>
    public const int MaxLength = 8_192;

    /// <summary>How far another node's clock may be ahead.</summary>
    static readonly TimeSpan Leeway = TimeSpan.FromSeconds(60);

    readonly string _header = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{{\"alg\":\"HS256\",\"kid\":\"{KeyId(key)}\",\"typ\":\"JWT\"}}")) + ".";

    public string Write(TokenClaims claims)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("iss", Issuer);
            json.WriteString("aud", service);
            json.WriteString("sub", claims.Subject);
            json.WriteNumber("iat", claims.IssuedAt.ToUnixTimeSeconds());
            json.WriteNumber("nbf", claims.IssuedAt.ToUnixTimeSeconds());
            json.WriteNumber("exp", claims.ExpiresAt.ToUnixTimeSeconds());
            json.WriteString("jti", claims.Id);
            json.WriteNumber("kind", (int)claims.Kind);
            json.WriteNumber("uid", claims.SubjectId);
            json.WriteString("stamp", claims.Stamp);
            if (claims.Credential.Length > 0) json.WriteString("cred", claims.Credential);
            json.WriteStartArray("access");
            foreach (var grant in claims.Access)
            {
                json.WriteStartObject();
                json.WriteString("type", grant.Type);
                json.WriteString("name", grant.Name);
                json.WriteStartArray("actions");
                foreach (var word in grant.Words()) json.WriteStringValue(word);
                json.WriteEndArray();
                json.WriteNumber("project", grant.Project);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        var signed = _header + Base64Url.EncodeToString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return $"{signed}.{Base64Url.EncodeToString(Sign(signed))}";
    }

    /// <summary>Reads a token; null when it is not one of ours, has ended, or has not begun.</summary>
    public TokenClaims? Read(string token, DateTimeOffset now)
    {
        if (token.Length > MaxLength || !token.StartsWith(_header, StringComparison.Ordinal)) return null;
        var dot = token.LastIndexOf('.');
        // exactly 32 bytes in base64url: the decoder alone would let blanks pass
        if (dot < _header.Length || token.Length - dot - 1 != 43) return null;
        try
        {
            Span<byte> signature = stackalloc byte[32];
            if (!Base64Url.TryDecodeFromChars(token.AsSpan(dot + 1), signature, out var length) || length != 32 || !CryptographicOperations.FixedTimeEquals(signature, Sign(token[..dot]))) return null;
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(_header.Length, dot - _header.Length)));
            return Claims(json.RootElement, now);
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            // signed with our key and yet not our shape: another version's token, which its client renews
            return null;
        }
    }

    TokenClaims? Claims(JsonElement root, DateTimeOffset now)
    {
        if (root.GetProperty("iss").GetString() != Issuer || root.GetProperty("aud").GetString() != service) return null;
        var claims = new TokenClaims(root.GetProperty("sub").GetString()!, (SubjectKind)root.GetProperty("kind").GetInt32(), root.GetProperty("uid").GetInt32(), root.GetProperty("stamp").GetString()!,
            Time("iat"), Time("exp"), root.GetProperty("jti").GetString()!, [.. root.GetProperty("access").EnumerateArray().Select(Grant)])
        {
            Credential = root.TryGetProperty("cred", out var credential) ? credential.GetString()! : "",
        };
        return now < claims.ExpiresAt && now >= Time("nbf") - Leeway && now >= claims.IssuedAt - Leeway ? claims : null;

        DateTimeOffset Time(string name) => DateTimeOffset.FromUnixTimeSeconds(root.GetProperty(name).GetInt64());
    }

    static TokenGrant Grant(JsonElement grant)
    {
        var (type, name) = (grant.GetProperty("type").GetString()!, grant.GetProperty("name").GetString()!);
        var words = string.Join(',', grant.GetProperty("actions").EnumerateArray().Select(a => a.GetString()));
        return new(type, name, Scope.Parse($"{type}:{name}:{words}")?.Actions ?? ScopeActions.None, grant.GetProperty("project").GetInt32());
    }

    byte[] Sign(string text) => HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text));

    static string KeyId(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 6));
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>
/// A compact JWS (RFC 7515) read strictly and not yet believed: <see cref="Verify"/> comes before anything in it counts. Of the header only
/// <c>alg</c>, <c>kid</c> and <c>typ</c> are read; a key that the token brings along (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) is never looked at.
/// </summary>
public sealed class Jwt
{
    /// <summary>The longest token that is looked at, in characters.</summary>
    public const int MaxLength = 16_384;

    const int MaxKeyId = 256;

    // each would change what the signature covers or what the payload is
    static readonly string[] Demands = ["crit", "b64", "zip", "enc", "cty"];
    static readonly UTF8Encoding StrictUtf8 = new(false, true);

    readonly JwtAlgorithm _algorithm;
    readonly byte[] _signed;
    readonly byte[] _signature;

    Jwt(JwtAlgorithm algorithm, string? keyId, JsonElement claims, byte[] signed, byte[] signature)
    {
        (_algorithm, _signed, _signature) = (algorithm, signed, signature);
        (KeyId, Claims) = (keyId, new JwtClaims(claims));
    }

    /// <summary>Which of the issuer's keys signed it; null when it does not say.</summary>
    public string? KeyId { get; }

    /// <summary>One of <c>RS256 RS384 RS512 PS256 ES256 ES384</c>.</summary>
    public string Algorithm => _algorithm.Name;

    /// <summary>What it says; to be believed only after <see cref="Verify"/>.</summary>
    public JwtClaims Claims { get; }

    /// <summary>True for text that looks like a token, for doors that take both passwords and tokens. No password and no secret is as long as the shortest token.</summary>
    public static bool LooksLike(string text) => text.Length > 128 && text.StartsWith("eyJ", StringComparison.Ordinal) && text.Count(c => c == '.') == 2;

    /// <summary>Reads a token. Refusals are those of <see cref="JwtErrors"/>.</summary>
    /// <param name="type">A type (<c>typ</c>) that it may have beside <c>JWT</c>, such as <c>logout+jwt</c>.</param>
    public static Result<Jwt> Read(string? token, string? type = null)
    {
        if (string.IsNullOrEmpty(token)) return JwtErrors.Form;
        if (token.Length > MaxLength) return JwtErrors.TooLong;
        var parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[0]) is not { } head || Decode(parts[1]) is not { } body || Decode(parts[2]) is not { Length: > 0 } signature) return JwtErrors.Form;
        if (Parse(head, 4) is not { } header) return JwtErrors.Json("header");
        if (JwtAlgorithm.Find(Text(header, "alg")) is not { } algorithm) return JwtErrors.Algorithm;
        if (Array.Exists(Demands, name => header.TryGetProperty(name, out _))) return JwtErrors.Critical;
        if (header.TryGetProperty("typ", out _) && !string.Equals(Text(header, "typ"), "JWT", StringComparison.OrdinalIgnoreCase)
            && (type is null || !string.Equals(Text(header, "typ"), type, StringComparison.OrdinalIgnoreCase))) return JwtErrors.Type;
        var keyId = Text(header, "kid");
        if (header.TryGetProperty("kid", out _) && keyId is not { Length: > 0 and <= MaxKeyId }) return JwtErrors.KeyId;
        if (Parse(body, 8) is not { } claims) return JwtErrors.Json("payload");
        return new Jwt(algorithm, keyId, claims, Encoding.ASCII.GetBytes(token, 0, token.LastIndexOf('.')), signature);
    }

    /// <summary>Checks the signature against an issuer's published keys. <see cref="JwtErrors.NoKey"/> means that the issuer may have new ones.</summary>
    public Result Verify(JsonWebKeySet keys)
    {
        var fitting = keys.Find(KeyId, _algorithm);
        if (fitting.Count == 0) return JwtErrors.NoKey;
        return fitting.Any(k => k.Verify(_algorithm, _signed, _signature)) ? Result.Success : JwtErrors.Signature;
    }

    /// <summary>Decodes base64url as RFC 7515 has it: no padding, no blank, and only the one way of writing the same bytes.</summary>
    static byte[]? Decode(string part)
    {
        if (part.Length % 4 == 1 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        var bytes = Base64Url.DecodeFromChars(part.AsSpan()[..(part.Length - part.Length % 4)]);
        if (part.Length % 4 != 0)
        {
            // the last one or two bytes by hand, so that spare bits that are not zero are refused instead of thrown about
            var bits = part.AsSpan(part.Length - part.Length % 4).ToString().Aggregate(0, (all, c) => all << 6 | Sextet(c));
            var spare = part.Length % 4 == 2 ? 4 : 2;
            if ((bits & ((1 << spare) - 1)) != 0) return null;
            bits >>= spare;
            bytes = part.Length % 4 == 2 ? [.. bytes, (byte)bits] : [.. bytes, (byte)(bits >> 8), (byte)bits];
        }
        return bytes;
    }

    static int Sextet(char c) => c switch { >= 'A' and <= 'Z' => c - 'A', >= 'a' and <= 'z' => c - 'a' + 26, >= '0' and <= '9' => c - '0' + 52, '-' => 62, _ => 63 };

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>An object with every member once, at any depth, in well-formed UTF-8 and text; null for anything else.</summary>
    internal static JsonElement? Parse(byte[] utf8, int depth)
    {
        try
        {
            StrictUtf8.GetCharCount(utf8);
            using var json = JsonDocument.Parse(utf8, new() { AllowDuplicateProperties = false, MaxDepth = depth });
            if (json.RootElement.ValueKind != JsonValueKind.Object) return null;
            ReadAllText(json.RootElement);
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            return null;
        }
    }

    // an escaped half of a surrogate pair is noticed only when text is read
    static void ReadAllText(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String) json.GetString();
        else if (json.ValueKind == JsonValueKind.Array) foreach (var item in json.EnumerateArray()) ReadAllText(item);
        else if (json.ValueKind == JsonValueKind.Object)
            foreach (var member in json.EnumerateObject())
            {
                _ = member.Name;
                ReadAllText(member.Value);
            }
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portal.Access.Federation;

/// <summary>One public key of an issuer. Source: RFC 7517, RFC 7518 section 6.</summary>
sealed class JsonWebKey
{
    const int MinRsaBits = 2_048;
    const int MaxRsaBits = 8_192;
    const int MaxExponentBytes = 4;

    readonly RSAParameters? _rsa;
    readonly ECParameters? _ec;
    readonly string? _curve;
    readonly string? _algorithm;

    JsonWebKey(string? id, string? algorithm, RSAParameters? rsa, ECParameters? ec, string? curve) => (Id, _algorithm, _rsa, _ec, _curve) = (id, algorithm, rsa, ec, curve);

    /// <summary>Its name (<c>kid</c>), when it has one.</summary>
    public string? Id { get; }

    /// <summary>Reads a key; null for one that must not or cannot check signatures here.</summary>
    public static JsonWebKey? Read(JsonElement json)
    {
        // whoever publishes a private key has published it to everybody
        if (json.TryGetProperty("d", out _) || json.TryGetProperty("k", out _)) return null;
        if (json.TryGetProperty("use", out _) && Text(json, "use") != "sig") return null;
        if (json.TryGetProperty("key_ops", out var operations)
            && (operations.ValueKind != JsonValueKind.Array || !operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.GetString() == "verify"))) return null;
        var (id, algorithm) = (Text(json, "kid"), Text(json, "alg"));
        return Text(json, "kty") switch
        {
            "RSA" when Rsa(json) is { } rsa => new(id, algorithm, rsa, null, null),
            "EC" when Ec(json) is { } ec => new(id, algorithm, null, ec, Text(json, "crv")),
            _ => null,
        };
    }

    /// <summary>True when the key is of the algorithm's kind and curve, and does not say that it is for another.</summary>
    public bool Can(JwtAlgorithm algorithm) =>
        (_algorithm is null || _algorithm == algorithm.Name) && (algorithm.Padding is not null ? _rsa is not null : _ec is not null && _curve == algorithm.Curve);

    /// <summary>Checks a signature of exactly the length that key and algorithm give.</summary>
    public bool Verify(JwtAlgorithm algorithm, byte[] data, byte[] signature)
    {
        if (_rsa is { } parameters && algorithm.Padding is { } padding)
        {
            if (signature.Length != parameters.Modulus!.Length) return false;
            using var rsa = RSA.Create(parameters);
            return rsa.VerifyData(data, signature, algorithm.Hash, padding);
        }
        if (_ec is not { } point || signature.Length != 2 * algorithm.CoordinateBytes) return false;
        using var ec = ECDsa.Create(point);
        return ec.VerifyData(data, signature, algorithm.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    static RSAParameters? Rsa(JsonElement json)
    {
        if (Bytes(json, "n") is not { } written || Bytes(json, "e") is not { } exponent) return null;
        var modulus = written.AsSpan().TrimStart((byte)0).ToArray();
        exponent = exponent.AsSpan().TrimStart((byte)0).ToArray();
        if (modulus.Length * 8 is < MinRsaBits or > MaxRsaBits || (modulus[0] & 0x80) == 0 && modulus.Length * 8 == MinRsaBits || (modulus[^1] & 1) == 0) return null;
        // 1 would make every message its own signature; even ones are no exponents
        if (exponent.Length is 0 or > MaxExponentBytes || (exponent[^1] & 1) == 0 || exponent is [1]) return null;
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        return Imports(() => RSA.Create(parameters)) ? parameters : null;
    }

    static ECParameters? Ec(JsonElement json)
    {
        var (curve, size) = Text(json, "crv") switch { "P-256" => (ECCurve.NamedCurves.nistP256, 32), "P-384" => (ECCurve.NamedCurves.nistP384, 48), _ => default };
        if (size == 0 || Bytes(json, "x") is not { } x || Bytes(json, "y") is not { } y || x.Length != size || y.Length != size) return null;
        var parameters = new ECParameters { Curve = curve, Q = new() { X = x, Y = y } };
        // a point beside the curve is refused here
        return Imports(() => ECDsa.Create(parameters)) ? parameters : null;
    }

    static bool Imports(Func<IDisposable> import)
    {
        try
        {
            using (import()) return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static byte[]? Bytes(JsonElement json, string name)
    {
        var text = Text(json, name);
        return text is { Length: > 0 and <= 4_096 } && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
    }
}

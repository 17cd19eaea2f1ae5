using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.TestKit.Federation;

/// <summary>A signing key of a made-up issuer. It signs whatever it is given, forgeries included.</summary>
public sealed class IssuerKey(string id, AsymmetricAlgorithm key, string algorithm) : IDisposable
{
    public string Id { get; } = id;
    public string Algorithm { get; } = algorithm;
    public AsymmetricAlgorithm Key => key;

    public static IssuerKey Rsa(string id = "rsa-1", string algorithm = "RS256", int bits = 2_048) => new(id, RSA.Create(bits), algorithm);

    public static IssuerKey Ec(string id = "ec-1", string algorithm = "ES256") => new(id, ECDsa.Create(algorithm == "ES384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256), algorithm);

    /// <summary>The public half as the issuer publishes it.</summary>
    public JsonObject Jwk()
    {
        var jwk = new JsonObject { ["kid"] = Id, ["use"] = "sig", ["alg"] = Algorithm };
        if (key is RSA rsa)
        {
            var p = rsa.ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Encode(p.Modulus!), Encode(p.Exponent!));
        }
        else
        {
            var p = ((ECDsa)key).ExportParameters(false);
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", Algorithm == "ES384" ? "P-384" : "P-256", Encode(p.Q.X!), Encode(p.Q.Y!));
        }
        return jwk;
    }

    /// <summary>A token of these claims with an ordinary header.</summary>
    public string Sign(JsonObject claims) => Sign(new JsonObject { ["alg"] = Algorithm, ["typ"] = "JWT", ["kid"] = Id }.ToJsonString(), claims.ToJsonString());

    /// <summary>A token of header and payload as they are written; the signature is right.</summary>
    public string Sign(string header, string payload)
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Encode(Signature(Encoding.ASCII.GetBytes(signed)))}";
    }

    public byte[] Signature(byte[] data, DSASignatureFormat format = DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
    {
        var hash = new HashAlgorithmName("SHA" + Algorithm[2..]);
        return key is RSA rsa ? rsa.SignData(data, hash, Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1) : ((ECDsa)key).SignData(data, hash, format);
    }

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static byte[] KeySet(params JsonNode[] keys) => JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["keys"] = new JsonArray([.. keys]) });

    public void Dispose() => key.Dispose();
}

using System.Security.Cryptography;

namespace Portal.Access.Federation;

/// <summary>A signature algorithm that is accepted. Source: RFC 7518 section 3. Neither <c>none</c> nor any HMAC is among them: a public key must never serve as a shared secret.</summary>
sealed record JwtAlgorithm(string Name, HashAlgorithmName Hash, RSASignaturePadding? Padding, string? Curve, int CoordinateBytes)
{
    static readonly JwtAlgorithm[] All =
    [
        new("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1, null, 0),
        new("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1, null, 0),
        new("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1, null, 0),
        new("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss, null, 0),
        new("ES256", HashAlgorithmName.SHA256, null, "P-256", 32),
        new("ES384", HashAlgorithmName.SHA384, null, "P-384", 48),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(a => a.Name)];

    /// <summary>The algorithm of exactly this name, or null.</summary>
    public static JwtAlgorithm? Find(string? name) => Array.Find(All, a => a.Name == name);
}

using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Access;

/// <summary>
/// How a personal access token is written: <c>ptl_</c>, 43 base62 characters (256 random bits) and 6 more that check them, so that a scanner finds a leaked
/// one and a mistyped one is refused without a look at the database.
/// </summary>
public static class AccessTokenText
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "ptl_";

    /// <summary>Characters of a whole token.</summary>
    public const int Length = 53;

    const int RandomLength = 43;
    const int CheckLength = Length - RandomLength - 4;
    static readonly SearchValues<char> Letters = SearchValues.Create(Digits);
    const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A new token.</summary>
    public static string New()
    {
        var random = Base62(new BigInteger(RandomNumberGenerator.GetBytes(32), isUnsigned: true), RandomLength);
        return Prefix + random + Check(random);
    }

    /// <summary>True when a text is meant as a token: it has the prefix.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>True when a text has a token's length, letters and check.</summary>
    public static bool IsWhole(string text) => text.Length == Length && IsMeant(text) && text.AsSpan(Prefix.Length).ContainsAnyExcept(Letters) is false
        && text.AsSpan(Prefix.Length + RandomLength).SequenceEqual(Check(text.Substring(Prefix.Length, RandomLength)));

    /// <summary>What the database keeps.</summary>
    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>The part by which its owner knows it again.</summary>
    public static string Hint(string text) => $"{text[..8]}…{text[^4..]}";

    static string Check(string random) => Base62(Crc32(Encoding.ASCII.GetBytes(random)), CheckLength);

    // CRC-32 as in ISO 3309; what scanners of other prefixed tokens compute.
    static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
        }
        return ~crc;
    }

    static string Base62(BigInteger number, int length)
    {
        var text = new char[length];
        for (var i = length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(number % 62)];
            number /= 62;
        }
        return new(text);
    }
}

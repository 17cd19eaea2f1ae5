using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Portal.Kernel;

/// <summary>
/// A content digest, <c>algorithm:hex</c>. Portal knows <c>sha256</c> (64 hex characters) and <c>sha512</c> (128);
/// hex is lower case. Source: OCI image specification, "Digests".
/// </summary>
public readonly record struct Digest : IComparable<Digest>
{
    /// <summary>The longest digest in characters (sha512).</summary>
    public const int MaxLength = 7 + 128;

    readonly string? _text;

    Digest(string text) => _text = text;

    /// <summary>The whole text, such as <c>sha256:e3b0c442…</c>; empty for <c>default</c>.</summary>
    public string Text => _text ?? "";

    /// <summary><c>sha256</c> or <c>sha512</c>.</summary>
    public string Algorithm => Text.Length == 0 ? "" : Text[..6];

    /// <summary>The hex part.</summary>
    public string Hex => Text.Length == 0 ? "" : Text[7..];

    /// <summary>The first eight hex characters behind the algorithm, as screens show it.</summary>
    public string Short => Text.Length == 0 ? "" : Text[..15];

    /// <summary>Reads a digest; false when the algorithm is unknown, the length is wrong or the hex is not lower case.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null) return false;
        var hex = text.StartsWith("sha256:", StringComparison.Ordinal) ? 64
            : text.StartsWith("sha512:", StringComparison.Ordinal) ? 128 : 0;
        if (hex == 0 || text.Length != 7 + hex) return false;
        foreach (var c in text.AsSpan(7))
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        digest = new(text);
        return true;
    }

    /// <summary>Reads a digest.</summary>
    /// <exception cref="FormatException">The text is no digest that Portal knows.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a sha256 or sha512 digest.");

    /// <summary>The sha256 digest of bytes in memory.</summary>
    public static Digest Sha256(ReadOnlySpan<byte> content) => new("sha256:" + Convert.ToHexStringLower(SHA256.HashData(content)));

    /// <summary>The digest of bytes in memory with the algorithm of another digest.</summary>
    public Digest OfSameAlgorithm(ReadOnlySpan<byte> content) => Algorithm == "sha512"
        ? new("sha512:" + Convert.ToHexStringLower(SHA512.HashData(content)))
        : Sha256(content);

    /// <inheritdoc />
    public int CompareTo(Digest other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc />
    public override string ToString() => Text;
}

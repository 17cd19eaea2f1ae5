using System.Globalization;

namespace Portal.Gateway;

/// <summary>What a <c>Range</c> header asks for.</summary>
enum RangeKind
{
    /// <summary>Nothing, several parts, or a form that RFC 9110 says to ignore: the whole is sent.</summary>
    Whole,
    Part,
    /// <summary>A part that the content does not have.</summary>
    Outside,
}

/// <summary>One range of bytes, both ends included. Source: RFC 9110 section 14.</summary>
readonly record struct ByteRange(RangeKind Kind, long From, long To)
{
    public long Length => To - From + 1;

    /// <summary>Reads a header for content of a known size.</summary>
    public static ByteRange Parse(string? header, long size)
    {
        var whole = new ByteRange(RangeKind.Whole, 0, size - 1);
        if (string.IsNullOrEmpty(header) || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) || header.Contains(',', StringComparison.Ordinal)) return whole;
        var text = header.AsSpan(6).Trim();
        var dash = text.IndexOf('-');
        if (dash < 0) return whole;
        var first = text[..dash].Trim();
        var last = text[(dash + 1)..].Trim();
        if (first.Length == 0)
        {
            if (!Number(last, out var tail)) return whole;
            return tail == 0 || size == 0 ? new(RangeKind.Outside, 0, 0) : new(RangeKind.Part, Math.Max(0, size - tail), size - 1);
        }
        if (!Number(first, out var from)) return whole;
        var to = size - 1;
        if (last.Length > 0 && (!Number(last, out to) || to < from)) return whole;
        return from >= size ? new(RangeKind.Outside, 0, 0) : new(RangeKind.Part, from, Math.Min(to, size - 1));
    }

    static bool Number(ReadOnlySpan<char> text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

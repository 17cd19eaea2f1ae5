namespace Portal.Retention.Rules;

/// <summary>A semantic version as tags write it: three numbers, perhaps with a <c>v</c> in front, perhaps a pre-release behind. Source: semver.org 2.0.0, section 2, 9 and 11.</summary>
public readonly record struct SemVersion(long Major, long Minor, long Patch, string Pre) : IComparable<SemVersion>
{
    // more digits than this name no version that anybody counts
    const int MaxDigits = 18;

    public bool IsPrerelease => Pre.Length > 0;

    /// <summary>Reads a tag; false when it is anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> tag, out SemVersion version)
    {
        version = default;
        if (tag.Length > 0 && tag[0] is 'v' or 'V') tag = tag[1..];
        if (!Number(ref tag, out var major) || !Dot(ref tag) || !Number(ref tag, out var minor) || !Dot(ref tag) || !Number(ref tag, out var patch)) return false;
        if (tag.Length == 0)
        {
            version = new(major, minor, patch, "");
            return true;
        }
        // a tag holds no '+', so what follows '-' is the pre-release alone
        if (tag[0] != '-' || !IsPre(tag[1..])) return false;
        version = new(major, minor, patch, tag[1..].ToString());
        return true;
    }

    /// <summary>Reads one whole number without needless zeros from the front.</summary>
    internal static bool Number(ref ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var length = 0;
        while (length < text.Length && char.IsAsciiDigit(text[length]))
        {
            if (length == MaxDigits) return false;
            value = (value * 10) + (text[length++] - '0');
        }
        if (length == 0 || (length > 1 && text[0] == '0')) return false;
        text = text[length..];
        return true;
    }

    static bool Dot(ref ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || text[0] != '.') return false;
        text = text[1..];
        return true;
    }

    /// <summary>True for identifiers parted by dots; numeric ones have no needless zeros.</summary>
    internal static bool IsPre(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length == 0 || part.ContainsAnyExcept(Allowed)) return false;
            if (part.Length > 1 && part[0] == '0' && !part.ContainsAnyExceptInRange('0', '9')) return false;
        }
        return true;
    }

    static readonly System.Buffers.SearchValues<char> Allowed = System.Buffers.SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public int CompareTo(SemVersion other)
    {
        if (Major != other.Major) return Major.CompareTo(other.Major);
        if (Minor != other.Minor) return Minor.CompareTo(other.Minor);
        return Patch != other.Patch ? Patch.CompareTo(other.Patch) : ComparePre(Pre, other.Pre);
    }

    // a release is above its pre-releases; numbers are below words, and of two that agree the longer is above
    static int ComparePre(string a, string b)
    {
        if (a.Length == 0 || b.Length == 0) return (b.Length > 0 ? 1 : 0) - (a.Length > 0 ? 1 : 0);
        var (left, right) = (a.Split('.'), b.Split('.'));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var (x, y) = (left[i], right[i]);
            var (xNumber, yNumber) = (x.All(char.IsAsciiDigit), y.All(char.IsAsciiDigit));
            var order = xNumber && yNumber ? (x.Length != y.Length ? x.Length.CompareTo(y.Length) : string.CompareOrdinal(x, y))
                : xNumber != yNumber ? (xNumber ? -1 : 1) : string.CompareOrdinal(x, y);
            if (order != 0) return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    public static bool operator <(SemVersion a, SemVersion b) => a.CompareTo(b) < 0;
    public static bool operator >(SemVersion a, SemVersion b) => a.CompareTo(b) > 0;
    public static bool operator <=(SemVersion a, SemVersion b) => a.CompareTo(b) <= 0;
    public static bool operator >=(SemVersion a, SemVersion b) => a.CompareTo(b) >= 0;
}

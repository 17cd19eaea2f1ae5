using Portal.Kernel;

namespace Portal.Retention.Rules;

/// <summary>
/// A range of versions: comparisons that all hold, alternatives parted by <c>||</c>. A comparison is <c>1.2.3</c>, <c>1.2.x</c>, <c>1</c>, <c>^1.2</c>, <c>~1.2.3</c>, or one of
/// <c>&lt; &lt;= &gt; &gt;= =</c> before a version whose missing numbers are open. Below a release are not its own pre-releases: <c>&lt;2.0.0</c> leaves 2.0.0-rc.1 out.
/// </summary>
public sealed class VersionRange
{
    /// <summary>The longest range in characters.</summary>
    public const int MaxLength = 256;

    // the lowest pre-release there is
    const string Lowest = "0";

    readonly (SemVersion From, SemVersion Below)[][] _alternatives;

    VersionRange((SemVersion, SemVersion)[][] alternatives) => _alternatives = alternatives;

    static readonly SemVersion End = new(long.MaxValue, 0, 0, "");

    public bool Contains(SemVersion version)
    {
        foreach (var all in _alternatives)
        {
            var fits = true;
            foreach (var (from, below) in all) fits &= version >= from && version < below;
            if (fits) return true;
        }
        return false;
    }

    public static Result<VersionRange> Parse(string text)
    {
        if (text.Length is 0 or > MaxLength) return Error.Invalid("semver", $"A range of versions has 1 to {MaxLength} characters.");
        var alternatives = new List<(SemVersion, SemVersion)[]>();
        foreach (var alternative in text.Split("||"))
        {
            var all = new List<(SemVersion, SemVersion)>();
            foreach (var part in alternative.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Comparison(part) is not { } comparison) return Error.Invalid("semver", $"'{part}' is no comparison of versions. Write >=1.2.0, <2, ^1.4, ~1.4.2 or 1.x, and || between alternatives.");
                all.Add(comparison);
            }
            if (all.Count == 0) return Error.Invalid("semver", "A range of versions needs a comparison on both sides of ||.");
            alternatives.Add([.. all]);
        }
        return new VersionRange([.. alternatives]);
    }

    // Every comparison is a half-open interval.
    static (SemVersion From, SemVersion Below)? Comparison(string part)
    {
        var length = part.AsSpan().IndexOfAnyExcept("<>=^~");
        var sign = length < 0 ? part : part[..length];
        if (Partial(part[sign.Length..]) is not { } v) return null;
        if (v.Numbers == 0) return sign is "" or "=" or ">=" or "^" or "~" ? (new(0, 0, 0, Lowest), End) : null;
        var start = new SemVersion(0, 0, 0, Lowest);
        var low = new SemVersion(v.Major, v.Minor, v.Patch, v.Numbers == 3 ? v.Pre : "");
        var after = Next(v);
        return sign switch
        {
            "" or "=" => v.Numbers == 3 ? (low, Above(low)) : (low, after),
            ">=" => (low, End),
            ">" => v.Numbers == 3 ? (Above(low), End) : (after with { Pre = "" }, End),
            "<" => (start, low.IsPrerelease ? low : low with { Pre = Lowest }),
            "<=" => (start, v.Numbers == 3 ? Above(low) : after),
            "~" => (low, v.Numbers == 1 ? new(v.Major + 1, 0, 0, Lowest) : new(v.Major, v.Minor + 1, 0, Lowest)),
            "^" => (low, v.Major > 0 || v.Numbers == 1 ? new(v.Major + 1, 0, 0, Lowest) : v.Minor > 0 || v.Numbers == 2 ? new(0, v.Minor + 1, 0, Lowest) : new(0, 0, v.Patch + 1, Lowest)),
            _ => null,
        };
    }

    // the version right behind: the same release with the lowest of the next patch's pre-releases, or of a pre-release its first longer one
    static SemVersion Above(SemVersion v) => v.IsPrerelease ? v with { Pre = v.Pre + ".0" } : new(v.Major, v.Minor, v.Patch + 1, Lowest);

    static SemVersion Next((long Major, long Minor, long Patch, string Pre, int Numbers) v) => v.Numbers switch
    {
        1 => new(v.Major + 1, 0, 0, Lowest),
        _ => new(v.Major, v.Minor + 1, 0, Lowest),
    };

    static (long Major, long Minor, long Patch, string Pre, int Numbers)? Partial(string text)
    {
        if (text.StartsWith('v')) text = text[1..];
        if (SemVersion.TryParse(text, out var whole)) return (whole.Major, whole.Minor, whole.Patch, whole.Pre, 3);
        var parts = text.Split('.');
        if (parts.Length > 3) return null;
        var numbers = new long[3];
        var count = 0;
        foreach (var part in parts)
        {
            if (part is "x" or "X" or "*")
            {
                // behind an open number all are open
                if (parts[count..].Any(p => p is not ("x" or "X" or "*"))) return null;
                break;
            }
            var rest = part.AsSpan();
            if (!SemVersion.Number(ref rest, out numbers[count]) || rest.Length > 0) return null;
            count++;
        }
        return count == 3 ? null : (numbers[0], numbers[1], 0, "", count);
    }
}

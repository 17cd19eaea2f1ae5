using System.Text.RegularExpressions;
using Portal.Kernel;

namespace Portal.Immutability;

/// <summary>How a pattern is written. Numbers are stored: never reorder.</summary>
public enum SelectorKind
{
    /// <summary>A doublestar pattern; see <see cref="Kernel.Glob"/>.</summary>
    Glob,

    /// <summary>A regular expression without look-around and back-references, which has to match the whole name.</summary>
    Regex,
}

/// <summary>Chooses names: those that fit a pattern, or all that do not.</summary>
/// <param name="Pattern">1 to <see cref="MaxLength"/> characters.</param>
public sealed record NameSelector(SelectorKind Kind, bool Excludes, string Pattern)
{
    /// <summary>The longest pattern in characters.</summary>
    public const int MaxLength = 256;

    /// <summary>Every name.</summary>
    public static NameSelector All { get; } = new(SelectorKind.Glob, false, "**");

    /// <summary>True when nothing is left out.</summary>
    public bool IsAll => this == All;

    /// <summary>Makes the test of a name. Never backtracks, so that its time grows with the name's length alone; the refusal names the field and says what is wrong.</summary>
    public Result<Func<string, bool>> Compile(string field)
    {
        if (string.IsNullOrEmpty(Pattern)) return Error.Invalid(field, $"{field} needs a pattern of at least one character; ** stands for everything.");
        if (Pattern.Length > MaxLength) return Error.Invalid(field, $"A pattern of {field} has at most {MaxLength} characters.");
        if (Pattern.Any(char.IsControl)) return Error.Invalid(field, $"A pattern of {field} has no control characters.");
        var matches = Kind == SelectorKind.Glob ? OfGlob() : OfRegex();
        if (!matches.Ok) return matches.Error with { Field = field };
        var (excludes, fits) = (Excludes, matches.Value);
        return excludes ? (Func<string, bool>)(name => !fits(name)) : fits;
    }

    Result<Func<string, bool>> OfGlob() => Glob.Parse(Pattern).Map(glob => (Func<string, bool>)glob.IsMatch);

    Result<Func<string, bool>> OfRegex()
    {
        try
        {
            // on its own first: brackets that only close with those put around it would undo the anchors
            _ = new Regex(Pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            // the group keeps the ends from binding to the first and last of several alternatives
            return (Func<string, bool>)new Regex($@"\A(?:{Pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).IsMatch;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Error.Invalid("pattern", $"'{Pattern}' is not a regular expression that can be matched here, without look-around and back-references.");
        }
    }

    /// <summary>The selector inside a sentence: <c>v*</c>, or <c>all but dev-*</c>.</summary>
    public override string ToString() => Excludes ? $"all but {Shown}" : Shown;

    string Shown => Kind == SelectorKind.Regex ? $"/{Pattern}/" : Pattern;
}

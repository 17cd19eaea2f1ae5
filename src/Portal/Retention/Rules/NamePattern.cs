using System.Text.RegularExpressions;
using Portal.Kernel;

namespace Portal.Retention.Rules;

/// <summary>A pattern of whole names, made ready to ask very often. Never backtracks beyond the last star.</summary>
sealed class NamePattern
{
    /// <summary>The longest pattern in characters.</summary>
    public const int MaxLength = 256;

    static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(@"?[]{}\,");

    readonly Func<string, bool> _fits;

    NamePattern(Func<string, bool> fits) => _fits = fits;

    public bool IsMatch(string name) => _fits(name);

    public static Result<NamePattern> Parse(string pattern, bool regex)
    {
        if (pattern.Length is 0 or > MaxLength) return Error.Invalid("pattern", $"A pattern has 1 to {MaxLength} characters.");
        if (pattern.Any(char.IsControl)) return Error.Invalid("pattern", "A pattern has no control characters.");
        if (regex) return OfRegex(pattern);
        var glob = Glob.Parse(pattern);
        if (!glob.Ok) return glob.Error;
        // most patterns are words and single stars, for which no engine is needed
        return new NamePattern(pattern.AsSpan().ContainsAny(Special) || pattern.Contains("**", StringComparison.Ordinal) ? glob.Value.IsMatch : name => Fits(pattern, name));
    }

    static Result<NamePattern> OfRegex(string pattern)
    {
        try
        {
            // on its own first: brackets that only close with those put around it would undo the anchors
            _ = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return new NamePattern(new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).IsMatch);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Error.Invalid("pattern", $"'{pattern}' is not a regular expression that can be matched here, without look-around and back-references.");
        }
    }

    // a star stands for anything but a slash
    static bool Fits(string pattern, string name)
    {
        var (p, n, star, mark) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, mark, p) = (p, n, p + 1);
            else if (p < pattern.Length && pattern[p] == name[n]) (p, n) = (p + 1, n + 1);
            else if (star >= 0 && name[mark] != '/') (p, n) = (star + 1, ++mark);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}

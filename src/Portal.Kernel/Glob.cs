using System.Text;
using System.Text.RegularExpressions;

namespace Portal.Kernel;

/// <summary>
/// A glob over names, always a full match: <c>*</c> stops at a slash, <c>**</c> does not, <c>?</c> is one character but a slash,
/// <c>[a-z]</c> and <c>[!a-z]</c> are classes, <c>{a,b}</c> are alternatives. The engine never backtracks.
/// Source: the doublestar patterns of the Harbor API (retention and immutability selectors).
/// </summary>
public sealed class Glob
{
    /// <summary>The longest pattern in characters.</summary>
    public const int MaxLength = 512;

    readonly Regex? _regex;

    Glob(string pattern, Regex? regex) => (Pattern, _regex) = (pattern, regex);

    /// <summary>The pattern as typed.</summary>
    public string Pattern { get; }

    /// <summary>Reads a pattern; the refusal says what is wrong and where.</summary>
    public static Result<Glob> Parse(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern)) return Error.Invalid("pattern", "A pattern needs at least one character.");
        if (pattern.Length > MaxLength) return Error.Invalid("pattern", $"A pattern has at most {MaxLength} characters.");
        if (pattern == "**") return new Glob(pattern, null);
        var text = Translate(pattern);
        if (!text.Ok) return text.Error;
        try
        {
            return new Glob(pattern, new Regex(text.Value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return Error.Invalid("pattern", $"'{pattern}' is not a pattern that can be matched: {e.Message}");
        }
    }

    /// <summary>True when the whole name matches.</summary>
    public bool IsMatch(string name) => _regex is null || _regex.IsMatch(name);

    static Result<string> Translate(string p)
    {
        var o = new StringBuilder("^");
        var depth = 0;
        for (var i = 0; i < p.Length; i++)
        {
            switch (p[i])
            {
                case '*' when i + 1 < p.Length && p[i + 1] == '*':
                    i++;
                    // "a/**" also stands for "a" itself's children only; "**/" may stand for nothing
                    if (i + 1 < p.Length && p[i + 1] == '/') { o.Append("(?:.*/)?"); i++; }
                    else o.Append(".*");
                    break;
                case '*': o.Append("[^/]*"); break;
                case '?': o.Append("[^/]"); break;
                case '{': o.Append("(?:"); depth++; break;
                case '}' when depth > 0: o.Append(')'); depth--; break;
                case ',' when depth > 0: o.Append('|'); break;
                case '[':
                    var end = p.IndexOf(']', i + 2 < p.Length ? i + 2 : i + 1);
                    if (end < 0) return Error.Invalid("pattern", $"The '[' at character {i + 1} is never closed.");
                    var body = p[(i + 1)..end];
                    var not = body[0] is '!' or '^';
                    o.Append(not ? "[^/" : "[").Append((not ? body[1..] : body).Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal)).Append(']');
                    i = end;
                    break;
                case '\\' when i + 1 < p.Length: o.Append(Regex.Escape(p[++i].ToString())); break;
                default: o.Append(Regex.Escape(p[i].ToString())); break;
            }
        }
        return depth > 0 ? Error.Invalid("pattern", "A '{' is never closed.") : o.Append("\\z").ToString();
    }
}

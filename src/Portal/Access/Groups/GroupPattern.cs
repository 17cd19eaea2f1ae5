using System.Text;
using System.Text.RegularExpressions;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>
/// A pattern over external group names, always a full match in any letter case: <c>*</c> stops at a slash, <c>**</c> does not, <c>?</c> is one character,
/// round brackets catch a part for <c>$1</c> to <c>$9</c>, a backslash takes the next character as it is. The engine never backtracks.
/// </summary>
public sealed class GroupPattern
{
    /// <summary>The longest pattern and project template in characters.</summary>
    public const int MaxLength = 255;

    /// <summary>The most parts that a pattern catches.</summary>
    public const int MaxParts = 9;

    readonly Regex _regex;

    GroupPattern(string text, Regex regex, int parts) => (Text, _regex, Parts) = (text, regex, parts);

    /// <summary>The pattern as typed.</summary>
    public string Text { get; }

    /// <summary>How many parts it catches.</summary>
    public int Parts { get; }

    /// <summary>Reads a pattern; the refusal says what is wrong and where.</summary>
    public static Result<GroupPattern> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Wrong("A pattern needs at least one character.");
        if (text.Length > MaxLength) return Wrong($"A pattern has at most {MaxLength} characters.");
        if (text.Any(char.IsControl)) return Wrong("A pattern has no control characters.");
        var o = new StringBuilder("^");
        int parts = 0, opened = -1;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '*' when i + 1 < text.Length && text[i + 1] == '*': o.Append(".*"); i++; break;
                case '*': o.Append("[^/]*"); break;
                case '?': o.Append("[^/]"); break;
                case '(' when opened >= 0: return Wrong($"The '(' at character {i + 1} stands inside another one; brackets do not nest.");
                case '(' when ++parts > MaxParts: return Wrong($"A pattern catches at most {MaxParts} parts.");
                case '(': o.Append('('); opened = i; break;
                case ')' when opened < 0: return Wrong($"The ')' at character {i + 1} closes nothing; write '\\)' for the character itself.");
                case ')': o.Append(')'); opened = -1; break;
                case '\\' when i + 1 == text.Length: return Wrong("The pattern ends in a backslash that takes no character.");
                case '\\': o.Append(Regex.Escape(text[++i].ToString())); break;
                default: o.Append(Regex.Escape(text[i].ToString())); break;
            }
        }
        if (opened >= 0) return Wrong($"The '(' at character {opened + 1} is never closed.");
        return new GroupPattern(text, new Regex(o.Append("\\z").ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase), parts);
    }

    /// <summary>What the brackets caught, in order; null when the name does not fit.</summary>
    public IReadOnlyList<string>? Match(string name)
    {
        if (name.Length > Group.MaxExternalNameLength) return null;
        var match = _regex.Match(name);
        return match.Success ? [.. match.Groups.Values.Skip(1).Select(g => g.Value)] : null;
    }

    static Error Wrong(string message) => Error.Invalid("pattern", message);
}

using System.Text;

namespace Portal.Registry.Client;

/// <summary>One challenge of a <c>WWW-Authenticate</c> header.</summary>
/// <param name="Scheme">In lower case: <c>basic</c>, <c>bearer</c>, …</param>
/// <param name="Parameters">Keys without case.</param>
public sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    const int MaxLength = 8192;

    /// <summary>A parameter, or null.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>
    /// Reads all challenges of all headers: several in one header, quoted values that hold commas, escapes. What cannot be read is
    /// left out, so that one odd challenge does not hide a good one. Source: RFC 9110 section 11.6.1.
    /// </summary>
    public static IReadOnlyList<Challenge> Parse(IEnumerable<string> headers)
    {
        var result = new List<Challenge>();
        foreach (var header in headers)
            if (header.Length <= MaxLength)
                ParseOne(header, result);
        return result;
    }

    /// <summary>The challenge to answer: the first Bearer that names a realm, else the first Basic, else null.</summary>
    public static Challenge? Choose(IReadOnlyList<Challenge> challenges) =>
        challenges.FirstOrDefault(c => c.Scheme == "bearer" && c["realm"] is { Length: > 0 }) ?? challenges.FirstOrDefault(c => c.Scheme == "basic");

    static void ParseOne(string text, List<Challenge> result)
    {
        var at = 0;
        Dictionary<string, string>? parameters = null;
        while (true)
        {
            while (at < text.Length && text[at] is (' ' or '\t' or ',')) at++;
            if (at >= text.Length) return;
            var word = Token(text, ref at);
            if (word.Length == 0)
            {
                at++;
                continue;
            }
            Skip(text, ref at);
            // "word =" inside a challenge is a parameter, anything else starts the next challenge
            if (parameters is not null && at < text.Length && text[at] == '=')
            {
                at++;
                Skip(text, ref at);
                parameters.TryAdd(word, Value(text, ref at));
            }
            else
            {
                parameters = new(StringComparer.OrdinalIgnoreCase);
                result.Add(new(word.ToLowerInvariant(), parameters));
            }
        }
    }

    static void Skip(string text, ref int at)
    {
        while (at < text.Length && text[at] is (' ' or '\t')) at++;
    }

    static string Token(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || "!#$%&'*+-.^_`|~".Contains(text[at]))) at++;
        return text[start..at];
    }

    static string Value(string text, ref int at)
    {
        if (at >= text.Length || text[at] != '"')
        {
            // lenient: an unquoted address is read up to the next comma or blank
            var start = at;
            while (at < text.Length && text[at] is not (',' or ' ' or '\t')) at++;
            return text[start..at];
        }
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }
        at++;
        return value.ToString();
    }
}

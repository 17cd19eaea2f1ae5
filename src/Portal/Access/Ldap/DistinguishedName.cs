using System.Globalization;
using System.Text;

namespace Portal.Access.Ldap;

/// <summary>The name of a directory entry (RFC 4514), in one spelling so that two of the same entry are equal: lower case, no spaces around separators.</summary>
public sealed class DistinguishedName
{
    readonly IReadOnlyList<Part> _parts;

    DistinguishedName(IReadOnlyList<Part> parts) => _parts = parts;

    /// <summary>The value of the first part, such as <c>devs</c> of <c>cn=devs,ou=groups</c>.</summary>
    public string Leaf => _parts[0].Value;

    /// <summary>The one spelling.</summary>
    public override string ToString() => string.Concat(_parts.Select((p, i) => $"{(i == 0 ? "" : p.Joined ? "+" : ",")}{p.Type}={Escape(p.Value)}"));

    /// <summary>The one spelling, or null when the text is no distinguished name.</summary>
    public static string? Normalize(string text) => TryParse(text, out var dn) ? dn.ToString() : null;

    /// <summary>True when the entry is <paramref name="other"/> or lies below it.</summary>
    public bool IsAtOrBelow(DistinguishedName other) => _parts.Count >= other._parts.Count && _parts.Skip(_parts.Count - other._parts.Count).SequenceEqual(other._parts);

    /// <summary>Escapes a value so that it stays one value inside a distinguished name.</summary>
    public static string Escape(string value)
    {
        var o = new StringBuilder(value.Length + 8);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c is ',' or '+' or '"' or '\\' or '<' or '>' or ';' or '=' || (c == '#' && i == 0) || (c == ' ' && (i == 0 || i == value.Length - 1))) o.Append('\\').Append(c);
            else if (c < ' ' || c == '\x7f') o.Append('\\').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            else o.Append(c);
        }
        return o.ToString();
    }

    /// <summary>Reads a distinguished name of at least one part.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DistinguishedName? name)
    {
        name = null;
        var parts = new List<Part>();
        for (var at = 0; at <= text.Length;)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0) return false;
            var type = text[at..equals].Trim();
            if (type.Length == 0 || !type.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.')) return false;
            if (!TryReadValue(text, equals + 1, out var value, out var next)) return false;
            parts.Add(new(type.ToLowerInvariant(), value.ToLowerInvariant(), at > 0 && text[at - 1] == '+'));
            at = next;
        }
        if (parts.Count == 0) return false;
        name = new(parts);
        return true;
    }

    static bool TryReadValue(string text, int from, out string value, out int next)
    {
        var bytes = new List<byte>();
        var kept = 0; // length up to the last character that is not a trailing plain space
        var i = from;
        while (i < text.Length && text[i] == ' ') i++;
        for (; i < text.Length && text[i] is not (',' or ';' or '+'); i++)
        {
            if (text[i] is '"' or '<' or '>') break;
            if (text[i] == '\\' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                (i, kept) = (i + 2, bytes.Count);
                continue;
            }
            var escaped = text[i] == '\\';
            if (escaped && ++i >= text.Length) break;
            var rune = char.IsSurrogatePair(text, i) ? text.Substring(i++, 2) : text[i].ToString();
            bytes.AddRange(Encoding.UTF8.GetBytes(rune));
            if (escaped || rune != " ") kept = bytes.Count;
        }
        value = Encoding.UTF8.GetString([.. bytes.Take(kept)]);
        next = i >= text.Length ? text.Length + 1 : i + 1;
        return value.Length > 0 && (i >= text.Length || text[i] is ',' or ';' or '+');
    }

    /// <param name="Joined">Behind a plus sign: one part together with the one before.</param>
    sealed record Part(string Type, string Value, bool Joined);
}

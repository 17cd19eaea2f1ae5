using System.Globalization;
using System.Text;

namespace Portal.Access.Ldap;

/// <summary>Search filters: values that cannot change a filter's meaning, and a check of the ones that an administrator types (RFC 4515).</summary>
public static class LdapFilter
{
    /// <summary>Escapes a value so that it stands for itself, byte by byte where it is not plain.</summary>
    public static string Escape(string value)
    {
        var o = new StringBuilder(value.Length + 8);
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            if (b is >= 0x20 and < 0x7f and not ((byte)'*' or (byte)'(' or (byte)')' or (byte)'\\')) o.Append((char)b);
            else o.Append('\\').Append(b.ToString("x2", CultureInfo.InvariantCulture));
        }
        return o.ToString();
    }

    /// <summary>An attribute has exactly this value.</summary>
    public static string Equal(string attribute, string value) => $"({attribute}={Escape(value)})";

    /// <summary>An attribute contains this text.</summary>
    public static string Contains(string attribute, string value) => value.Length == 0 ? $"({attribute}=*)" : $"({attribute}=*{Escape(value)}*)";

    /// <summary>Both filters; the first may be empty.</summary>
    public static string And(string filter, string other) => filter.Length == 0 ? other : $"(&{filter}{other})";

    /// <summary>True for letters, digits and hyphens beginning with a letter, at most 64.</summary>
    public static bool IsAttribute(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <summary>True when the text is one filter in balanced brackets.</summary>
    public static bool IsWellFormed(string filter)
    {
        var depth = 0;
        for (var i = 0; i < filter.Length; i++)
        {
            if (filter[i] == '(') depth++;
            else if (filter[i] == ')' && --depth < 0) return false;
            // closed before the end: something stands behind the one filter, or in front of it
            if (depth == 0 && i < filter.Length - 1) return false;
        }
        return depth == 0 && filter is ['(', .., ')'] && filter.Length > 4 && !filter.Contains("()", StringComparison.Ordinal);
    }
}

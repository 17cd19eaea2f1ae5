using System.Text;

namespace Portal.Gateway.Tokens;

/// <summary>User and secret of an <c>Authorization: Basic</c> header (RFC 7617, UTF-8).</summary>
readonly record struct BasicCredentials(string User, string Secret)
{
    // room for a workload's token in place of a password
    const int MaxLength = 24_576;

    /// <summary>Reads the header; null for another scheme or a form that cannot be read.</summary>
    public static BasicCredentials? Parse(string header)
    {
        if (header.Length is 0 or > MaxLength || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[header.Length];
        var text = header.AsSpan(6).Trim();
        // some clients leave the padding out
        var padded = text.Length % 4 == 0 ? text.ToString() : text.ToString().TrimEnd('=') + new string('=', (4 - text.TrimEnd('=').Length % 4) % 4);
        if (!Convert.TryFromBase64String(padded, bytes, out var length)) return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 ? null : new(pair[..colon], pair[(colon + 1)..]);
    }
}

using System.Globalization;

namespace Portal.Access.Ldap;

/// <summary>Where a directory listens.</summary>
/// <param name="Tls">TLS from the first byte (<c>ldaps</c>).</param>
public sealed record LdapAddress(string Host, int Port, bool Tls)
{
    /// <summary>The address with its port.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(Tls ? "ldaps" : "ldap")}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    /// <summary>Reads <c>ldap://host:port</c> and <c>ldaps://host:port</c>; the ports are 389 and 636 when none is given.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out LdapAddress? address)
    {
        address = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("ldap" or "ldaps") || url.Host.Length == 0 || url.UserInfo.Length > 0 || url.PathAndQuery.Length > 1 || url.Fragment.Length > 0) return false;
        var tls = url.Scheme == "ldaps";
        address = new(url.IdnHost, url.Port > 0 ? url.Port : tls ? 636 : 389, tls);
        return true;
    }
}

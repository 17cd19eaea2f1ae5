using System.Net;
using System.Net.Sockets;

namespace Portal.Registry.Client;

/// <summary>Which other addresses a registry may send the client to.</summary>
static class HostRules
{
    /// <summary>True when scheme, host and port are the same.</summary>
    public static bool SameOrigin(Uri a, Uri b) =>
        a.Scheme == b.Scheme && a.Port == b.Port && string.Equals(a.IdnHost, b.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Why the client will not go to an address that the registry named; null when it may.</summary>
    public static string? Refuse(Uri address, RegistryTarget target)
    {
        if (address.Scheme is not ("https" or "http")) return $"its scheme '{address.Scheme}' is not http or https";
        if (address.UserInfo.Length > 0) return "it carries user information";
        if (address.Scheme == "http" && target.Root.Scheme == "https") return "it is http although the registry is https";
        if (SameOrigin(address, target.Root) || target.TrustedHosts.Contains($"{address.IdnHost}:{address.Port}")) return null;
        return IsInternal(address) ? $"'{address.IdnHost}' is a private, loopback or link-local address other than the registry's own" : null;
    }

    /// <summary>Why the credential is not taken to a token service that the registry named; null when it may be.</summary>
    public static string? RefuseCredential(Uri realm, RegistryTarget target)
    {
        if (target.CredentialHosts is not { } named || string.Equals(realm.IdnHost, target.Root.IdnHost, StringComparison.OrdinalIgnoreCase) && realm.Port == target.Root.Port) return null;
        return named.Contains(realm.IdnHost) && realm.IsDefaultPort || named.Contains($"{realm.IdnHost}:{realm.Port}") ? null
            : $"the credential was not entered for '{realm.Authority}'";
    }

    /// <summary>An address on the registry's own host put back to its scheme and port: behind a proxy registries often name themselves with the wrong scheme.</summary>
    public static Uri Rebase(Uri address, RegistryTarget target) =>
        address.Scheme != target.Root.Scheme && address.Scheme is ("http" or "https") && string.Equals(address.IdnHost, target.Root.IdnHost, StringComparison.OrdinalIgnoreCase)
            ? new UriBuilder(address) { Scheme = target.Root.Scheme, Port = target.Root.Port }.Uri : address;

    static bool IsInternal(Uri address)
    {
        var host = address.IdnHost.TrimEnd('.');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var ip)) return false;
        if (ip.IsIPv4MappedToIPv6) ip = ip.MapToIPv4();
        if (IPAddress.IsLoopback(ip) || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)) return true;
        if (ip.AddressFamily == AddressFamily.InterNetworkV6) return ip.IsIPv6LinkLocal || ip.IsIPv6SiteLocal || ip.IsIPv6UniqueLocal || ip.IsIPv6Multicast;
        var b = ip.GetAddressBytes();
        return b[0] is 0 or 10 or >= 224 || b is [172, >= 16 and <= 31, ..] or [192, 168, ..] or [169, 254, ..] or [100, >= 64 and <= 127, ..];
    }
}

using System.Net;
using System.Net.Sockets;

namespace Portal.Registry.Outbound;

/// <summary>Which addresses Portal may connect to on behalf of what somebody typed: public ones, and those of the networks that the operator names.</summary>
public sealed class OutboundAddresses(IEnumerable<string> allowedNetworks)
{
    // Source: IANA special-purpose address registries (RFC 6890 and later).
    static readonly IPNetwork[] Special =
    [
        .. from text in (string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"]
           select IPNetwork.Parse(text),
    ];

    // global unicast without the parts that carry an IPv4 address or are set aside
    static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");
    static readonly IPNetwork[] NotGlobal = [.. from text in (string[])["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"] select IPNetwork.Parse(text)];

    readonly IPNetwork[] _allowed = [.. allowedNetworks.Select(IPNetwork.Parse)];

    /// <summary>True when a connection to the address is allowed.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (Array.Exists(_allowed, n => n.Contains(address))) return true;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? !Array.Exists(Special, n => n.Contains(address))
            : Global.Contains(address) && !Array.Exists(NotGlobal, n => n.Contains(address));
    }
}

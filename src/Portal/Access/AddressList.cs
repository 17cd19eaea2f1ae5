using System.Net;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Addresses and networks (CIDR) from which a credential may be used.</summary>
public sealed class AddressList
{
    /// <summary>Entries of one list at most.</summary>
    public const int MaxEntries = 20;

    readonly IReadOnlyList<IPNetwork> _networks;

    AddressList(IReadOnlyList<IPNetwork> networks) => _networks = networks;

    /// <summary>Reads entries parted by blanks, commas or lines; an empty text allows every address.</summary>
    public static Result<AddressList> Parse(string? text)
    {
        var words = (text ?? "").Split([' ', ',', ';', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > MaxEntries) return Error.Invalid("allowed_from", $"At most {MaxEntries} addresses or networks.");
        var networks = new List<IPNetwork>();
        foreach (var word in words)
        {
            if (IPAddress.TryParse(word, out var address) && !word.Contains('/', StringComparison.Ordinal)) networks.Add(new(Plain(address), Plain(address).GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(word, out var network)) networks.Add(network);
            else return Error.Invalid("allowed_from", $"'{(word.Length > 60 ? word[..60] : word)}' is neither an address nor a network such as 10.2.0.0/16 or 2001:db8::/32, whose bits behind the length are 0.");
        }
        return new AddressList(networks);
    }

    /// <summary>True for an address of the list, and for any when the list is empty.</summary>
    public bool Allows(string address) => _networks.Count == 0 || (IPAddress.TryParse(address, out var parsed) && _networks.Any(n => n.Contains(Plain(parsed))));

    /// <summary>The entries, parted by blanks.</summary>
    public override string ToString() => string.Join(' ', _networks.Select(n => n.PrefixLength == n.BaseAddress.GetAddressBytes().Length * 8 ? n.BaseAddress.ToString() : n.ToString()));

    static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

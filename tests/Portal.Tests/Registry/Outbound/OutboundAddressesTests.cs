using System.Net;
using Portal.Registry.Outbound;
using Xunit;

namespace Portal.Tests.Registry.Outbound;

/// <summary>No address of this machine or of the networks behind it is connected to unless the operator says so.</summary>
public sealed class OutboundAddressesTests
{
    [Theory]
    [InlineData("127.0.0.1"), InlineData("127.8.8.8"), InlineData("0.0.0.0"), InlineData("10.1.2.3"), InlineData("172.16.0.1"), InlineData("172.31.255.255"), InlineData("192.168.1.1"), InlineData("169.254.169.254"), InlineData("100.64.0.1"), InlineData("192.0.0.192"), InlineData("198.18.0.1"), InlineData("224.0.0.1"), InlineData("255.255.255.255")]
    [InlineData("::1"), InlineData("::"), InlineData("fe80::1"), InlineData("fd00:ec2::254"), InlineData("fc00::1"), InlineData("ff02::1"), InlineData("::ffff:127.0.0.1"), InlineData("::ffff:169.254.169.254"), InlineData("::127.0.0.1"), InlineData("64:ff9b::7f00:1"), InlineData("2002:7f00:1::"), InlineData("2001:0:7f00:1::"), InlineData("2001:db8::1")]
    public void AddressInside_IsRefused(string address) => Assert.False(new OutboundAddresses([]).Allows(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8"), InlineData("140.82.112.3"), InlineData("172.32.0.1"), InlineData("2606:4700::1111"), InlineData("::ffff:8.8.8.8")]
    public void PublicAddress_IsAllowed(string address) => Assert.True(new OutboundAddresses([]).Allows(IPAddress.Parse(address)));

    [Fact]
    public void NamedNetwork_IsAllowed_AndNoOther()
    {
        var addresses = new OutboundAddresses(["10.20.0.0/16", "fd00::/8"]);
        Assert.True(addresses.Allows(IPAddress.Parse("10.20.3.4")));
        Assert.True(addresses.Allows(IPAddress.Parse("::ffff:10.20.3.4")));
        Assert.True(addresses.Allows(IPAddress.Parse("fd12::1")));
        Assert.False(addresses.Allows(IPAddress.Parse("10.21.0.1")));
    }
}

using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("", "198.51.100.1", true)]
    [InlineData("", "", true)]
    [InlineData("198.51.100.1", "198.51.100.1", true)]
    [InlineData("198.51.100.1", "198.51.100.2", false)]
    [InlineData("198.51.100.1", "::ffff:198.51.100.1", true)]
    [InlineData("10.0.0.0/8, 2001:db8::/32", "10.200.1.2", true)]
    [InlineData("10.0.0.0/8, 2001:db8::/32", "2001:db8:1::5", true)]
    [InlineData("10.0.0.0/8, 2001:db8::/32", "2001:db9::1", false)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.1/8", "10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "", false)]
    [InlineData("10.0.0.0/8", "not an address", false)]
    public void Allows_Address_OnlyOfTheList(string list, string address, bool expected) => Assert.Equal(expected, AddressList.Parse(list).Value.Allows(address));

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("example.org")]
    [InlineData("10.0.0.0/8 everything")]
    public void Parse_Unfit_NamesTheField(string list) => Assert.Equal("allowed_from", AddressList.Parse(list).Error?.Field);

    [Fact]
    public void Parse_TwentyOne_IsRefused() => Assert.Contains("20", AddressList.Parse(string.Join(' ', Enumerable.Range(0, 21).Select(i => $"10.0.0.{i}"))).Error?.Message, StringComparison.Ordinal);

    [Fact]
    public void ToString_OfAList_ReadsBackTheSame()
    {
        var text = AddressList.Parse("10.0.0.0/8\n2001:db8::1").Value.ToString();
        Assert.Equal("10.0.0.0/8 2001:db8::1", text);
        Assert.Equal(text, AddressList.Parse(text).Value.ToString());
    }
}

using Portal.Web.Kit;
using Xunit;

namespace Portal.Web.Tests.Kit;

public sealed class FormatTests
{
    static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(8, "8 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 kB")]
    [InlineData(9_700_000, "9.7 MB")]
    [InlineData(22_000_000, "22.0 MB")]
    [InlineData(96_200_000_000, "96.2 GB")]
    [InlineData(99_960, "100 kB")]
    [InlineData(9_996, "10.0 kB")]
    [InlineData(412_000_000_000, "412 GB")]
    [InlineData(999_600, "1 MB")]
    [InlineData(2_840_000_000_000, "2.84 TB")]
    [InlineData(-1500, "\u22121.5 kB")]
    [InlineData(long.MaxValue, "9.22 EB")]
    [InlineData(long.MinValue, "\u22129.22 EB")]
    public void Bytes_AnySize_HasThreeDigitsAtMost(long value, string expected) => Assert.Equal(expected, Format.Bytes(value));

    [Theory]
    [InlineData(0, "now")]
    [InlineData(12, "12 s ago")]
    [InlineData(240, "4 min ago")]
    [InlineData(7_200, "2 h ago")]
    [InlineData(86_400, "yesterday")]
    [InlineData(6 * 86_400, "6 days ago")]
    [InlineData(30 * 86_400, "22 Oct 2026")]
    [InlineData(-5 * 86_400, "in 5 days")]
    [InlineData(-86_400, "tomorrow")]
    public void Relative_AnyAge_IsSaidInWords(int secondsAgo, string expected) =>
        Assert.Equal(expected, Format.Relative(Now.AddSeconds(-secondsAgo), Now));

    [Theory]
    [InlineData(0, 100, 0)]
    [InlineData(1, 1000, 1)]
    [InlineData(94, 100, 94)]
    [InlineData(9_999, 10_000, 99)]
    [InlineData(100, 100, 100)]
    [InlineData(150, 100, 150)]
    [InlineData(5, 0, 0)]
    public void PercentOf_NearlyFullOrEmpty_IsNotRoundedAway(double part, double whole, int expected) =>
        Assert.Equal(expected, Format.PercentOf(part, whole));

    [Theory]
    [InlineData(41, "41 s")]
    [InlineData(220, "3 min 40 s")]
    [InlineData(7_500, "2 h 5 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(273_600, "3 d 4 h")]
    public void Duration_AnyLength_HasTwoUnitsAtMost(int seconds, string expected) =>
        Assert.Equal(expected, Format.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("Ines Okafor", "IO")]
    [InlineData("ines.okafor", "IO")]
    [InlineData("admin", "A")]
    [InlineData("", "?")]
    [InlineData(null, "?")]
    public void Initials_AnyName_AreOneOrTwoCapitals(string? name, string expected) => Assert.Equal(expected, Format.Initials(name));

    [Fact]
    public void Number_Negative_HasATrueMinus() => Assert.Equal("\u22121,316", Format.Number(-1316));

    [Theory]
    [InlineData(999, "999")]
    [InlineData(1_234, "1.2k")]
    [InlineData(12_400, "12.4k")]
    [InlineData(999_960, "1M")]
    public void Short_FromAThousand_IsAbridged(long value, string expected) => Assert.Equal(expected, Format.Short(value));

    [Fact]
    public void ShortDigest_Sha256_KeepsEightCharacters() =>
        Assert.Equal("sha256:1f8a0c3d", Format.ShortDigest("sha256:1f8a0c3d9e7b5a2c4d6e8f0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4"));
}

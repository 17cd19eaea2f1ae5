using Portal.Projects;
using Portal.Web.Quotas;
using Xunit;

namespace Portal.Web.Tests.Quotas;

public sealed class QuotaWordsTests
{
    [Theory]
    [InlineData("", -1), InlineData("  ", -1), InlineData("50 GB", 50_000_000_000), InlineData("50gb", 50_000_000_000), InlineData("1.5 TB", 1_500_000_000_000), InlineData("2 GiB", 2_147_483_648)]
    [InlineData("123", 123), InlineData("123 B", 123), InlineData("0", 0), InlineData("1 PiB", ProjectStorage.MaxLimit), InlineData("5 PB", ProjectStorage.MaxLimit + 1)]
    public void Read_OfASize_GivesBytes(string text, long bytes) => Assert.Equal(bytes, QuotaWords.Read(text, "storage").Value);

    [Theory]
    [InlineData("much"), InlineData("GB"), InlineData("-5 GB"), InlineData("5 apples"), InlineData("1,5 GB"), InlineData("1.2.3 GB"), InlineData("99999999999999999999999999 B"), InlineData("1e3")]
    public void Read_OfAnythingElse_NamesTheField(string text) => Assert.Equal("storage", QuotaWords.Read(text, "storage").Error?.Field);

    [Theory]
    [InlineData(-1, ""), InlineData(50_000_000_000, "50 GB"), InlineData(1_500_000_000_000, "1500 GB"), InlineData(2_147_483_648, "2 GiB"), InlineData(1_234, "1234 B"), InlineData(ProjectStorage.MaxLimit, "1 PiB")]
    public void Field_ReadsBackAsTheSame(long limit, string text)
    {
        Assert.Equal(text, QuotaWords.Field(limit));
        Assert.Equal(limit, QuotaWords.Read(text, "storage").Value);
    }

    [Fact]
    public void ReadTags_TakesWholeNumbersAndNothing()
    {
        Assert.Equal(-1, QuotaWords.ReadTags("", "tags").Value);
        Assert.Equal(12, QuotaWords.ReadTags(" 12 ", "tags").Value);
        Assert.Equal("tags", QuotaWords.ReadTags("1.5", "tags").Error?.Field);
    }
}

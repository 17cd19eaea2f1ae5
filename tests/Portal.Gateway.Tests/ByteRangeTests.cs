using Xunit;

namespace Portal.Gateway.Tests;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData(null, 100, "Whole", 0, 99)]
    [InlineData("bytes=0-0", 100, "Part", 0, 0)]
    [InlineData("bytes=10-", 100, "Part", 10, 99)]
    [InlineData("bytes=10-500", 100, "Part", 10, 99)]
    [InlineData("bytes=-30", 100, "Part", 70, 99)]
    [InlineData("bytes=-300", 100, "Part", 0, 99)]
    [InlineData("bytes=100-", 100, "Outside", 0, 0)]
    [InlineData("bytes=-0", 100, "Outside", 0, 0)]
    [InlineData("bytes=0-", 0, "Outside", 0, 0)]
    [InlineData("bytes=5-1", 100, "Whole", 0, 99)]
    [InlineData("bytes=0-1,5-6", 100, "Whole", 0, 99)]
    [InlineData("bytes=+1-2", 100, "Whole", 0, 99)]
    [InlineData("bytes=99999999999999999999-", 100, "Whole", 0, 99)]
    [InlineData("lines=1-2", 100, "Whole", 0, 99)]
    public void Parse_Header_GivesWhatIsSent(string? header, long size, string kind, long from, long to)
    {
        var range = ByteRange.Parse(header, size);
        Assert.Equal((kind, from, to), (range.Kind.ToString(), range.From, range.To));
    }
}

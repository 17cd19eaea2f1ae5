using Portal.Web.Audit;
using Xunit;

namespace Portal.Web.Tests.Audit;

public sealed class CsvTests
{
    [Fact]
    public void Line_PlainCells_AreQuotedAndEndTheLine() => Assert.Equal("\"a\",\"\",\"b c\"\r\n", Csv.Line("a", null, "b c"));

    [Fact]
    public void Line_QuotesCommasAndBreaks_StayInOneCell() => Assert.Equal("\"say \"\"hi\"\", now\nthen\"\r\n", Csv.Line("say \"hi\", now\nthen"));

    [Theory]
    [InlineData("=1+1")]
    [InlineData("=HYPERLINK(\"http://evil.example\")")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("\n=1")]
    [InlineData("  =1")]
    [InlineData("\u00A0=1")]
    [InlineData("\uFF1D1")]
    [InlineData("\uFF0B1")]
    public void Line_CellThatBeginsLikeAFormula_IsText(string cell) => Assert.StartsWith("\"'", Csv.Line(cell), StringComparison.Ordinal);

    [Theory]
    [InlineData("payments/api:2.14")]
    [InlineData("a=b")]
    [InlineData("admin")]
    public void Line_HarmlessCell_IsUnchanged(string cell) => Assert.Equal($"\"{cell}\"\r\n", Csv.Line(cell));
}

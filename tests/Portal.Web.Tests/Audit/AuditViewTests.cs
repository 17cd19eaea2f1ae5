using Portal.Web.Audit;
using Xunit;

namespace Portal.Web.Tests.Audit;

public sealed class AuditViewTests
{
    static Portal.Audit.AuditFilter Of(params (string Name, string Value)[] given) =>
        AuditView.Filter(name => given.Where(g => g.Name == name).Select(g => g.Value).FirstOrDefault(), 7);

    [Fact]
    public void Filter_NothingGiven_IsTheProjectAlone() => Assert.Equal(new Portal.Audit.AuditFilter(7), Of());

    [Fact]
    public void Filter_Days_IncludeBothEnds()
    {
        var filter = Of(("from", "2026-11-20"), ("until", "2026-11-21"));
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), filter.From);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero), filter.Until);
    }

    [Theory]
    [InlineData("21.11.2026"), InlineData("2026-13-01"), InlineData("9999-12-31"), InlineData("0001-01-01"), InlineData("x")]
    public void Filter_BadDay_IsLeftOut(string day) => Assert.Equal(new Portal.Audit.AuditFilter(7), Of(("from", day), ("until", day)));

    [Theory]
    [InlineData("ok", true), InlineData("refused", false), InlineData("other", null)]
    public void Filter_Result_IsReadByWord(string word, bool? success) => Assert.Equal(success, Of(("result", word)).Success);

    [Fact]
    public void Filter_LongText_IsCut() => Assert.Equal(256, Of(("q", new string('a', 5000))).Resource!.Length);

    [Fact]
    public void Pretty_Object_TakesSeveralLines() => Assert.Equal("{\n  \"role\": \"guest\"\n}", AuditView.Pretty("{\"role\":\"guest\"}").ReplaceLineEndings("\n"));

    [Fact]
    public void Pretty_NoJson_StaysAsItIs() => Assert.Equal("{broken", AuditView.Pretty("{broken"));
}

using System.Diagnostics;
using Portal.Immutability;
using Xunit;

namespace Portal.Tests.Immutability;

public sealed class NameSelectorTests
{
    [Theory]
    [InlineData("**", "team/api", true)]
    [InlineData("*", "api", true)]
    [InlineData("*", "team/api", false)]
    [InlineData("team/**", "team/a/b", true)]
    [InlineData("v{1,2}.*", "v2.0", true)]
    [InlineData("v{1,2}.*", "v3.0", false)]
    [InlineData("v*", "xv1", false)]
    public void Glob_MatchesTheWholeName(string pattern, string name, bool expected) => Assert.Equal(expected, new NameSelector(SelectorKind.Glob, false, pattern).Compile("tags").Value(name));

    [Theory]
    [InlineData(@"v\d+\.\d+", "v1.2", true)]
    [InlineData(@"v\d+\.\d+", "v1.2.3", false)]
    [InlineData(@"v\d+\.\d+", "xv1.2", false)]
    [InlineData("a|b", "ab", false)]
    [InlineData("a|b", "b", true)]
    [InlineData("a|b", "b\n", false)]
    public void Regex_MatchesTheWholeName(string pattern, string name, bool expected) => Assert.Equal(expected, new NameSelector(SelectorKind.Regex, false, pattern).Compile("tags").Value(name));

    [Fact]
    public void Excluding_TurnsItRound()
    {
        var test = new NameSelector(SelectorKind.Glob, true, "dev-*").Compile("tags").Value;
        Assert.True(test("v1"));
        Assert.False(test("dev-1"));
    }

    [Theory]
    [InlineData(SelectorKind.Glob, "")]
    [InlineData(SelectorKind.Glob, "{a")]
    [InlineData(SelectorKind.Glob, "[a")]
    [InlineData(SelectorKind.Glob, "a\nb")]
    [InlineData(SelectorKind.Regex, "(")]
    [InlineData(SelectorKind.Regex, "a)|(?:b")]
    [InlineData(SelectorKind.Regex, @"(a)\1")]
    [InlineData(SelectorKind.Regex, "(?=a)b")]
    [InlineData(SelectorKind.Regex, "((((a{99}){99}){99}){99})")]
    public void Pattern_ThatCannotBeMatched_IsRefusedWithItsField(SelectorKind kind, string pattern)
    {
        var refused = new NameSelector(kind, false, pattern).Compile("tags");
        Assert.Equal("tags", refused.Error!.Field);
    }

    [Fact]
    public void Pattern_PastItsBound_IsRefusedWithTheBound() =>
        Assert.Contains("256", new NameSelector(SelectorKind.Glob, false, new string('a', 257)).Compile("tags").Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void Regex_ThatWouldBacktrack_IsDoneAtOnce()
    {
        var test = new NameSelector(SelectorKind.Regex, false, "(a+)+(a+)+b").Compile("tags").Value;
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++) Assert.False(test(new string('a', 128)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }
}

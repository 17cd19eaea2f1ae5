using FsCheck;
using FsCheck.Fluent;
using Portal.Kernel;
using Xunit;

namespace Portal.Tests.Kernel;

public sealed class GlobTests
{
    [Theory]
    [InlineData("**", "a/b/c", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("release-*", "release-1.2", true)]
    [InlineData("release-*", "xrelease-1", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "b/a/c", false)]
    [InlineData("**/b", "b", true)]
    [InlineData("**/b", "a/x/b", true)]
    [InlineData("{a,b}*", "b1", true)]
    [InlineData("v[0-9]", "v7", true)]
    [InlineData("v[!0-9]", "v7", false)]
    [InlineData("v?", "v/", false)]
    [InlineData("a.c", "abc", false)]
    public void IsMatch_Examples_Hold(string pattern, string name, bool expected) => Assert.Equal(expected, Glob.Parse(pattern).Value.IsMatch(name));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("[a")]
    [InlineData("{a,b")]
    public void Parse_Broken_NamesThePattern(string? pattern) => Assert.Equal("pattern", Glob.Parse(pattern).Error!.Field);

    [Fact]
    public void Parse_TooLong_IsRefused() => Assert.Contains("512", Glob.Parse(new string('a', 513)).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void IsMatch_AnyPatternOfStars_AgreesWithBacktracking()
    {
        var pattern = Gen.Elements("a", "b", "/", "*", "**", "?", ".").ArrayOf(6).Select(string.Concat).Where(p => !p.Contains("***") && !p.Contains("**/"));
        var name = Gen.Elements('a', 'b', '/', '.').ArrayOf(6).Select(c => new string(c));
        Prop.ForAll(pattern.ToArbitrary(), name.ToArbitrary(), (p, n) => Glob.Parse(p).Value.IsMatch(n) == Oracle(p, n)).QuickCheckThrowOnFailure();
    }

    static bool Oracle(ReadOnlySpan<char> p, ReadOnlySpan<char> n)
    {
        if (p.Length == 0) return n.Length == 0;
        if (p[0] == '*')
        {
            var deep = p.Length > 1 && p[1] == '*';
            var rest = p[(deep ? 2 : 1)..];
            for (var i = 0; i <= n.Length; i++)
            {
                if (Oracle(rest, n[i..])) return true;
                if (i < n.Length && n[i] == '/' && !deep) return false;
            }
            return false;
        }
        return n.Length > 0 && (p[0] == '?' ? n[0] != '/' : p[0] == n[0]) && Oracle(p[1..], n[1..]);
    }
}

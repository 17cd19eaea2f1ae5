using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("app", "app", true)]
    [InlineData("app", "apps", false)]
    [InlineData("team/*", "team/app", true)]
    [InlineData("team/*", "team/app/api", false)]
    [InlineData("team/*", "team", false)]
    [InlineData("team/**", "team/app/api", true)]
    [InlineData("team/**", "team", false)]
    [InlineData("*", "app", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("a*b/*c", "axxb/y", false)]
    [InlineData("a*b/*c", "axxb/yc", true)]
    [InlineData("a*b/*c", "axx/b/yc", false)]
    [InlineData("**/base", "x/y/base", true)]
    [InlineData("**/base", "base", false)]
    [InlineData("a_c", "abc", false)]
    public void Repository_Pattern_MatchesWholeNames(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Repository(pattern).Value.IsMatch(name));

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("A")]
    [InlineData("a***")]
    [InlineData("a*/**")]
    [InlineData("a%")]
    [InlineData("a|b")]
    [InlineData("a?")]
    [InlineData("{a,b}")]
    public void Repository_OutsideTheGrammar_IsRefusedByName(string pattern) => Assert.Equal("repository_pattern", NamePattern.Repository(pattern).Error!.Field);

    [Fact]
    public void Repository_TooLong_IsRefused()
    {
        Assert.True(NamePattern.Repository(new string('a', 255)).Ok);
        Assert.False(NamePattern.Repository(new string('a', 256)).Ok);
    }

    [Theory]
    [InlineData("v*", "v1.2", true)]
    [InlineData("v*", "V1", false)]
    [InlineData("*-rc*", "1.0-rc2", true)]
    [InlineData("1._", "1.0", false)]
    public void Tag_Pattern_MatchesWholeNames(string pattern, string name, bool matches) => Assert.Equal(matches, NamePattern.Tag(pattern).Value.IsMatch(name));

    [Theory]
    [InlineData("")]
    [InlineData("**")]
    [InlineData("a/b")]
    public void Tag_OutsideTheGrammar_IsRefusedByName(string pattern) => Assert.Equal("tag_pattern", NamePattern.Tag(pattern).Error!.Field);

    [Theory]
    [InlineData("team-*/**", true)]
    [InlineData("*/base", true)]
    [InlineData("**", true)]
    [InlineData("team", false)]
    [InlineData("**/base", false)]
    [InlineData("/base", false)]
    public void Check_OnTheSystem_WantsProjectAndPath(string pattern, bool good) => Assert.Equal(good, NamePattern.Check(pattern, "", inProject: false) is null);

    [Fact]
    public void LikeText_OfAnyPattern_EscapesWhatLikeReads() => Assert.Equal(@"a\_b%", NamePattern.Repository("a_b*").Value.LikeText);
}

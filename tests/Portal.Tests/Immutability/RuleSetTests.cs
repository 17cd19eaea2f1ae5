using Portal.Immutability;
using Xunit;

namespace Portal.Tests.Immutability;

public sealed class RuleSetTests
{
    static ImmutabilityRule Rule(string tags, string repositories = "**", bool expirable = false, bool disabled = false, string name = "") =>
        new() { TagPattern = tags, RepositoryPattern = repositories, Expirable = expirable, Disabled = disabled, Name = name };

    [Fact]
    public void Find_NeedsBothSelectorsOfOneRule()
    {
        var set = RuleSet.Of([Rule("v*", "team/**"), Rule("release", "other")]);
        Assert.NotNull(set.Find("team/api", "v1"));
        Assert.Null(set.Find("other", "v1"));
        Assert.Null(set.Find("team/api", "release"));
        Assert.NotNull(set.Find("other", "release"));
    }

    [Fact]
    public void Find_DisabledRule_CountsForNothing() => Assert.Null(RuleSet.Of([Rule("**", disabled: true)]).Find("api", "v1"));

    [Fact]
    public void Find_SeveralRules_NamesOneThatKeepsTheTagFromRetentionToo()
    {
        var expirable = Rule("v*", expirable: true, name: "soft");
        var firm = Rule("v1*", name: "firm");
        foreach (var order in (ImmutabilityRule[][])[[expirable, firm], [firm, expirable]])
        {
            Assert.Equal("firm", RuleSet.Of(order).Find("api", "v1.0")!.Rule);
            Assert.True(RuleSet.Of(order).Find("api", "v2.0")!.Expirable);
        }
    }

    [Fact]
    public void Find_SignatureTag_IsNeverKept() => Assert.Null(RuleSet.Of([Rule("**")]).Find("api", $"sha256-{new string('a', 64)}.sig"));

    [Fact]
    public void Title_WithoutAName_SaysWhatIsSelected()
    {
        Assert.Equal("tags v*", RuleWords.Title(Rule("v*")));
        Assert.Equal("tags v* in team/**", RuleWords.Title(Rule("v*", "team/**")));
        var regex = Rule("v.+");
        (regex.TagKind, regex.TagExcludes) = (SelectorKind.Regex, true);
        Assert.Equal("tags all but /v.+/", RuleWords.Title(regex));
    }
}

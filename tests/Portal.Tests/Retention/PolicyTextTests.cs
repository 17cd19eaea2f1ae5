using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Retention.Text;
using Xunit;

namespace Portal.Tests.Retention;

public sealed class PolicyTextTests
{
    [Fact]
    public void Write_IsWhatPeopleWouldWrite()
    {
        var policy = PolicyRules.Ordered(
            new RetentionRule(RuleAction.Keep, new AnyOf([new NameFits(NameOf.Tag, "release-*"), new NameFits(NameOf.Tag, "*-lts")]), "Releases"),
            new RetentionRule(RuleAction.Keep, new AllOf([new Newest(3, Series.Minor, NewestBy.Version), new Prerelease(false)])),
            new RetentionRule(RuleAction.Delete, new Age(Happening.Pushed, 14 * 24, true)));
        Assert.Equal("""
            algorithm: ordered
            rules:
              - name: Releases
                keep:
                  any:
                    - tag: release-*
                    - tag: "*-lts"
              - keep:
                  all:
                    - newest: 3
                      per: minor
                      by: version
                    - prerelease: false
              - delete:
                  pushed-before: 14 days

            """, PolicyText.Write(policy));
    }

    [Fact]
    public void Read_TakesCommentsQuotesAndOtherIndents()
    {
        const string Text = "# what goes\nrules:   # all of them\n- keep:\n      tag: 'it''s # no comment'\n-\n  delete: everything   # the rest\n";
        var rules = PolicyText.Read(Text).Value.Rules;
        Assert.Equal(new NameFits(NameOf.Tag, "it's # no comment"), rules[0].When);
        Assert.IsType<Everything>(rules[1].When);
        Assert.Equal(0, PolicyText.Read("  \n").Value.Count);
    }

    [Theory]
    [InlineData("rules:\n  - keep:\n      tags: v*\n", "Line 3", "tags")]
    [InlineData("rules:\n  - keep:\n      newest: 0\n", "Line 3", "newest is a whole number from 1")]
    [InlineData("rules:\n  - keep:\n      newest: 3\n      per: week\n", "Line 4", "per is one of all, major, minor")]
    [InlineData("rules:\n  - keep:\n      pushed-within: 3 weeks\n", "Line 3", "pushed-within is a time")]
    [InlineData("rules:\n  - keep:\n      semver: '>=a'\n", "Line 3", "semver")]
    [InlineData("rules:\n  - keep:\n      tag-regex: '(?=x)'\n", "Line 3", "tag-regex")]
    [InlineData("rules:\n  - keep:\n      tag: *\n", "Line 3", "double quotes")]
    [InlineData("rules:\n  - keep:\n      tag: a\n      semver: 1.x\n", "Line 3", "all or any")]
    [InlineData("rules:\n  - keep: everything\n    delete: everything\n", "Line 2", "one of keep, delete and skip")]
    [InlineData("rules:\n  - keep: everything\n    keep: everything\n", "Line 3", "keep is there twice")]
    [InlineData("rules:\n  - keep:\n", "Line 2", "keep has no value")]
    [InlineData("rules:\n\t- keep: everything\n", "Line 2", "spaces")]
    [InlineData("rules:\n  - keep: everything\n nothing\n", "Line 3", "indented")]
    [InlineData("algorithm: sorted\n", "Line 1", "algorithm is one of ordered, harbor")]
    [InlineData("just words\n", "Line 1", "field: value")]
    [InlineData("algorithm: harbor\nrules:\n  - template: newest\n    tags:\n      - matches: a\n", "Rule 1", "newest")]
    public void Read_NamesLineAndField(string text, string line, string field)
    {
        var error = PolicyText.Read(text).Error!;
        Assert.StartsWith(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_IsBounded()
    {
        Assert.Contains("only 50", PolicyText.Read("rules:\n" + string.Concat(Enumerable.Repeat("  - keep: everything\n", 51))).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("only 15", PolicyText.Read("algorithm: harbor\nrules:\n" + string.Concat(Enumerable.Repeat("  - template: always\n", 16))).Error!.Message, StringComparison.Ordinal);
        var deep = string.Concat(Enumerable.Range(0, 9).Select(i => new string(' ', 6 + (2 * i)) + "not:\n")) + new string(' ', 26) + "tag: x\n";
        Assert.Contains("8 deep", PolicyText.Read("rules:\n  - keep:\n" + deep).Error!.Message, StringComparison.Ordinal);
        Assert.Contains("65536", PolicyText.Read(new string('#', 70_000)).Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.2.3", true), InlineData("v1.2.3-rc.1", true), InlineData("1.2", false), InlineData("01.2.3", false), InlineData("1.2.3-", false), InlineData("1.2.3-01", false), InlineData("1.2.3-0a", true), InlineData("latest", false)]
    public void SemVersion_ReadsTagsThatAreVersions(string tag, bool version) => Assert.Equal(version, SemVersion.TryParse(tag, out _));

    [Fact]
    public void SemVersion_OrdersAsTheSpecificationDoes()
    {
        string[] ordered = ["0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0"];
        Assert.Equal(ordered, ordered.Reverse().OrderBy(v => SemVersion.TryParse(v, out var x) ? x : default));
    }

    [Theory]
    [InlineData(">=1.2.0 <2", "1.2.0 1.9.9 2.0.0-rc.1! 2.0.0! 1.2.0-rc.1!"), InlineData("^1.2.3", "1.2.3 1.9.0 1.2.2! 2.0.0!"), InlineData("^0.2.3", "0.2.3 0.2.9 0.3.0!"), InlineData("~1.2", "1.2.0 1.2.9 1.3.0!")]
    [InlineData("1.x || 3", "1.0.0 1.9.9 3.4.5 2.0.0! 4.0.0!"), InlineData("=1.0.0-rc.1", "1.0.0-rc.1 1.0.0-rc.2! 1.0.0!"), InlineData(">1.2", "1.3.0 2.0.0 1.2.9!"), InlineData("<=1.2", "1.2.9 0.1.0 1.3.0!"), InlineData("*", "0.0.0 9.9.9")]
    public void VersionRange_Holds(string range, string versions)
    {
        var parsed = VersionRange.Parse(range).Value;
        foreach (var version in versions.Split(' ')) Assert.True(SemVersion.TryParse(version.TrimEnd('!'), out var v) && parsed.Contains(v) != version.EndsWith('!'), $"{range} {version}");
    }

    [Fact]
    public void Reasons_AreSentences()
    {
        var policy = CompiledPolicy.Of(PolicyText.Read("rules:\n  - keep:\n      newest: 1\n      per: minor\n  - delete:\n      pushed-before: 30 days\n").Value).Value;
        RepositoryFacts repository = new() { Name = "app", Artifacts = [.. new[] { ("1.4.2", 40), ("1.4.1", 45), ("1.3.0", 3), ("dev", 2) }.Select((t, i) => new ArtifactFacts { Id = i, Tags = [new() { Name = t.Item1, PushedAt = Worlds.Now.AddDays(-t.Item2) }] })] };
        var verdicts = RetentionEvaluator.Evaluate(policy, repository, Worlds.Now);
        Assert.Equal(["newest 1 of 1.4.x (1st)", "pushed 45 days ago, over 30 days", "newest 1 of 1.3.x (1st)", "no rule decides"], verdicts.Items.Select((item, i) => Reasons.Of(policy, repository, item, verdicts.Decisions[i], Worlds.Now)));
        Assert.Equal("the newest 3 of each major.minor and not tag *-rc*", Reasons.Sentence(new AllOf([new Newest(3, Series.Minor), new Not(new NameFits(NameOf.Tag, "*-rc*"))])));
    }
}

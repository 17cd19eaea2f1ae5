using Portal.Registry.Manifests;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Xunit;

namespace Portal.Tests.Retention;

/// <summary>The semantics of Harbor's retention as a table. Source: Harbor v2.0 API, tag retention.</summary>
public sealed class HarborSemanticsTests
{
    // a: tag v1, pushed 50 days ago, pulled yesterday; b: tags v2 and latest, pushed 20 days ago; c: tag dev, pushed 40 days ago, pulled 35 days ago; u: no tag, pushed 2 days ago
    static RepositoryFacts Repository(Action<List<ArtifactFacts>>? change = null)
    {
        List<ArtifactFacts> artifacts =
        [
            new() { Id = 1, PushedAt = Days(50), PulledAt = Days(1), Tags = [Tag("v1", 50, 1)] },
            new() { Id = 2, PushedAt = Days(60), Tags = [Tag("v2", 60), Tag("latest", 20)] },
            new() { Id = 3, PushedAt = Days(40), PulledAt = Days(35), Tags = [Tag("dev", 40, 35)] },
            new() { Id = 4, PushedAt = Days(2) },
        ];
        change?.Invoke(artifacts);
        return new() { Id = 1, Name = "team/app", Artifacts = artifacts };
    }

    static DateTime Days(double n) => Worlds.Now.AddDays(-n);

    static TagFacts Tag(string name, int pushed, int? pulled = null) => new() { Name = name, PushedAt = Days(pushed), PulledAt = pulled is { } n ? Days(n) : null };

    static HarborSelector Matches(string pattern, string extras = "") => new(HarborSelector.Matches, pattern, extras);

    static HarborSelector Excludes(string pattern, string extras = "") => new(HarborSelector.Excludes, pattern, extras);

    static HarborRule Rule(string template, int? n, params HarborSelector[] tags) => new(template, n, tags.Length > 0 ? tags : [Matches("**")], [new(HarborSelector.RepoMatches, "**")]);

    static string Gone(RepositoryFacts repository, params HarborRule[] rules)
    {
        var verdicts = RetentionEvaluator.Evaluate(CompiledPolicy.Of(PolicyRules.Harbor(rules)).Value, repository, Worlds.Now);
        return string.Concat(verdicts.Goes.Select((goes, i) => goes ? "abcuxyz"[i].ToString() : ""));
    }

    public static TheoryData<string, string, int?, string, string> Templates() => new()
    {
        // what, template, number, tag selector, what goes
        { "newest by push, of all tags of an artifact", "latestPushedK", 2, "**", "ac" },
        { "none is newest", "latestPushedK", 0, "**", "abcu" },
        { "the default is 10", "latestPushedK", null, "**", "" },
        { "never pulled counts as oldest", "latestPulledN", 2, "**", "bu" },
        { "more than were pulled: the later pushed id first", "latestPulledN", 3, "**", "b" },
        { "pushed within days", "nDaysSinceLastPush", 30, "**", "ac" },
        { "the default is 30 days", "nDaysSinceLastPush", null, "**", "ac" },
        { "pulled within days; never pulled is not", "nDaysSinceLastPull", 30, "**", "bcu" },
        { "any number of days does not keep what was never pulled", "nDaysSinceLastPull", 100_000, "**", "bu" },
        { "always", "always", null, "**", "" },
        { "active is pushed or pulled", "latestActiveK", 2, "**", "bc" },
        { "last days", "lastXDays", 45, "**", "a" },
        { "the template is applied to what the selector leaves; untagged are selected", "latestPushedK", 1, "v*", "abc" },
        { "one of several tags is enough to be selected", "always", null, "latest", "ac" },
        { "alternatives", "always", null, "{v1,dev}", "b" },
    };

    [Theory, MemberData(nameof(Templates))]
    public void Templates_Keep(string what, string template, int? number, string tags, string gone) => Assert.True(Gone(Repository(), Rule(template, number, Matches(tags))) == gone, what);

    [Fact]
    public void Selectors_OfUntagged_FollowTheirExtras()
    {
        Assert.Equal("bcu", Gone(Repository(), Rule("always", null, Matches("v1", """{"untagged":false}"""))));
        Assert.Equal("bc", Gone(Repository(), Rule("always", null, Matches("v1", """{"untagged":true}"""))));
        // all but v1: b has a tag that is not v1; untagged ones are selected unless the extras say that they are
        Assert.Equal("a", Gone(Repository(), Rule("always", null, Excludes("v1"))));
        Assert.Equal("au", Gone(Repository(), Rule("always", null, Excludes("v1", """{"untagged":true}"""))));
        Assert.Equal("", Gone(Repository(), Rule("always", null, Excludes("v2", """{"untagged":false}"""))));
    }

    [Fact]
    public void Rules_KeepTheirUnion_AndSelectorsOfOneRuleTheirIntersection()
    {
        Assert.Equal("cu", Gone(Repository(), Rule("always", null, Matches("v1", """{"untagged":false}""")), Rule("always", null, Matches("v2", """{"untagged":false}"""))));
        Assert.Equal("acu", Gone(Repository(), Rule("always", null, Matches("v*", """{"untagged":false}"""), Matches("latest", """{"untagged":false}"""))));
        // a rule without a tag selector, and one that is off, count for nothing
        Assert.Equal("", Gone(Repository(), Rule("latestPushedK", 0) with { Tags = [] }));
        Assert.Equal("", Gone(Repository(), Rule("latestPushedK", 0) with { Off = true }));
        Assert.Equal("abcu", Gone(Repository(), Rule("latestPushedK", 0), Rule("always", null) with { Off = true }));
    }

    [Theory]
    [InlineData(HarborSelector.RepoMatches, "team/**", true), InlineData(HarborSelector.RepoMatches, "app", false), InlineData(HarborSelector.RepoMatches, "*", false)]
    [InlineData(HarborSelector.RepoExcludes, "team/**", false), InlineData(HarborSelector.RepoExcludes, "app", true)]
    public void Repositories_MatchedByNoRule_AreLeft(string decoration, string pattern, bool matched) =>
        Assert.Equal(matched ? "abcu" : "", Gone(Repository(), Rule("latestPushedK", 0) with { Repositories = [new(decoration, pattern)] }));

    [Fact]
    public void Immutable_LeavesTheArtifactWithAllItsTags_AndSaysSo()
    {
        var repository = Repository(a => a[1].Tags[0].Immutable = "releases");
        Assert.Equal("acu", Gone(repository, Rule("latestPushedK", 0)));
        var verdicts = RetentionEvaluator.Evaluate(CompiledPolicy.Of(PolicyRules.Harbor(Rule("latestPushedK", 0))).Value, repository, Worlds.Now);
        Assert.All([1, 2], i => Assert.Equal(Verdict.Immutable, verdicts.Decisions[i].Verdict));
    }

    [Fact]
    public void Candidates_AreTopLevel_AndFamiliesGoTogether()
    {
        // x: a platform of b without a tag; y: a platform of b with a tag of its own; z: a signature of a
        var repository = Repository(a =>
        {
            a.Add(new() { Id = 5, PushedAt = Days(1) });
            a.Add(new() { Id = 6, PushedAt = Days(1), Tags = [Tag("amd64", 90)] });
            a.Add(new() { Id = 7, PushedAt = Days(1), Kind = ArtifactKind.Signature, Subject = 0 });
            a[1].Children = [4, 5];
        });
        // everything goes, and takes along what hangs on it
        Assert.Equal("abcuxyz", Gone(repository, Rule("latestPushedK", 0)));
        // the index stays: so do its platforms, tagged or not
        Assert.Equal("acuz", Gone(repository, Rule("always", null, Matches("latest", """{"untagged":false}"""))));
        // a platform's tag keeps the platform alone
        Assert.Equal("abcuxz", Gone(repository, Rule("always", null, Matches("amd64", """{"untagged":false}"""))));
        // a platform with a tag counts among the newest; one without, and a signature, do not
        Assert.Equal("abcxz", Gone(repository, Rule("latestPushedK", 2)));
    }
}

using System.Globalization;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Retention.Evaluation;

/// <summary>Says decisions and rules in plain words, without a full stop.</summary>
public static class Reasons
{
    /// <summary>Why a tag is judged as it is: "newest 3 of 1.4.x (1st)", "pushed 45 days ago, over 30 days".</summary>
    public static string Of(CompiledPolicy policy, RepositoryFacts repository, Item item, Decision decision, DateTime now) => decision.By switch
    {
        DecidedBy.Nothing => "no rule decides",
        DecidedBy.NoKeeper => "no rule keeps it",
        DecidedBy.InUse => $"running in {decision.Detail}",
        DecidedBy.Immutable => $"immutable by {decision.Detail}",
        DecidedBy.Locked => $"locked: {decision.Detail}",
        DecidedBy.OtherTag => $"the artifact stays for its tag {decision.Detail}",
        DecidedBy.Index => "part of an index that stays",
        DecidedBy.Family => $"something that belongs to it is held: {decision.Detail}",
        _ => OfRule(policy.Sources[decision.Stage], repository, item, decision, now),
    };

    /// <summary>Which rule decided: "rule 2"; of inherited ones "the system's rule 2". Empty when none did.</summary>
    public static string Rule(Decision decision, int stages, bool inherited) => decision.Rule < 0 ? "" : inherited || (stages > 1 && decision.Stage > 0)
        ? string.Create(CultureInfo.InvariantCulture, $"the system's rule {decision.Rule + 1}") : string.Create(CultureInfo.InvariantCulture, $"rule {decision.Rule + 1}");

    /// <summary>A condition on its own: "the newest 3 of each major.minor".</summary>
    public static string Sentence(Condition condition) => condition switch
    {
        Everything => "everything",
        AllOf all => string.Join(" and ", all.Conditions.Select(c => c is AnyOf ? $"({Sentence(c)})" : Sentence(c))),
        AnyOf any => string.Join(" or ", any.Conditions.Select(c => c is AllOf ? $"({Sentence(c)})" : Sentence(c))),
        Not { Of: AllOf or AnyOf } not => $"not ({Sentence(not.Of)})",
        Not not => $"not {Sentence(not.Of)}",
        NameFits name => $"{(name.Of == NameOf.Tag ? "tag" : "repository")} {Shown(name)}",
        VersionIn version => $"version {version.Range}",
        Prerelease pre => pre.Is ? "pre-releases" : "releases",
        Newest newest => Counting(newest),
        Age { What: Happening.Pushed } age => $"pushed {(age.Over ? "over" : "within")} {Fields.Time(age.Hours)}{(age.Over ? " ago" : "")}",
        Age age => age.Over ? $"not pulled within {Fields.Time(age.Hours)}" : $"pulled within {Fields.Time(age.Hours)}",
        PulledAtLeast pulls => string.Create(CultureInfo.InvariantCulture, $"pulled at least {pulls.Count} times"),
        Has has => Trait(has.Trait, has.Is),
        _ => throw new InvalidOperationException($"A condition of the type {condition.GetType().Name} is not known."),
    };

    /// <summary>A rule of Harbor's form on its own.</summary>
    public static string Sentence(HarborRule rule)
    {
        var template = HarborTemplate.Find(rule.Template);
        var chosen = template is null ? rule.Template : template.Display.Replace("#", (rule.Parameter ?? template.Default).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var tags = string.Join(" and ", rule.Tags.Select(t => (t.Decoration == HarborSelector.Excludes ? "all but " : "") + t.Pattern));
        var repositories = string.Join(" and ", rule.Repositories.Select(t => (t.Decoration == HarborSelector.RepoExcludes ? "all but " : "") + t.Pattern));
        return $"{chosen} of tags {tags}{(repositories.Length > 0 ? $" in {repositories}" : "")}";
    }

    static string OfRule(PolicyRules policy, RepositoryFacts repository, Item item, Decision decision, DateTime now)
    {
        var artifact = repository.Artifacts[item.Artifact];
        if (policy.Form == PolicyForm.Ordered) return Fact(policy.Rules[decision.Rule].When, new(artifact, item.Tag < 0 ? null : artifact.Tags[item.Tag], decision.Rank, now), true);
        var rule = policy.Union[decision.Rule];
        var template = HarborTemplate.Find(rule.Template)!;
        var number = (rule.Parameter ?? template.Default).ToString(CultureInfo.InvariantCulture);
        return template.Unit == "COUNT" ? $"one of {template.Display.Replace("#", number, StringComparison.Ordinal)} ({Ordinal(decision.Rank)})" : template.Display.Replace("#", number, StringComparison.Ordinal);
    }

    sealed record Subject(ArtifactFacts Artifact, TagFacts? Tag, int Rank, DateTime Now);

    // What is true of it, where the condition holds (or does not).
    static string Fact(Condition condition, Subject s, bool holds) => condition switch
    {
        Everything => "everything else",
        AllOf all => string.Join(holds ? ", " : " or ", all.Conditions.Select(c => Fact(c, s, holds))),
        AnyOf any => string.Join(holds ? " or " : ", ", any.Conditions.Select(c => Fact(c, s, holds))),
        Not not => Fact(not.Of, s, !holds),
        NameFits { Of: NameOf.Repository } name => $"in a repository that {(holds ? "matches" : "does not match")} {Shown(name)}",
        NameFits name => s.Tag is null ? "no tag" : $"{(holds ? "matches" : "does not match")} {Shown(name)}",
        VersionIn version => $"version {(holds ? "in" : "not in")} {version.Range}",
        Prerelease pre => pre.Is == holds ? "a pre-release" : "no pre-release",
        Newest newest => Place(newest, s, holds),
        Age { What: Happening.Pushed } age => $"pushed {Ago(s.Now - (s.Tag?.PushedAt ?? s.Artifact.PushedAt))}, {(age.Over == holds ? "over" : "within")} {Fields.Time(age.Hours)}",
        Age age => Pulled(s) is { } at ? $"last pulled {Ago(s.Now - at)}, {(age.Over == holds ? "over" : "within")} {Fields.Time(age.Hours)}" : "never pulled",
        PulledAtLeast pulls => string.Create(CultureInfo.InvariantCulture, $"pulled {s.Artifact.PullCount} times, {(holds ? "at least" : "fewer than")} {pulls.Count}"),
        Has { Trait: Rules.Trait.InUse } when s.Artifact.InUse is { } place => $"running in {place}",
        Has has => Trait(has.Trait, has.Is == holds),
        _ => throw new InvalidOperationException($"A condition of the type {condition.GetType().Name} is not known."),
    };

    static string Place(Newest newest, Subject s, bool holds)
    {
        var series = s.Tag is { } tag && newest.Per != Series.All && SemVersion.TryParse(tag.Name, out var v)
            ? newest.Per == Series.Major ? string.Create(CultureInfo.InvariantCulture, $" of {v.Major}.x") : string.Create(CultureInfo.InvariantCulture, $" of {v.Major}.{v.Minor}.x") : "";
        var rank = s.Rank > 0 ? $" ({Ordinal(s.Rank)})" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(holds ? "" : "not among the ")}newest {newest.Count}{series}{rank}");
    }

    static string Counting(Newest newest)
    {
        var by = newest.By switch { NewestBy.Pulled => " by pull", NewestBy.Version => " by version", _ => "" };
        var per = newest.Per switch { Series.Major => " of each major", Series.Minor => " of each major.minor", _ => "" };
        return string.Create(CultureInfo.InvariantCulture, $"the newest {newest.Count}{per}{by}");
    }

    static DateTime? Pulled(Subject s) => s.Tag?.PulledAt is { } tag && !(s.Artifact.PulledAt > tag) ? tag : s.Artifact.PulledAt;

    static string Trait(Trait trait, bool has) => (trait, has) switch
    {
        (Rules.Trait.Tagged, true) => "tagged",
        (Rules.Trait.Tagged, false) => "without a tag",
        (Rules.Trait.Signed, true) => "signed",
        (Rules.Trait.Signed, false) => "not signed",
        (Rules.Trait.InIndex, true) => "in an index",
        (Rules.Trait.InIndex, false) => "in no index",
        (Rules.Trait.InUse, true) => "in use",
        (Rules.Trait.InUse, false) => "not in use",
        (Rules.Trait.Locked, true) => "locked",
        _ => "not locked",
    };

    static string Shown(NameFits name) => name.Regex ? $"/{name.Pattern}/" : name.Pattern;

    static string Ago(TimeSpan time) => time < TimeSpan.FromHours(1) ? "less than an hour ago" : time < TimeSpan.FromDays(2) ? $"{Fields.Words((int)time.TotalHours, "hour")} ago" : $"{Fields.Words((int)time.TotalDays, "day")} ago";

    static string Ordinal(int n) => (n % 100) is >= 11 and <= 13 ? $"{n}th" : (n % 10) switch { 1 => $"{n}st", 2 => $"{n}nd", 3 => $"{n}rd", _ => $"{n}th" };
}

using System.Text.RegularExpressions;
using Portal.Kernel;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;

namespace Portal.Tests.Retention;

/// <summary>
/// The rules of retention once more, slowly and as they are written down: every question is asked of everything, nothing is remembered, and sets grow until they grow no more.
/// </summary>
sealed class ReferenceEvaluator(IReadOnlyList<PolicyRules> policies, RepositoryFacts repository, DateTime now)
{
    /// <param name="Verdict">Null where only "stays" is promised.</param>
    public sealed record Answer(int Artifact, string? Tag, Verdict? Verdict, int Rule);

    List<ArtifactFacts> All => repository.Artifacts;

    public (List<Answer> Answers, List<bool> Goes) Judge()
    {
        var items = (from a in Enumerable.Range(0, All.Count) where IsCandidate(a) from t in All[a].Tags.Count == 0 ? [null] : All[a].Tags.Cast<TagFacts?>() select (a, t)).ToList();
        var first = items.ToDictionary(i => i, i => First(i, items));
        var stays = new HashSet<int>();
        while (true)
        {
            var more = Enumerable.Range(0, All.Count).Where(a => !stays.Contains(a) && MustStay(a, stays, first)).ToList();
            if (more.Count == 0) break;
            stays.UnionWith(more);
        }
        return ([.. items.Select(i => Answered(i, first[i], stays))], [.. Enumerable.Range(0, All.Count).Select(a => !stays.Contains(a))]);
    }

    Answer Answered((int Artifact, TagFacts? Tag) item, (Verdict Verdict, int Policy, int Rule) said, HashSet<int> stays)
    {
        var (a, tag) = item;
        Answer With(Verdict? verdict) => new(a, tag?.Name, verdict, said.Rule);
        if (said.Verdict != Verdict.Delete || !stays.Contains(a)) return With(said.Verdict);
        if (Runs(a)) return With(Verdict.Keep);
        if (tag?.Immutable is not null) return With(Verdict.Immutable);
        if (tag?.Locked is not null || All[a].Locked is not null) return With(Verdict.Locked);
        var own = All[a].Tags.Any(t => t.Immutable is not null || t.Locked is not null);
        if (Held(a) && !own) return With(null);
        return With(tag is not null && policies[said.Policy].Form == PolicyForm.Ordered ? Verdict.Delete : null);
    }

    bool MustStay(int a, HashSet<int> stays, Dictionary<(int Artifact, TagFacts? Tag), (Verdict Verdict, int, int)> first) =>
        Runs(a) || Held(a)
        || (IsCandidate(a) && first.Any(f => f.Key.Artifact == a && f.Value.Verdict != Verdict.Delete))
        || (!IsCandidate(a) && All[a].Subject == ArtifactFacts.LostSubject)
        || Parents(a).Any(stays.Contains)
        || (All[a].Subject >= 0 && stays.Contains(All[a].Subject));

    bool IsCandidate(int a) => All[a].Subject == ArtifactFacts.NoSubject && (All[a].Tags.Count > 0 || !Parents(a).Any());

    IEnumerable<int> Parents(int a) => Enumerable.Range(0, All.Count).Where(p => All[p].Children.Contains(a));

    IEnumerable<int> Attached(int a) => Enumerable.Range(0, All.Count).Where(r => All[r].Subject == a);

    bool Runs(int a) => All[a].InUse is not null || Attached(a).Any(Runs) || All[a].Children.Any(Runs);

    bool Held(int a) => All[a].Locked is not null || All[a].Tags.Any(t => t.Immutable is not null || t.Locked is not null) || Attached(a).Any(Held) || All[a].Children.Any(c => All[c].Tags.Count == 0 && Held(c));

    (Verdict, int Policy, int Rule) First((int Artifact, TagFacts? Tag) item, List<(int Artifact, TagFacts? Tag)> items)
    {
        for (var p = 0; p < policies.Count; p++)
        {
            if (policies[p].Form == PolicyForm.Ordered)
            {
                for (var r = 0; r < policies[p].Rules.Count; r++)
                    if (!policies[p].Rules[r].Off && Holds(policies[p].Rules[r].When, item, items, []))
                        return (policies[p].Rules[r].Action switch { RuleAction.Keep => Verdict.Keep, RuleAction.Delete => Verdict.Delete, _ => Verdict.Skip }, p, r);
            }
            else
            {
                var rules = policies[p].Union.Select((r, i) => (Rule: r, Place: i)).Where(r => !r.Rule.Off && r.Rule.Tags.Count > 0 && r.Rule.Repositories.All(InRepository)).ToList();
                if (rules.Count == 0) continue;
                var candidates = items.Select(i => i.Artifact).Distinct().ToList();
                var keeper = rules.FindIndex(r => Keeps(r.Rule, item.Artifact, candidates));
                return keeper < 0 ? (Verdict.Delete, p, -1) : (Verdict.Keep, p, rules[keeper].Place);
            }
        }
        return (Verdict.Skip, -1, -1);
    }

    bool InRepository(HarborSelector s) => Fits(s.Pattern, false, repository.Name) == (s.Decoration == HarborSelector.RepoMatches);

    bool Keeps(HarborRule rule, int a, List<int> candidates)
    {
        bool Selected(int c) => rule.Tags.All(s => All[c].Tags.Count == 0
            ? (s.Decoration == HarborSelector.Matches ? !s.Extras.Contains("false", StringComparison.Ordinal) : !s.Extras.Contains("true", StringComparison.Ordinal))
            : All[c].Tags.Exists(t => Fits(s.Pattern, false, t.Name) == (s.Decoration == HarborSelector.Matches)));
        DateTime Pushed(int c) => All[c].Tags.Select(t => t.PushedAt).Append(All[c].PushedAt).Max();
        DateTime Pulled(int c) => All[c].Tags.Select(t => t.PulledAt ?? default).Append(All[c].PulledAt ?? default).Max();
        DateTime Active(int c) => Pushed(c) > Pulled(c) ? Pushed(c) : Pulled(c);
        bool Top(Func<int, DateTime> time, int most) => candidates.Count(c => c != a && Selected(c) && (time(c) > time(a) || (time(c) == time(a) && All[c].Id > All[a].Id))) < most;
        if (!Selected(a)) return false;
        return rule.Template switch
        {
            "latestPushedK" => Top(Pushed, rule.Parameter ?? 10),
            "latestPulledN" => Top(Pulled, rule.Parameter ?? 10),
            "latestActiveK" => Top(Active, rule.Parameter ?? 10),
            "nDaysSinceLastPush" => now - Pushed(a) <= TimeSpan.FromDays(rule.Parameter ?? 30),
            "lastXDays" => now - Pushed(a) <= TimeSpan.FromDays(rule.Parameter ?? 10),
            "nDaysSinceLastPull" => now - Pulled(a) <= TimeSpan.FromDays(rule.Parameter ?? 30),
            _ => true,
        };
    }

    bool Holds(Condition condition, (int Artifact, TagFacts? Tag) item, List<(int Artifact, TagFacts? Tag)> items, List<Condition> beside)
    {
        var (artifact, tag) = (All[item.Artifact], item.Tag);
        switch (condition)
        {
            case Everything: return true;
            case AllOf all: return all.Conditions.All(c => Holds(c, item, items, [.. all.Conditions.Where(o => !Counting(o))]));
            case AnyOf any: return any.Conditions.Any(c => Holds(c, item, items, []));
            case Not not: return !Holds(not.Of, item, items, []);
            case NameFits { Of: NameOf.Repository } name: return Fits(name.Pattern, name.Regex, repository.Name);
            case NameFits name: return tag is not null && Fits(name.Pattern, name.Regex, tag.Name);
            case VersionIn range: return Version(tag) is { } v && VersionRange.Parse(range.Range).Value.Contains(v);
            case Prerelease pre: return Version(tag) is { } version && version.Pre.Length > 0 == pre.Is;
            case Age age:
                var at = age.What == Happening.Pushed ? Pushed(item) : Pulled(item);
                return age.Over != (at is not null && now - at <= TimeSpan.FromHours(age.Hours));
            case PulledAtLeast pulls: return artifact.PullCount >= pulls.Count;
            case Has has:
                return has.Is == has.Trait switch
                {
                    Trait.Tagged => tag is not null,
                    Trait.Signed => Attached(item.Artifact).Any(r => All[r].Kind == Portal.Registry.Manifests.ArtifactKind.Signature),
                    Trait.InIndex => Parents(item.Artifact).Any(),
                    Trait.InUse => artifact.InUse is not null,
                    _ => artifact.Locked is not null || tag?.Locked is not null || tag?.Immutable is not null,
                };
            case Newest newest:
                bool Counted((int, TagFacts?) i) => beside.TrueForAll(c => Holds(c, i, items, [])) && ((newest.Per == Series.All && newest.By != NewestBy.Version) || Version(i.Item2) is not null);
                bool Same((int, TagFacts? Tag) i) => newest.Per == Series.All || (Version(i.Tag)!.Value.Major == Version(tag)!.Value.Major && (newest.Per == Series.Major || Version(i.Tag)!.Value.Minor == Version(tag)!.Value.Minor));
                return Counted(item) && items.Count(i => i != item && Counted(i) && Same(i) && Newer(newest.By, i, item)) < newest.Count;
            default: throw new InvalidOperationException(condition.GetType().Name);
        }
    }

    bool Newer(NewestBy by, (int Artifact, TagFacts? Tag) x, (int Artifact, TagFacts? Tag) y)
    {
        var order = by == NewestBy.Version ? Version(x.Tag)!.Value.CompareTo(Version(y.Tag)!.Value) : by == NewestBy.Pulled ? (Pulled(x) ?? default).CompareTo(Pulled(y) ?? default) : 0;
        if (order == 0) order = Pushed(x)!.Value.CompareTo(Pushed(y)!.Value);
        if (order == 0) order = string.CompareOrdinal(x.Tag?.Name ?? "", y.Tag?.Name ?? "");
        return order == 0 ? All[x.Artifact].Id > All[y.Artifact].Id : order > 0;
    }

    DateTime? Pushed((int Artifact, TagFacts? Tag) i) => i.Tag is null ? All[i.Artifact].PushedAt : i.Tag.PushedAt;

    DateTime? Pulled((int Artifact, TagFacts? Tag) i) => new[] { i.Tag?.PulledAt, All[i.Artifact].PulledAt }.Max();

    static SemVersion? Version(TagFacts? tag) => tag is not null && SemVersion.TryParse(tag.Name, out var v) ? v : null;

    static bool Counting(Condition c) => c is Newest || c.Inner.Any(Counting);

    static bool Fits(string pattern, bool regex, string name) => regex ? Regex.IsMatch(name, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant) : Glob.Parse(pattern).Value.IsMatch(name);
}

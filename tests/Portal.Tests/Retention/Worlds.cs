using Portal.Registry.Manifests;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;

namespace Portal.Tests.Retention;

/// <summary>Random repositories and policies; the same seed makes the same ones.</summary>
sealed class Worlds(int seed)
{
    public static readonly DateTime Now = new(2026, 11, 22, 12, 0, 0, DateTimeKind.Utc);

    readonly Random _random = new(seed);

    static readonly string[] TagNames =
    [
        "latest", "main", "dev-1", "dev-2", "pr-7", "release-1", "release-2", "nightly", "v1.0.0", "1.0.1", "v1.0.2-rc.1", "1.0.2", "1.1.0", "1.1.1", "v1.1.2", "1.2.0-alpha", "1.2.0-alpha.1", "1.2.0-beta", "2.0.0",
        "2.0.0-rc.1", "2.0.1", "2.1.0", "0.1.0", "0.1.1", "01.2.3", "1.2", "v3.0.0", "3.0.0-0", "1.10.0", "1.9.0",
    ];

    static readonly string[] Patterns = ["**", "*", "v*", "1.*", "*-rc*", "release-*", "latest", "{main,dev-?}", "[0-9]*", "*.0", "dev-*", "nothing"];
    static readonly string[] Regexes = [".*", "v?[0-9]+.*", "release-[0-9]|main", ".*-(rc|alpha).*", "x"];
    static readonly string[] Ranges = [">=1.0.0", "<2.0.0", "1.x", "^1.0", "~1.0.1", ">=1.1 <2 || 3", "=2.0.0-rc.1", ">1.0.1", "<=1.2.0", "*", "0.1"];

    public RepositoryFacts Repository()
    {
        var artifacts = new List<ArtifactFacts>();
        var names = TagNames.OrderBy(_ => _random.Next()).ToList();
        var count = _random.Next(0, 14);
        for (var i = 0; i < count; i++)
        {
            // what exists names only what exists already, as digests do
            var before = Enumerable.Range(0, i).ToList();
            var shape = _random.Next(10);
            var children = shape < 2 ? before.Where(_ => Chance(30)).ToList() : [];
            var subject = shape is 2 or 3 ? (i > 0 && Chance(85) ? _random.Next(i) : ArtifactFacts.LostSubject) : ArtifactFacts.NoSubject;
            artifacts.Add(new()
            {
                Id = i + 1,
                Kind = children.Count > 0 ? ArtifactKind.Index : subject != ArtifactFacts.NoSubject && Chance(60) ? ArtifactKind.Signature : ArtifactKind.Image,
                PushedAt = Time(),
                PulledAt = Chance(50) ? Time() : null,
                PullCount = _random.Next(4),
                Children = children,
                Subject = subject,
                InUse = Chance(4) ? "prod" : null,
                Locked = Chance(4) ? "release" : null,
                Tags = [.. Enumerable.Range(0, Chance(30) ? 0 : _random.Next(1, 4)).Where(_ => names.Count > 0).Select(_ => Tag(names))],
            });
        }
        return new() { Id = 1, Name = Pick("app", "team/app", "lab/x"), Artifacts = artifacts };
    }

    TagFacts Tag(List<string> names)
    {
        var name = names[^1];
        names.RemoveAt(names.Count - 1);
        return new() { Id = names.Count, Name = name, PushedAt = Time(), PulledAt = Chance(40) ? Time() : null, Immutable = Chance(4) ? "releases" : null, Locked = Chance(4) ? "audit" : null };
    }

    // few different times, so that ties are common
    DateTime Time() => Now.AddHours(-12 * _random.Next(0, 90));

    public List<PolicyRules> Policies() => Chance(20) ? [Policy(), Policy()] : [Policy()];

    public PolicyRules Policy() => Chance(35)
        ? PolicyRules.Harbor([.. Enumerable.Range(0, _random.Next(0, 4)).Select(_ => HarborRule())])
        : PolicyRules.Ordered([.. Enumerable.Range(0, _random.Next(0, 6)).Select(_ => new RetentionRule((RuleAction)_random.Next(3), Condition(1), Chance(30) ? Pick("Releases", "a \"b\" #c: d", "ü '- x") : "", Chance(10)))]);

    HarborRule HarborRule()
    {
        var template = HarborTemplate.All[_random.Next(HarborTemplate.All.Count)];
        return new(template.Name, template.Unit.Length > 0 && Chance(85) ? _random.Next(0, 6) : null,
            [.. Enumerable.Range(0, Chance(8) ? 0 : _random.Next(1, 3)).Select(_ => new HarborSelector(Pick(HarborSelector.Matches, HarborSelector.Excludes), Pick(Patterns), Pick("", """{"untagged":true}""", """{"untagged":false}""", "{}")))],
            [.. Enumerable.Range(0, _random.Next(0, 3)).Select(_ => new HarborSelector(Pick(HarborSelector.RepoMatches, HarborSelector.RepoExcludes), Pick("**", "app", "team/**", "lab/*", "*")))], Chance(10));
    }

    Condition Condition(int depth) => _random.Next(depth > 3 ? 11 : 15) switch
    {
        0 => new Everything(),
        1 or 2 => new NameFits(NameOf.Tag, Pick(Patterns)),
        3 => new NameFits(NameOf.Tag, Pick(Regexes), true),
        4 => Chance(70) ? new NameFits(NameOf.Repository, Pick("app", "team/**", "lab/*", "**")) : new NameFits(NameOf.Repository, "team/.*|app", true),
        5 => new VersionIn(Pick(Ranges)),
        6 => new Prerelease(Chance(50)),
        7 or 8 => new Newest(_random.Next(1, 5), (Series)_random.Next(3), (NewestBy)_random.Next(3)),
        9 => new Age((Happening)_random.Next(2), _random.Next(1, 90) * 12, Chance(50)),
        10 => Chance(30) ? new PulledAtLeast(_random.Next(1, 4)) : new Has((Trait)_random.Next(5), Chance(70)),
        11 or 12 => new AllOf([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Condition(depth + 1))]),
        13 => new AnyOf([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Condition(depth + 1))]),
        _ => new Not(Condition(depth + 1)),
    };

    bool Chance(int percent) => _random.Next(100) < percent;

    string Pick(params string[] of) => of[_random.Next(of.Length)];
}

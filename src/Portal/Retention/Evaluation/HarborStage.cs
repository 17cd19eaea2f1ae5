using System.Text.Json;
using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention.Evaluation;

/// <summary>In a repository that a rule selects, everything goes that no rule keeps. Artifacts are judged as a whole: their times are the latest of all their tags. Source: Harbor's algorithm <c>or</c>.</summary>
sealed class HarborStage : Stage
{
    readonly Rule[] _rules;

    HarborStage(Rule[] rules) => _rules = rules;

    public static Result<Stage> Of(PolicyRules policy)
    {
        var rules = new List<Rule>();
        for (var i = 0; i < policy.Union.Count; i++)
        {
            var rule = policy.Union[i];
            // by the contract a rule that selects no tags counts for nothing
            if (rule.Off || rule.Tags.Count == 0) continue;
            var compiled = Rule.Of(i, rule);
            if (!compiled.Ok) return compiled.Error with { Message = $"Rule {i + 1}: {compiled.Error.Message}" };
            rules.Add(compiled.Value);
        }
        return new HarborStage([.. rules]);
    }

    public override void Decide(Board board, int stage)
    {
        var rules = Array.FindAll(_rules, r => r.Repositories.TrueForAll(s => s.Fits(board.Repository.Name)));
        if (rules.Length == 0) return;
        var candidates = board.Items.Select(i => i.Artifact).Distinct().Select(a => new Candidate(a, board.Repository.Artifacts[a])).ToList();
        var kept = new Dictionary<int, (int Rule, int Rank)>();
        foreach (var rule in rules)
        {
            var rank = 0;
            foreach (var one in rule.Choose(candidates.FindAll(c => rule.Tags.TrueForAll(s => s.Fits(c.Facts))), board.Now)) kept.TryAdd(one.Place, (rule.Place, ++rank));
        }
        for (var i = 0; i < board.Items.Count; i++)
        {
            if (board.Decided[i]) continue;
            board.Decide(i, kept.TryGetValue(board.Items[i].Artifact, out var by) ? new(Verdict.Keep, DecidedBy.Rule, stage, by.Rule, by.Rank) : new(Verdict.Delete, DecidedBy.NoKeeper, stage));
        }
    }

    /// <summary>An artifact with the latest times of itself and its tags.</summary>
    sealed class Candidate
    {
        public Candidate(int place, ArtifactFacts facts)
        {
            (Place, Facts, Pushed, Pulled) = (place, facts, facts.PushedAt, facts.PulledAt ?? default);
            foreach (var tag in facts.Tags)
            {
                if (tag.PushedAt > Pushed) Pushed = tag.PushedAt;
                if (tag.PulledAt is { } at && at > Pulled) Pulled = at;
            }
        }

        public int Place { get; }
        public ArtifactFacts Facts { get; }
        public DateTime Pushed { get; }

        /// <summary>Year 1 when it was never pulled.</summary>
        public DateTime Pulled { get; }
        public DateTime Active => Pushed > Pulled ? Pushed : Pulled;
    }

    sealed record TagSelector(NamePattern Pattern, bool Excludes, bool Untagged)
    {
        public bool Fits(ArtifactFacts artifact)
        {
            if (artifact.Tags.Count == 0) return Excludes ? !Untagged : Untagged;
            foreach (var tag in artifact.Tags)
                if (Pattern.IsMatch(tag.Name) != Excludes) return true;
            return false;
        }
    }

    sealed record RepositorySelector(NamePattern Pattern, bool Excludes)
    {
        public bool Fits(string name) => Pattern.IsMatch(name) != Excludes;
    }

    sealed record Rule(int Place, string Template, int Number, List<TagSelector> Tags, List<RepositorySelector> Repositories)
    {
        public static Result<Rule> Of(int place, HarborRule rule)
        {
            if (HarborTemplate.Find(rule.Template) is not { } template) return Error.Invalid("template", $"'{rule.Template}' is no template of retention rules.");
            var tags = new List<TagSelector>();
            foreach (var selector in rule.Tags)
            {
                var pattern = NamePattern.Parse(selector.Pattern, false);
                if (!pattern.Ok) return pattern.Error with { Field = "tag_selectors" };
                var excludes = selector.Decoration == HarborSelector.Excludes;
                if (!excludes && selector.Decoration != HarborSelector.Matches) return Error.Invalid("tag_selectors", "The decoration of a tag selector is matches or excludes.");
                var untagged = HarborExtras.Untagged(selector.Extras);
                if (!untagged.Ok) return untagged.Error;
                tags.Add(new(pattern.Value, excludes, untagged.Value ?? !excludes));
            }
            var repositories = new List<RepositorySelector>();
            foreach (var selector in rule.Repositories)
            {
                var pattern = NamePattern.Parse(selector.Pattern, false);
                if (!pattern.Ok) return pattern.Error with { Field = "scope_selectors" };
                var excludes = selector.Decoration == HarborSelector.RepoExcludes;
                if (!excludes && selector.Decoration != HarborSelector.RepoMatches) return Error.Invalid("scope_selectors", "The decoration of a repository selector is repoMatches or repoExcludes.");
                repositories.Add(new(pattern.Value, excludes));
            }
            if (rule.Parameter is < 0) return Error.Invalid("params", $"The parameter of {template.Name} is not below 0.");
            return new Rule(place, template.Name, rule.Parameter ?? template.Default, tags, repositories);
        }

        /// <summary>What the template keeps of what the selectors leave, first to last where it counts.</summary>
        public IEnumerable<Candidate> Choose(List<Candidate> selected, DateTime now) => Template switch
        {
            HarborTemplate.LatestPushed => selected.OrderByDescending(c => c.Pushed).ThenByDescending(c => c.Facts.Id).Take(Number),
            HarborTemplate.LatestPulled => selected.OrderByDescending(c => c.Pulled).ThenByDescending(c => c.Facts.Id).Take(Number),
            HarborTemplate.LatestActive => selected.OrderByDescending(c => c.Active).ThenByDescending(c => c.Facts.Id).Take(Number),
            HarborTemplate.DaysSincePush or HarborTemplate.LastDays => selected.Where(c => c.Pushed >= Before(now)),
            HarborTemplate.DaysSincePull => selected.Where(c => c.Pulled != default && c.Pulled >= Before(now)),
            _ => selected,
        };

        DateTime Before(DateTime now) => Number < (now - DateTime.MinValue).TotalDays ? now.AddDays(-Number) : DateTime.MinValue;
    }
}

/// <summary>The extras of a tag selector: JSON in a text. Source: Harbor v2.0 API, retention selectors.</summary>
static class HarborExtras
{
    /// <summary>What it says of artifacts without tags; null when it says nothing.</summary>
    public static Result<bool?> Untagged(string extras)
    {
        if (extras.Length == 0) return (bool?)null;
        try
        {
            using var json = JsonDocument.Parse(extras);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return Wrong;
            if (!json.RootElement.TryGetProperty("untagged", out var untagged)) return (bool?)null;
            return untagged.ValueKind is JsonValueKind.True or JsonValueKind.False ? untagged.GetBoolean() : Wrong;
        }
        catch (JsonException)
        {
            return Wrong;
        }
    }

    static Error Wrong { get; } = Error.Invalid("extras", """The extras of a tag selector are JSON such as {"untagged":true}.""");
}

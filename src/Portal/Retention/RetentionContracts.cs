using System.Globalization;
using System.Text.Json;
using Portal.Api;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Retention.Rules;

namespace Portal.Retention;

/// <summary>A policy of <c>/retentions</c>. One of the ordered form shows its algorithm and no rules: <c>/api/portal</c> has those.</summary>
[Wire]
public sealed class RetentionPolicyJson
{
    public long Id { get; init; }
    public string? Algorithm { get; init; }
    [Always] public IReadOnlyList<RetentionRuleJson>? Rules { get; init; }
    public RetentionTriggerJson? Trigger { get; init; }
    public RetentionScopeJson? Scope { get; init; }

    internal static RetentionPolicyJson From(PolicyPlace place)
    {
        var rules = EffectivePolicy.Read(place.Policy);
        return new()
        {
            Id = place.Policy.Id,
            Algorithm = rules.Form == PolicyForm.Harbor ? "or" : "ordered",
            Rules = [.. rules.Union.Select(RetentionRuleJson.From)],
            Trigger = new() { Kind = "Schedule", Settings = new Dictionary<string, string> { ["cron"] = place.Policy.Cron } },
            Scope = new() { Level = place.Project is null ? "system" : "project", Ref = place.Project?.Id ?? 0 },
        };
    }

    /// <summary>The draft that this asks for.</summary>
    internal Result<PolicyDraft> Read(PolicyDraft? present)
    {
        if (Algorithm is not (null or "" or "or")) return Error.Invalid("algorithm", "algorithm is or.");
        var rules = new List<HarborRule>();
        if (Rules is { Count: > PolicyRules.MaxHarborRules }) return RetentionErrors.TooManyRules;
        foreach (var rule in Rules ?? [])
        {
            var read = rule.Read();
            if (!read.Ok) return read.Error;
            rules.Add(read.Value);
        }
        if (Trigger?.Kind is not (null or "" or "Schedule")) return Error.Invalid("trigger", "The kind of a trigger is Schedule.");
        var cron = Trigger?.Settings?.GetValueOrDefault("cron") ?? "";
        return (present ?? new(PolicyRules.None)) with { Rules = PolicyRules.Harbor(rules), Cron = cron, Mode = PolicyMode.Replace };
    }
}

/// <summary>When a policy runs.</summary>
[Wire]
public sealed class RetentionTriggerJson
{
    public string? Kind { get; init; }
    public Dictionary<string, string>? Settings { get; init; }
}

/// <summary>What a policy is for.</summary>
[Wire]
public sealed class RetentionScopeJson
{
    public string? Level { get; init; }
    public int Ref { get; init; }
}

/// <summary>A rule of Harbor's form.</summary>
[Wire]
public sealed class RetentionRuleJson
{
    public int Id { get; init; }
    public int Priority { get; init; }
    [Always] public bool Disabled { get; init; }
    public string? Action { get; init; }
    public string? Template { get; init; }
    public Dictionary<string, JsonElement>? Params { get; init; }
    public IReadOnlyList<RetentionSelectorJson>? TagSelectors { get; init; }
    public Dictionary<string, RetentionSelectorJson[]>? ScopeSelectors { get; init; }

    internal static RetentionRuleJson From(HarborRule rule, int place) => new()
    {
        Id = place + 1,
        Disabled = rule.Off,
        Action = "retain",
        Template = rule.Template,
        Params = rule.Parameter is { } number ? new() { [rule.Template] = JsonSerializer.SerializeToElement(number) } : [],
        TagSelectors = [.. rule.Tags.Select(RetentionSelectorJson.From)],
        ScopeSelectors = rule.Repositories.Count > 0 ? new() { ["repository"] = [.. rule.Repositories.Select(RetentionSelectorJson.From)] } : [],
    };

    internal Result<HarborRule> Read()
    {
        if (Action is not (null or "" or "retain")) return Error.Invalid("action", "The action of a retention rule is retain.");
        if (Template is null || HarborTemplate.Find(Template) is not { } template) return Error.Invalid("template", $"template is one of {string.Join(", ", HarborTemplate.All.Select(t => t.Name))}.");
        int? number = null;
        if (template.Unit.Length > 0 && Params?.TryGetValue(template.Name, out var value) == true)
        {
            var text = value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) return Error.Invalid("params", $"The parameter {template.Name} is a whole number, not below 0.");
            number = parsed;
        }
        var lists = new List<HarborSelector>[2];
        foreach (var (i, selectors) in ((int, IEnumerable<RetentionSelectorJson>)[])[(0, TagSelectors ?? []), (1, ScopeSelectors?.GetValueOrDefault("repository") ?? [])])
        {
            lists[i] = [];
            foreach (var selector in selectors)
            {
                if (selector is null || selector.Kind is not (null or "" or HarborSelector.Kind)) return Error.Invalid(i == 0 ? "tag_selectors" : "scope_selectors", "The kind of a selector is doublestar.");
                lists[i].Add(new(selector.Decoration ?? "", selector.Pattern ?? "", selector.Extras ?? ""));
            }
            if (lists[i].Count > 10) return Error.Invalid(i == 0 ? "tag_selectors" : "scope_selectors", "A rule has at most 10 selectors of each sort.");
        }
        return new HarborRule(template.Name, number, lists[0], lists[1], Disabled);
    }
}

/// <summary>Chooses tags or repositories.</summary>
[Wire]
public sealed class RetentionSelectorJson
{
    public string? Kind { get; init; }
    public string? Decoration { get; init; }
    public string? Pattern { get; init; }
    public string? Extras { get; init; }

    internal static RetentionSelectorJson From(HarborSelector s) => new() { Kind = HarborSelector.Kind, Decoration = s.Decoration, Pattern = s.Pattern, Extras = s.Extras };
}

/// <summary>What rules can be made of.</summary>
[Wire]
public sealed class RetentionMetadataJson
{
    public IReadOnlyList<RetentionTemplateJson> Templates { get; init; } = [.. HarborTemplate.All.Where(t => t.Listed).Select(RetentionTemplateJson.From)];
    public IReadOnlyList<RetentionSelectorKindJson> ScopeSelectors { get; init; } = [new() { DisplayText = "Repositories", Decorations = [HarborSelector.RepoMatches, HarborSelector.RepoExcludes] }];
    public IReadOnlyList<RetentionSelectorKindJson> TagSelectors { get; init; } = [new() { DisplayText = "Tags", Decorations = [HarborSelector.Matches, HarborSelector.Excludes] }];
}

[Wire]
public sealed class RetentionTemplateJson
{
    public string RuleTemplate { get; init; } = "";
    public string DisplayText { get; init; } = "";
    public string Action { get; init; } = "retain";
    [Always] public IReadOnlyList<RetentionParamJson> Params { get; init; } = [];

    internal static RetentionTemplateJson From(HarborTemplate t) => new() { RuleTemplate = t.Name, DisplayText = t.Display, Params = t.Unit.Length > 0 ? [new() { Unit = t.Unit }] : [] };
}

[Wire]
public sealed class RetentionParamJson
{
    public string Type { get; init; } = "int";
    public string Unit { get; init; } = "";
    public bool Required { get; init; } = true;
}

[Wire]
public sealed class RetentionSelectorKindJson
{
    public string DisplayText { get; init; } = "";
    public string Kind { get; init; } = HarborSelector.Kind;
    public IReadOnlyList<string> Decorations { get; init; } = [];
}

/// <summary>A run of a policy.</summary>
[Wire]
public sealed class RetentionExecutionJson
{
    public long Id { get; init; }
    public long PolicyId { get; init; }
    public string StartTime { get; init; } = "";
    public string EndTime { get; init; } = "";
    public string Status { get; init; } = "";
    public string Trigger { get; init; } = "";
    [Always] public bool DryRun { get; init; }

    internal static RetentionExecutionJson From(JobRunRow row) => new()
    {
        Id = row.Id,
        PolicyId = row.Owner,
        StartTime = Text(row.StartedAt ?? row.QueuedAt),
        EndTime = Text(row.EndedAt),
        Status = row.Status.ToString(),
        Trigger = row.Trigger.ToString(),
        DryRun = RetentionParameters.Read(row.Parameters).DryRun,
    };

    internal static string Text(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>One repository of a run.</summary>
[Wire]
public sealed class RetentionTaskJson
{
    public long Id { get; init; }
    public long ExecutionId { get; init; }
    public string Repository { get; init; } = "";
    public string Status { get; init; } = "Success";
    [Always] public int StatusCode { get; init; } = 3;
    public string StartTime { get; init; } = "";
    public string EndTime { get; init; } = "";
    [Always] public int Total { get; init; }
    [Always] public int Retained { get; init; }
}

/// <summary>How a run is started.</summary>
[Wire]
public sealed class RetentionRunReq
{
    public bool DryRun { get; init; }
}

/// <summary>What to do with a run.</summary>
[Wire]
public sealed class RetentionActionReq
{
    public string? Action { get; init; }
}

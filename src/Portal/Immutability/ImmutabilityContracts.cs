using System.Text.Json;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Immutability;

/// <summary>A rule of the Harbor API. Of the selectors only the first of each list counts, as there.</summary>
[Wire]
public sealed class ImmutableRuleJson
{
    public int Id { get; init; }
    public int Priority { get; init; }
    public bool Disabled { get; init; }
    public string Action { get; init; } = "immutable";
    public string Template { get; init; } = "immutable_template";

    /// <summary><c>name</c> and <c>expirable</c>, which that API lacks.</summary>
    public IReadOnlyDictionary<string, object>? Params { get; init; }
    public IReadOnlyList<ImmutableSelectorJson> TagSelectors { get; init; } = [];
    public IReadOnlyDictionary<string, ImmutableSelectorJson[]> ScopeSelectors { get; init; } = new Dictionary<string, ImmutableSelectorJson[]>();

    internal static ImmutableRuleJson From(RuleRow row)
    {
        var more = new SortedDictionary<string, object>(StringComparer.Ordinal);
        if (row.Name.Length > 0) more["name"] = row.Name;
        if (row.Expirable) more["expirable"] = true;
        return new()
        {
            Id = row.Id,
            Disabled = row.Disabled,
            Params = more.Count > 0 ? more : null,
            TagSelectors = [ImmutableSelectorJson.From(row.Tags, "matches", "excludes", """{"untagged":false}""")],
            ScopeSelectors = new Dictionary<string, ImmutableSelectorJson[]> { ["repository"] = [ImmutableSelectorJson.From(row.Repositories, "repoMatches", "repoExcludes", "")] },
        };
    }
}

/// <summary>A pattern of the Harbor API with what it means.</summary>
[Wire]
public sealed class ImmutableSelectorJson
{
    /// <summary><c>doublestar</c>, or Portal's own <c>regex</c>.</summary>
    public string Kind { get; init; } = "doublestar";

    /// <summary><c>matches</c>, <c>excludes</c>, <c>repoMatches</c> or <c>repoExcludes</c>.</summary>
    public string Decoration { get; init; } = "";
    public string Pattern { get; init; } = "";
    public string Extras { get; init; } = "";

    internal static ImmutableSelectorJson From(NameSelector s, string matches, string excludes, string extras) =>
        new() { Kind = s.Kind == SelectorKind.Regex ? "regex" : "doublestar", Decoration = s.Excludes ? excludes : matches, Pattern = s.Pattern, Extras = extras };

    internal Result<NameSelector> Read(string field, string matches, string excludes)
    {
        if (Kind is not ("doublestar" or "regex" or "")) return Error.Invalid(field, $"{field}: kind is doublestar or regex");
        if (Decoration != matches && Decoration != excludes) return Error.Invalid(field, $"{field}: decoration is {matches} or {excludes}");
        return new NameSelector(Kind == "regex" ? SelectorKind.Regex : SelectorKind.Glob, Decoration == excludes, Pattern);
    }
}

/// <summary>A rule as a client of the Harbor API sends it.</summary>
[Wire]
public sealed class ImmutableRuleReq
{
    public int Id { get; init; }
    public int Priority { get; init; }
    public bool Disabled { get; init; }
    public string? Action { get; init; }
    public string? Template { get; init; }
    public Dictionary<string, JsonElement>? Params { get; init; }
    public IReadOnlyList<ImmutableSelectorJson>? TagSelectors { get; init; }
    public Dictionary<string, ImmutableSelectorJson[]?>? ScopeSelectors { get; init; }

    internal Result<RuleDraft> Read()
    {
        if (Action is not (null or "" or "immutable")) return Error.Invalid("action", "action is immutable");
        if (Template is not (null or "" or "immutable_template")) return Error.Invalid("template", "template is immutable_template");
        if (TagSelectors is not [{ } tag, ..]) return Error.Invalid("tag_selectors", "tag_selectors holds one selector");
        if (ScopeSelectors?.GetValueOrDefault("repository") is not [{ } repository, ..]) return Error.Invalid("scope_selectors", "scope_selectors.repository holds one selector");
        var tags = tag.Read("tag_selectors", "matches", "excludes");
        if (!tags.Ok) return tags.Error;
        var repositories = repository.Read("scope_selectors", "repoMatches", "repoExcludes");
        if (!repositories.Ok) return repositories.Error;
        var name = Params?.GetValueOrDefault("name") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
        return new RuleDraft(repositories.Value, tags.Value, name, Params?.GetValueOrDefault("expirable").ValueKind == JsonValueKind.True, Disabled);
    }
}

/// <summary>A rule on <c>/api/portal</c>.</summary>
public sealed class RuleJson
{
    public int Id { get; init; }

    /// <summary>It is a default of the system and counts here by inheritance.</summary>
    public bool Inherited { get; init; }

    /// <summary>Its name, or what it selects.</summary>
    public string Title { get; init; } = "";
    public string Name { get; init; } = "";
    public bool Disabled { get; init; }

    /// <summary>Retention may remove what it keeps.</summary>
    public bool Expirable { get; init; }
    public SelectorJson Repositories { get; init; } = new();
    public SelectorJson Tags { get; init; } = new();
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";
    public DateTimeOffset UpdatedAt { get; init; }

    internal static RuleJson From(RuleRow row) => new()
    {
        Id = row.Id,
        Inherited = row.Inherited,
        Title = row.Title,
        Name = row.Name,
        Disabled = row.Disabled,
        Expirable = row.Expirable,
        Repositories = SelectorJson.From(row.Repositories),
        Tags = SelectorJson.From(row.Tags),
        CreatedAt = row.CreatedAt,
        CreatedBy = row.CreatedBy,
        UpdatedAt = row.UpdatedAt,
    };
}

/// <summary>A pattern and how it is read.</summary>
public sealed class SelectorJson
{
    /// <summary><c>glob</c> or <c>regex</c>.</summary>
    public string Kind { get; init; } = SelectorText.GlobKind;
    public bool Excludes { get; init; }
    public string Pattern { get; init; } = "";

    internal static SelectorJson From(NameSelector selector) => new() { Kind = SelectorText.Of(selector.Kind), Excludes = selector.Excludes, Pattern = selector.Pattern };

    internal Result<NameSelector> Read(string field) => SelectorText.Read(field, Kind, Excludes, Pattern);
}

/// <summary>What a rule is to say; what is left out stays, or in a new rule selects everything.</summary>
public sealed class RuleReqJson
{
    public string? Name { get; init; }
    public bool? Disabled { get; init; }
    public bool? Expirable { get; init; }
    public SelectorJson? Repositories { get; init; }
    public SelectorJson? Tags { get; init; }

    internal Result<RuleDraft> Read(RuleDraft present)
    {
        var (repositories, tags) = (present.Repositories, present.Tags);
        if (Repositories?.Read("repositories") is { } newRepositories)
        {
            if (!newRepositories.Ok) return newRepositories.Error;
            repositories = newRepositories.Value;
        }
        if (Tags?.Read("tags") is { } newTags)
        {
            if (!newTags.Ok) return newTags.Error;
            tags = newTags.Value;
        }
        return new RuleDraft(repositories, tags, Name?.Trim() ?? present.Name, Expirable ?? present.Expirable, Disabled ?? present.Disabled);
    }
}

/// <summary>What counts in a project.</summary>
public sealed class ProjectRulesJson
{
    public IReadOnlyList<RuleJson> Rules { get; init; } = [];
    public ExemptionJson? Exemption { get; init; }

    internal static ProjectRulesJson From(ProjectRules rules) =>
        new() { Rules = [.. rules.Rules.Select(RuleJson.From)], Exemption = rules.Exemption is { } exemption ? ExemptionJson.From(exemption) : null };
}

/// <summary>A project that does not inherit the system's rules.</summary>
public sealed class ExemptionJson
{
    public string Project { get; init; } = "";
    public string Reason { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";

    internal static ExemptionJson From(ExemptionRow row) => new() { Project = row.Project, Reason = row.Reason, CreatedAt = row.CreatedAt, CreatedBy = row.CreatedBy };
}

/// <summary>Why a project goes without the system's rules.</summary>
public sealed class ExemptionReqJson
{
    public string? Reason { get; init; }
}

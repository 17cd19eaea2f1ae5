namespace Portal.Retention.Rules;

/// <summary>What becomes of what a rule selects.</summary>
public enum RuleAction
{
    Keep = 0,
    Delete = 1,

    /// <summary>Left as it is, and no later rule looks at it.</summary>
    Skip = 2,
}

/// <summary>A rule of the ordered form.</summary>
/// <param name="Name">For people; may be empty.</param>
/// <param name="Off">It counts for nothing.</param>
public sealed record RetentionRule(RuleAction Action, Condition When, string Name = "", bool Off = false)
{
    public const int MaxName = 100;
}

/// <summary>A selector of Harbor's form, kept as it came. Source: Harbor v2.0 API, retention policies.</summary>
public sealed record HarborSelector(string Decoration, string Pattern, string Extras = "")
{
    public const string Kind = "doublestar";
    public const string Matches = "matches";
    public const string Excludes = "excludes";
    public const string RepoMatches = "repoMatches";
    public const string RepoExcludes = "repoExcludes";
}

/// <summary>A rule of Harbor's form: keeps what its template chooses from what its selectors select.</summary>
/// <param name="Parameter">The number of the template; null for the template's default.</param>
public sealed record HarborRule(string Template, int? Parameter, IReadOnlyList<HarborSelector> Tags, IReadOnlyList<HarborSelector> Repositories, bool Off = false);

/// <summary>How the rules of a policy work together. Numbers are stored: never reorder.</summary>
public enum PolicyForm
{
    /// <summary>The first rule that holds decides; what no rule decides stays.</summary>
    Ordered = 0,

    /// <summary>In a repository that a rule selects everything goes that no rule keeps. Source: Harbor's algorithm <c>or</c>.</summary>
    Harbor = 1,
}

/// <summary>The rules of a policy, in one of the two forms.</summary>
public sealed record PolicyRules
{
    /// <summary>The most rules of the ordered form.</summary>
    public const int MaxRules = 50;

    /// <summary>The most conditions of all rules together.</summary>
    public const int MaxConditions = 300;

    /// <summary>The most rules of Harbor's form.</summary>
    public const int MaxHarborRules = 15;

    public PolicyForm Form { get; init; }

    /// <summary>The rules of the ordered form, first to last.</summary>
    public IReadOnlyList<RetentionRule> Rules { get; init; } = [];

    /// <summary>The rules of Harbor's form.</summary>
    public IReadOnlyList<HarborRule> Union { get; init; } = [];

    /// <summary>No rule, so nothing is decided.</summary>
    public static PolicyRules None { get; } = new();

    public int Count => Form == PolicyForm.Ordered ? Rules.Count : Union.Count;

    public static PolicyRules Ordered(params IReadOnlyList<RetentionRule> rules) => new() { Rules = rules };

    public static PolicyRules Harbor(params IReadOnlyList<HarborRule> rules) => new() { Form = PolicyForm.Harbor, Union = rules };
}

using System.Text;
using Portal.Access.Ldap;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>What one rule says of a group name.</summary>
/// <param name="Matches">The name fits the rule's source and pattern.</param>
/// <param name="Project">The project that comes out, when it matches.</param>
/// <param name="OverruledBy">The earlier rule that names the same project already; null when this one decides.</param>
public sealed record RuleVerdict(MappingRule Rule, bool Matches, string Project, MappingRule? OverruledBy)
{
    /// <summary>The rule gives its role, provided that the project exists.</summary>
    public bool Gives => Matches && OverruledBy is null;
}

/// <summary>The mapping rules in their order, ready to be asked.</summary>
public sealed class RuleBook
{
    /// <summary>The most rules there may be.</summary>
    public const int MaxRules = 200;

    readonly IReadOnlyList<(MappingRule Rule, GroupPattern? Pattern)> _rules;

    /// <param name="rules">In any order; their position counts.</param>
    public RuleBook(IEnumerable<MappingRule> rules) =>
        _rules = [.. rules.OrderBy(r => r.Position).ThenBy(r => r.Id).Select(r => (r, GroupPattern.Parse(r.Pattern) is { Ok: true } p ? p.Value : null))];

    /// <summary>What every rule says of a group, in order.</summary>
    /// <param name="externalName">A claim's value, or a distinguished name: a pattern with <c>=</c> is held against all of it, another one against its first part's value.</param>
    public IReadOnlyList<RuleVerdict> Try(GroupSource source, string externalName)
    {
        var decided = new Dictionary<string, MappingRule>(StringComparer.Ordinal);
        var verdicts = new List<RuleVerdict>(_rules.Count);
        var leaf = Leaf(source, externalName);
        foreach (var (rule, pattern) in _rules)
        {
            var fits = source != GroupSource.Local && (rule.Source is null || rule.Source == source);
            var parts = fits ? pattern?.Match(rule.Pattern.Contains('=', StringComparison.Ordinal) ? externalName : leaf) : null;
            if (parts is null)
            {
                verdicts.Add(new(rule, false, "", null));
                continue;
            }
            var project = Fill(rule.Project, parts);
            verdicts.Add(new(rule, true, project, decided.GetValueOrDefault(project)));
            decided.TryAdd(project, rule);
        }
        return verdicts;
    }

    /// <summary>Checks a project template: names only parts that the pattern catches, and otherwise what a project name may hold.</summary>
    public static Error? CheckTemplate(string template, int parts)
    {
        if (template.Length is 0 or > GroupPattern.MaxLength) return Error.Invalid("project", $"A project is named by 1 to {GroupPattern.MaxLength} characters.");
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '$') continue;
            if (i + 1 == template.Length || template[i + 1] is < '1' or > '9') return Error.Invalid("project", "Behind a '$' stands the number of a caught part, 1 to 9.");
            if (template[i + 1] - '0' > parts) return Error.Invalid("project", $"{template.Substring(i, 2)} stands for nothing: the pattern catches {parts} {(parts == 1 ? "part" : "parts")}.");
        }
        // one letter in place of each part shows whether the rest may stand in a name
        var sample = Fill(template, [.. Enumerable.Repeat("a", parts)]);
        return ProjectName.Parse(sample) is { Ok: false } wrong ? wrong.Error with { Field = "project" } : null;
    }

    /// <summary>The name that patterns without <c>=</c> are held against.</summary>
    internal static string Leaf(GroupSource source, string externalName) =>
        source == GroupSource.Ldap && DistinguishedName.TryParse(externalName, out var dn) ? dn.Leaf : externalName;

    static string Fill(string template, IReadOnlyList<string> parts)
    {
        var o = new StringBuilder();
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '$' && i + 1 < template.Length && template[i + 1] is >= '1' and <= '9') o.Append(parts.ElementAtOrDefault(template[++i] - '1'));
            else o.Append(template[i]);
        }
        // project names are lower case, group names often are not
        return o.ToString().ToLowerInvariant();
    }
}

using System.Globalization;
using Portal.Retention.Rules;

namespace Portal.Retention.Text;

/// <summary>Which maps and lists are a policy.</summary>
static class PolicySchema
{
    const string Ordered = "ordered";
    const string Harbor = "harbor";
    static readonly string[] Actions = ["keep", "delete", "skip"];

    public static Mapping Write(PolicyRules rules) => new(
    [
        ("algorithm", new Scalar(rules.Form == PolicyForm.Ordered ? Ordered : Harbor)),
        ("rules", new Sequence(rules.Form == PolicyForm.Ordered ? [.. rules.Rules.Select(Write)] : [.. rules.Union.Select(HarborSchema.Write)])),
    ]);

    public static PolicyRules Read(Node node)
    {
        var map = Fields.MapOf(node, "a policy", "algorithm", "rules");
        var form = map.Find("algorithm") is { } algorithm ? Fields.Choice(algorithm, "algorithm", Ordered, Harbor) : Ordered;
        var list = Fields.ListOf(map.Find("rules") ?? new Sequence([], map.Where), "rules");
        var most = form == Ordered ? PolicyRules.MaxRules : PolicyRules.MaxHarborRules;
        if (list.Items.Count > most) throw new TextException(list.Where, $"rules: only {most} rules are allowed at most.");
        if (form == Harbor) return PolicyRules.Harbor([.. list.Items.Select(HarborSchema.Read)]);
        var budget = PolicyRules.MaxConditions;
        var rules = new List<RetentionRule>(list.Items.Count);
        foreach (var item in list.Items) rules.Add(Rule(item, ref budget));
        return PolicyRules.Ordered(rules);
    }

    static Mapping Write(RetentionRule rule)
    {
        var entries = new List<(string, Node)>();
        if (rule.Name.Length > 0) entries.Add(("name", new Scalar(rule.Name)));
        if (rule.Off) entries.Add(("off", new Scalar("true")));
        entries.Add((Actions[(int)rule.Action], ConditionSchema.Write(rule.When)));
        return new(entries);
    }

    static RetentionRule Rule(Node node, ref int budget)
    {
        var map = Fields.MapOf(node, "a rule", ["name", "off", .. Actions]);
        var actions = map.Entries.Where(e => Actions.Contains(e.Key)).ToList();
        if (actions.Count != 1) throw new TextException(map.Where, "a rule has one of keep, delete and skip.");
        var name = map.Find("name") is { } said ? Fields.Text(said, "name") : "";
        if (name.Length > RetentionRule.MaxName || name.Any(char.IsControl)) throw new TextException(map.Where, $"name: a name has at most {RetentionRule.MaxName} characters, and no control characters.");
        var off = map.Find("off") is { } flag && Fields.Flag(flag, "off");
        return new((RuleAction)Array.IndexOf(Actions, actions[0].Key), ConditionSchema.Read(actions[0].Value, 1, ref budget), name, off);
    }
}

/// <summary>Rules of Harbor's form.</summary>
static class HarborSchema
{
    public static Mapping Write(HarborRule rule)
    {
        var entries = new List<(string, Node)> { ("template", new Scalar(rule.Template)) };
        if (rule.Parameter is { } number) entries.Add(("count", new Scalar(number.ToString(CultureInfo.InvariantCulture))));
        if (rule.Off) entries.Add(("off", new Scalar("true")));
        entries.Add(("tags", Write(rule.Tags, HarborSelector.Excludes)));
        entries.Add(("repositories", Write(rule.Repositories, HarborSelector.RepoExcludes)));
        return new(entries);
    }

    static Sequence Write(IReadOnlyList<HarborSelector> selectors, string excludes) => new([.. selectors.Select(s =>
        new Mapping([(s.Decoration == excludes ? "excludes" : "matches", new Scalar(s.Pattern)), .. s.Extras.Length > 0 ? [("extras", (Node)new Scalar(s.Extras))] : Array.Empty<(string, Node)>()]))]);

    public static HarborRule Read(Node node)
    {
        var map = Fields.MapOf(node, "a rule", "template", "count", "off", "tags", "repositories");
        var template = Fields.Text(map.Find("template") ?? throw new TextException(map.Where, "template is missing."), "template");
        int? count = map.Find("count") is { } number ? (int)Fields.Number(number, "count", 0, int.MaxValue) : null;
        var off = map.Find("off") is { } flag && Fields.Flag(flag, "off");
        return new(template, count, Read(map.Find("tags"), "tags", HarborSelector.Matches, HarborSelector.Excludes), Read(map.Find("repositories"), "repositories", HarborSelector.RepoMatches, HarborSelector.RepoExcludes), off);
    }

    static IReadOnlyList<HarborSelector> Read(Node? node, string field, string matches, string excludes)
    {
        if (node is null) return [];
        var list = Fields.ListOf(node, field);
        if (list.Items.Count > 10) throw new TextException(list.Where, $"{field}: only 10 selectors are allowed at most.");
        return [.. list.Items.Select(item =>
        {
            var map = Fields.MapOf(item, "a selector", "matches", "excludes", "extras");
            var (fits, not) = (map.Find("matches"), map.Find("excludes"));
            if (fits is null == not is null) throw new TextException(map.Where, $"{field}: a selector has matches or excludes.");
            return new HarborSelector(not is null ? matches : excludes, Fields.Text((fits ?? not)!, field), map.Find("extras") is { } extras ? Fields.Text(extras, "extras") : "");
        })];
    }
}

/// <summary>Reads fields; a refusal names the place and the field.</summary>
static class Fields
{
    public static Mapping MapOf(Node node, string what, params IReadOnlyList<string> allowed)
    {
        if (node is not Mapping map) throw new TextException(node.Where, $"{what} is made of fields.");
        foreach (var (key, value) in map.Entries)
            if (!allowed.Contains(key)) throw new TextException(value.Where, $"{what} has no field {(key.Length > 40 ? key[..40] : key)}; there are {string.Join(", ", allowed)}.");
        return map;
    }

    public static Sequence ListOf(Node node, string field) => node as Sequence ?? throw new TextException(node.Where, $"{field} is a list.");

    public static string Text(Node node, string field) => node is Scalar s ? s.Text : throw new TextException(node.Where, $"{field} is a text.");

    public static bool Flag(Node node, string field) => Text(node, field) switch { "true" => true, "false" => false, _ => throw new TextException(node.Where, $"{field} is true or false.") };

    public static string Choice(Node node, string field, params string[] choices) =>
        Text(node, field) is var text && choices.Contains(text) ? text : throw new TextException(node.Where, $"{field} is one of {string.Join(", ", choices)}.");

    public static long Number(Node node, string field, long least, long most) =>
        long.TryParse(Text(node, field), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most ? n
            : throw new TextException(node.Where, string.Create(CultureInfo.InvariantCulture, $"{field} is a whole number from {least} to {most}."));

    /// <summary>"14 days" or "12 hours", in hours.</summary>
    public static int Hours(Node node, string field)
    {
        var parts = Text(node, field).Split(' ');
        var unit = parts is [_, var word] ? word switch { "hour" or "hours" => 1, "day" or "days" => 24, _ => 0 } : 0;
        if (unit > 0 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= 1 && n <= Age.MaxHours / unit) return n * unit;
        throw new TextException(node.Where, $"{field} is a time such as 14 days or 12 hours, of at most {Age.MaxHours / 24} days.");
    }

    public static string Time(int hours) => hours % 24 == 0 ? Words(hours / 24, "day") : Words(hours, "hour");

    public static string Words(int n, string unit) => string.Create(CultureInfo.InvariantCulture, $"{n} {unit}{(n == 1 ? "" : "s")}");
}

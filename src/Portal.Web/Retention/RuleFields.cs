using System.Globalization;
using Portal.Kernel;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Web.Retention;

/// <summary>The fields of one rule in the visual builder: conditions that all have to hold. What they cannot show is edited as text.</summary>
/// <param name="Place">The rule that is changed, from 0; -1 for a new one.</param>
public sealed record RuleFields(int Place, string Action, string Name, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>The fields that ask something, in the order of the form.</summary>
    public static IReadOnlyList<string> Conditions { get; } = ["tag", "repository", "semver", "prerelease", "newest", "per", "by", "pushed", "pushedDays", "pulled", "pulledDays", "trait"];

    public static RuleFields New { get; } = new(-1, "keep", "", new Dictionary<string, string>());

    public string this[string field] => Values.GetValueOrDefault(field, "");

    public static RuleFields Of(Func<string, string> get) => new(int.TryParse(get("rule-place"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var place) ? place : -1, get("rule-action"), get("rule-name").Trim(),
        Conditions.ToDictionary(c => c, c => get("rule-" + c).Trim(), StringComparer.Ordinal));

    /// <summary>The fields filled from a rule; null when it says more than they can show.</summary>
    public static RuleFields? Of(RetentionRule rule, int place)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var condition in rule.When is AllOf all ? all.Conditions : [rule.When])
            foreach (var (field, value) in Shown(condition))
                if (field.Length == 0 || !values.TryAdd(field, value)) return null;
        return new(place, rule.Action.ToString().ToLowerInvariant(), rule.Name, values);
    }

    static IEnumerable<(string, string)> Shown(Condition condition) => condition switch
    {
        Everything => [],
        NameFits { Regex: false } name => [(name.Of == NameOf.Tag ? "tag" : "repository", name.Pattern)],
        VersionIn version => [("semver", version.Range)],
        Prerelease pre => [("prerelease", pre.Is ? "true" : "false")],
        Newest newest => [("newest", newest.Count.ToString(CultureInfo.InvariantCulture)), ("per", newest.Per.ToString().ToLowerInvariant()), ("by", newest.By.ToString().ToLowerInvariant())],
        Age age when age.Hours % 24 == 0 => age.What == Happening.Pushed
            ? [("pushed", age.Over ? "before" : "within"), ("pushedDays", Days(age))] : [("pulled", age.Over ? "before" : "within"), ("pulledDays", Days(age))],
        Has has => [("trait", (has.Is ? "" : "not-") + Traits[(int)has.Trait])],
        _ => [("", "")],
    };

    static readonly string[] Traits = ["tagged", "signed", "in-index", "in-use", "locked"];

    static string Days(Age age) => (age.Hours / 24).ToString(CultureInfo.InvariantCulture);

    /// <summary>The rule that the fields say, or what is wrong with them: read by the reader of the text, so that both know the same.</summary>
    public Result<RetentionRule> Read(bool off = false)
    {
        var lines = new List<string>();
        Add("tag", "tag");
        Add("repository", "repository");
        Add("semver", "semver");
        Add("prerelease", "prerelease");
        if (this["newest"].Length > 0) lines.Add($"newest: {Quoted("newest")}\n            per: {(this["per"].Length > 0 ? Quoted("per") : "all")}\n            by: {(this["by"].Length > 0 ? Quoted("by") : "pushed")}");
        foreach (var what in (string[])["pushed", "pulled"])
            if (this[what].Length > 0) lines.Add($"{what}-{(this[what] == "before" ? "before" : "within")}: \"{this[what + "Days"].Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal)} days\"");
        if (this["trait"].Length > 0) lines.Add($"{(this["trait"].StartsWith("not-", StringComparison.Ordinal) ? this["trait"][4..] : this["trait"])}: {(this["trait"].StartsWith("not-", StringComparison.Ordinal) ? "false" : "true")}");
        var when = lines.Count switch { 0 => " everything", 1 => $"\n      {lines[0].Replace("            ", "      ", StringComparison.Ordinal)}", _ => $"\n      all:\n{string.Join('\n', lines.Select(l => "          - " + l))}" };
        var action = Action is "delete" or "skip" ? Action : "keep";
        var read = PolicyText.Read($"rules:\n  - {action}:{when}\n");
        if (!read.Ok) return read.Error with { Message = read.Error.Message[(read.Error.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..] };
        if (Name.Length > RetentionRule.MaxName || Name.Any(char.IsControl)) return Error.Invalid("name", $"A name has at most {RetentionRule.MaxName} characters.");
        return read.Value.Rules[0] with { Name = Name, Off = off };

        void Add(string field, string key)
        {
            if (this[field].Length > 0) lines.Add($"{key}: {Quoted(field)}");
        }
    }

    string Quoted(string field) => System.Text.Json.JsonSerializer.Serialize(this[field]);
}

using System.Globalization;
using Portal.Kernel;
using Portal.Retention;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Web.Retention;

/// <summary>A policy while it is edited: everything of it travels with each post, and one button says what to do with it. Nothing is saved before Save.</summary>
public sealed class PolicyEditor
{
    /// <summary>The schedules that have a word.</summary>
    public static IReadOnlyList<(string Word, string Cron)> Schedules { get; } = [("none", ""), ("hourly", "0 0 * * * *"), ("daily", "0 0 0 * * *"), ("weekly", "0 0 0 * * 0")];

    public PolicyRules Rules { get; private set; } = PolicyRules.None;

    /// <summary>The text as typed, which may be wrong.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The text is shown instead of the builder.</summary>
    public bool AsText { get; private set; }
    public PolicyMode Mode { get; private set; } = PolicyMode.Replace;
    public string Schedule { get; private set; } = "none";
    public string Cron { get; private set; } = "";
    public bool Locked { get; private set; }
    public string Percent { get; private set; } = "";
    public string Gigabytes { get; private set; } = "";
    public PreviewShow Show { get; private set; }
    public int Page { get; private set; } = 1;
    public string Filter { get; private set; } = "";
    public string Try { get; private set; } = "";
    public RuleFields Rule { get; private set; } = RuleFields.New;

    /// <summary>What is wrong; null when nothing is.</summary>
    public Error? Wrong { get; private set; }

    /// <summary>It holds what is not saved.</summary>
    public bool Changed { get; private set; }

    /// <summary>Save was asked for.</summary>
    public bool Saving { get; private set; }

    /// <summary>What is saved.</summary>
    public static PolicyEditor Of(RetentionPolicy? policy, bool system) => new()
    {
        Rules = policy is null ? PolicyRules.None : PolicyText.Read(policy.Rules).Value,
        Text = policy?.Rules ?? PolicyText.Write(PolicyRules.None),
        Mode = policy?.Mode ?? (system ? PolicyMode.Replace : PolicyMode.Inherit),
        Schedule = Word(policy?.Cron ?? ""),
        Cron = policy?.Cron ?? "",
        Locked = policy?.Locked ?? false,
        Percent = policy?.BrakePercent?.ToString(CultureInfo.InvariantCulture) ?? "",
        Gigabytes = policy?.BrakeBytes is { } bytes ? (bytes < 0 ? "-1" : (bytes / 1_000_000_000m).ToString("0.###", CultureInfo.InvariantCulture)) : "",
    };

    static string Word(string cron) => Schedules.FirstOrDefault(s => s.Cron == cron).Word ?? "cron";

    /// <summary>Reads a post and does what its button says.</summary>
    /// <param name="get">A field of the form; empty when it is not there.</param>
    public static PolicyEditor Post(Func<string, string> get)
    {
        var editor = new PolicyEditor
        {
            Text = get("text").ReplaceLineEndings("\n"),
            AsText = get("view") == "text",
            Mode = get("mode") switch { "inherit" => PolicyMode.Inherit, "extend" => PolicyMode.Extend, _ => PolicyMode.Replace },
            Schedule = get("schedule"),
            Cron = get("cron").Trim(),
            Locked = get("locked") == "1",
            Percent = get("percent").Trim(),
            Gigabytes = get("gigabytes").Trim(),
            Show = get("show") switch { "going" => PreviewShow.Going, "changed" => PreviewShow.Changed, _ => PreviewShow.All },
            Page = int.TryParse(get("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page is > 0 and < 100_000 ? page : 1,
            Filter = get("filter").Trim(),
            Try = get("try").Trim(),
            Rule = RuleFields.Of(get) is { Action.Length: > 0 } rule ? rule : RuleFields.New,
            Changed = true,
        };
        var read = PolicyText.Read(editor.Text);
        if (!read.Ok) (editor.Wrong, editor.AsText) = (read.Error, true);
        else editor.Rules = read.Value;
        editor.Do(get("op"));
        return editor;
    }

    void Do(string op)
    {
        var dash = op.LastIndexOf('-');
        var number = dash > 0 && int.TryParse(op[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1;
        var verb = number >= 0 ? op[..dash] : op;
        if (verb is not "page") Page = verb == "save" ? Page : 1;
        switch (verb)
        {
            case "page": Page = Math.Max(1, number); break;
            case "show-all" or "show-going" or "show-changed": Show = verb switch { "show-going" => PreviewShow.Going, "show-changed" => PreviewShow.Changed, _ => PreviewShow.All }; break;
            case "text": AsText = true; break;
            case "builder": AsText = Wrong is not null; break;
            case "save": Saving = Wrong is null; break;
            case "new": Rule = RuleFields.New; break;
            case "add" when Wrong is null: Add(); break;
            case "up" or "down" or "remove" or "toggle" or "edit" when Wrong is null: Change(verb, number); break;
        }
    }

    void Add()
    {
        var changes = Rule.Place >= 0 && Rule.Place < Rules.Rules.Count;
        var rule = Rule.Read(changes && Rules.Rules[Rule.Place].Off);
        if (!rule.Ok)
        {
            Wrong = rule.Error;
            return;
        }
        // a rule of its own would say nothing while the project follows the system's alone
        if (Mode == PolicyMode.Inherit) Mode = PolicyMode.Extend;
        List<RetentionRule> rules = [.. Rules.Rules];
        if (changes) rules[Rule.Place] = rule.Value;
        else rules.Add(rule.Value);
        if (rules.Count > PolicyRules.MaxRules) Wrong = RetentionErrors.RuleCount;
        else Set(PolicyRules.Ordered(rules));
        if (Wrong is null) Rule = RuleFields.New;
    }

    void Change(string verb, int at)
    {
        if (Rules.Form == PolicyForm.Harbor)
        {
            List<HarborRule> union = [.. Rules.Union];
            if (at < union.Count && Moved(union, verb, at, r => r with { Off = !r.Off })) Set(PolicyRules.Harbor(union));
            return;
        }
        List<RetentionRule> rules = [.. Rules.Rules];
        if (at >= rules.Count) return;
        if (verb == "edit")
        {
            if (RuleFields.Of(rules[at], at) is { } fields) Rule = fields;
            else AsText = true;
        }
        else if (Moved(rules, verb, at, r => r with { Off = !r.Off })) Set(PolicyRules.Ordered(rules));
    }

    static bool Moved<T>(List<T> rules, string verb, int at, Func<T, T> toggled)
    {
        switch (verb)
        {
            case "up" when at > 0: (rules[at - 1], rules[at]) = (rules[at], rules[at - 1]); return true;
            case "down" when at < rules.Count - 1: (rules[at + 1], rules[at]) = (rules[at], rules[at + 1]); return true;
            case "remove": rules.RemoveAt(at); return true;
            case "toggle": rules[at] = toggled(rules[at]); return true;
            default: return false;
        }
    }

    void Set(PolicyRules rules) => (Rules, Text) = (rules, PolicyText.Write(rules));

    /// <summary>The policy to save, or what is wrong with it.</summary>
    public Result<PolicyDraft> Draft()
    {
        if (Wrong is not null) return Wrong;
        int? percent = null;
        if (Percent.Length > 0 && !int.TryParse(Percent, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return RetentionErrors.Percent;
        else if (Percent.Length > 0) percent = int.Parse(Percent, NumberStyles.None, CultureInfo.InvariantCulture);
        long? bytes = null;
        if (Gigabytes == "-1") bytes = -1;
        else if (Gigabytes.Length > 0)
        {
            if (!decimal.TryParse(Gigabytes, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var gb) || gb > 1_000_000_000) return RetentionErrors.Bytes;
            bytes = (long)(gb * 1_000_000_000m);
        }
        var cron = Schedules.FirstOrDefault(s => s.Word == Schedule) is { Word: not null } known ? known.Cron : Cron;
        if (Schedule == "cron" && Cron.Length == 0) return RetentionErrors.Cron;
        return new PolicyDraft(Rules, Mode, cron, Locked, percent, bytes);
    }

    /// <summary>A refusal of the service.</summary>
    public void Refuse(Error error) => (Wrong, Saving) = (error, false);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Api;
using Portal.Kernel;
using Portal.Retention.Clusters;
using Portal.Retention.Evaluation;
using Portal.Retention.Planning;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Retention;

/// <summary>A policy in full: its rules as JSON and as text, which say the same.</summary>
[Wire]
public sealed class PolicyJson
{
    public long Id { get; init; }

    /// <summary>inherit, extend or replace; of the system's left out.</summary>
    public string Mode { get; init; } = "";

    /// <summary>The rules of this policy.</summary>
    public JsonObject Policy { get; init; } = [];

    /// <summary>The same as text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The texts that count, first to last; the system's comes last.</summary>
    public IReadOnlyList<string> Effective { get; init; } = [];
    public string Cron { get; init; } = "";

    /// <summary>The system's counts for every project, and none may have its own.</summary>
    [Always] public bool Locked { get; init; }
    public int? BrakePercent { get; init; }
    public long? BrakeBytes { get; init; }

    internal static PolicyJson From(EffectivePolicy effective, RetentionPolicy? own)
    {
        var rules = own is null ? PolicyRules.None : EffectivePolicy.Read(own);
        return new()
        {
            Id = own?.Id ?? 0,
            Mode = own is { ProjectId: null } ? "" : (own is null ? PolicyMode.Inherit : own.Mode) switch { PolicyMode.Extend => "extend", PolicyMode.Replace => "replace", _ => "inherit" },
            Policy = PolicyText.ToJson(rules),
            Text = PolicyText.Write(rules),
            Effective = [.. effective.Stages.Select(PolicyText.Write)],
            Cron = own?.Cron ?? "",
            Locked = effective.Locked,
            BrakePercent = own?.BrakePercent,
            BrakeBytes = own?.BrakeBytes,
        };
    }
}

/// <summary>A policy to save: its rules as <c>policy</c> or as <c>text</c>.</summary>
[Wire]
public sealed class PolicyReq
{
    public string? Mode { get; init; }
    public JsonElement? Policy { get; init; }
    public string? Text { get; init; }
    public string? Cron { get; init; }
    public bool Locked { get; init; }
    public int? BrakePercent { get; init; }
    public long? BrakeBytes { get; init; }

    internal Result<PolicyDraft> Read()
    {
        var rules = RulesOf(Policy, Text);
        if (!rules.Ok) return rules.Error;
        return ModeOf(Mode) is { } mode ? new PolicyDraft(rules.Value, mode, Cron ?? "", Locked, BrakePercent, BrakeBytes) : RetentionErrors.Mode;
    }

    internal static Result<PolicyRules> RulesOf(JsonElement? policy, string? text)
    {
        if (policy is { ValueKind: not JsonValueKind.Null } json) return text is null ? PolicyText.FromJson(json) : Error.Invalid("text", "Send policy or text, not both.");
        return PolicyText.Read(text);
    }

    internal static PolicyMode? ModeOf(string? mode) => mode switch { "inherit" => PolicyMode.Inherit, "extend" => PolicyMode.Extend, null or "" or "replace" => PolicyMode.Replace, _ => null };
}

/// <summary>Rules to look at without saving them.</summary>
[Wire]
public sealed class PreviewReq
{
    public string? Mode { get; init; }
    public JsonElement? Policy { get; init; }
    public string? Text { get; init; }

    /// <summary>all, going or changed.</summary>
    public string? Show { get; init; }

    /// <summary>From 1.</summary>
    public int? Page { get; init; }

    /// <summary>1 to 100.</summary>
    public int? PageSize { get; init; }

    /// <summary>tag, age or bytes, with - in front for descending.</summary>
    public string? Sort { get; init; }
    public string? Filter { get; init; }

    /// <summary>A name to judge, repository:tag; it need not exist.</summary>
    public string? Try { get; init; }

    internal Result<PreviewRequest> Read()
    {
        var rules = PolicyReq.RulesOf(Policy, Text);
        if (!rules.Ok) return rules.Error;
        if (PolicyReq.ModeOf(Mode) is not { } mode) return RetentionErrors.Mode;
        PreviewShow? show = Show switch { null or "" or "all" => PreviewShow.All, "going" => PreviewShow.Going, "changed" => PreviewShow.Changed, _ => null };
        if (show is null) return Error.Invalid("show", "show is all, going or changed.");
        var (page, size) = (Page ?? 1, PageSize ?? 25);
        if (page is < 1 or > 10_000 || size is < 1 or > PageRequest.MaxTake) return Error.Invalid("page", "page is 1 to 10000 and page_size 1 to 100.");
        return new PreviewRequest(rules.Value, mode, show.Value, new((page - 1) * size, size, Sort, Filter), Try ?? "");
    }
}

/// <summary>What rules would do.</summary>
[Wire]
public sealed class PreviewJson
{
    [Always] public long Judged { get; init; }
    [Always] public long Kept { get; init; }
    [Always] public long Deleted { get; init; }
    [Always] public long Skipped { get; init; }
    [Always] public long Held { get; init; }
    [Always] public long Changed { get; init; }

    /// <summary>Freed after sharing.</summary>
    [Always] public long Bytes { get; init; }

    /// <summary>False when the project has more tags than a preview looks at.</summary>
    [Always] public bool Whole { get; init; }

    /// <summary>Rows over all pages.</summary>
    [Always] public long Total { get; init; }
    [Always] public IReadOnlyList<VerdictJson> Rows { get; init; } = [];
    public VerdictJson? Tried { get; init; }

    internal static PreviewJson From(RetentionPreview p) => new()
    {
        Judged = p.Judged,
        Kept = p.Kept,
        Deleted = p.Deleted,
        Skipped = p.Skipped,
        Held = p.Held,
        Changed = p.Changed,
        Bytes = p.Bytes,
        Whole = p.Whole,
        Total = p.Rows.Total,
        Rows = [.. p.Rows.Items.Select(VerdictJson.From)],
        Tried = p.Tried is null ? null : VerdictJson.From(p.Tried),
    };
}

/// <summary>A verdict on a tag.</summary>
[Wire]
public sealed class VerdictJson
{
    public string Repository { get; init; } = "";

    /// <summary>Left out for an artifact without one.</summary>
    public string Tag { get; init; } = "";
    public string Digest { get; init; } = "";

    /// <summary>keep, delete, skip, immutable or locked.</summary>
    public string Verdict { get; init; } = "";
    public string Rule { get; init; } = "";
    public string Reason { get; init; } = "";
    public DateTimeOffset PushedAt { get; init; }
    [Always] public long Bytes { get; init; }

    /// <summary>What the saved rules say, where they say otherwise.</summary>
    public string Before { get; init; } = "";

    internal static string Word(Verdict verdict) => verdict switch { Evaluation.Verdict.Keep => "keep", Evaluation.Verdict.Delete => "delete", Evaluation.Verdict.Skip => "skip", Evaluation.Verdict.Immutable => "immutable", _ => "locked" };

    internal static VerdictJson From(VerdictRow r) => new() { Repository = r.Repository, Tag = r.Tag, Digest = r.Digest, Verdict = Word(r.Verdict), Rule = r.Rule, Reason = r.Reason, PushedAt = r.PushedAt, Bytes = r.Bytes, Before = r.Before is { } b ? Word(b) : "" };

    internal static VerdictJson From(StoredVerdict r) => new() { Repository = r.Repository, Tag = r.Tag, Digest = r.Digest, Verdict = Word(r.Verdict), Rule = r.Rule, Reason = r.Reason, PushedAt = r.PushedAt, Bytes = r.Bytes };
}

/// <summary>What a run found in a project, and did.</summary>
[Wire]
public sealed class PlanJson
{
    public long Id { get; init; }
    public long RunId { get; init; }

    /// <summary>running, dry-run, waiting, done, confirmed or outdated.</summary>
    public string State { get; init; } = "";
    public DateTimeOffset At { get; init; }
    [Always] public int Repositories { get; init; }
    [Always] public long Kept { get; init; }
    [Always] public long Deleted { get; init; }
    [Always] public long Skipped { get; init; }
    [Always] public long Held { get; init; }
    [Always] public long Refused { get; init; }
    [Always] public long Bytes { get; init; }

    /// <summary>Why the brake stopped it.</summary>
    public string Brake { get; init; } = "";
    public string ConfirmedBy { get; init; } = "";

    internal static PlanJson From(RetentionPlan p) => new()
    {
        Id = p.Id,
        RunId = p.RunId,
        State = p.State switch { PlanState.Running => "running", PlanState.DryRun => "dry-run", PlanState.Waiting => "waiting", PlanState.Done => "done", PlanState.Confirmed => "confirmed", _ => "outdated" },
        At = p.At,
        Repositories = p.Repositories,
        Kept = p.Kept,
        Deleted = p.Deleted,
        Skipped = p.Skipped,
        Held = p.Held,
        Refused = p.Refused,
        Bytes = p.Bytes,
        Brake = p.Brake,
        ConfirmedBy = p.ConfirmedBy,
    };
}

/// <summary>What a cluster runs.</summary>
[Wire]
public sealed class InUseReq
{
    /// <summary>References with the name of this registry: registry.example.com/payments/api@sha256:…, or with a tag.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>Further names that the cluster reaches this registry by, beside the one that the report is sent to; at most 10 count.</summary>
    public IReadOnlyList<string>? Hosts { get; init; }

    internal const int MaxHosts = 10;

    /// <summary>After so many hours the report counts as old; 24 when not given.</summary>
    public int? FreshHours { get; init; }
}

/// <summary>What a report did.</summary>
[Wire]
public sealed class InUseJson
{
    [Always] public int Taken { get; init; }
    [Always] public int Foreign { get; init; }
}

/// <summary>A cluster that reports.</summary>
[Wire]
public sealed class ClusterJson
{
    public string Name { get; init; } = "";
    public DateTimeOffset ReportedAt { get; init; }
    public string ReportedBy { get; init; } = "";
    public int FreshHours { get; init; }
    [Always] public int Images { get; init; }

    /// <summary>The report is older than it should be; what it named is kept all the same.</summary>
    [Always] public bool Old { get; init; }

    internal static ClusterJson From(ClusterRow c) => new() { Name = c.Name, ReportedAt = c.ReportedAt, ReportedBy = c.ReportedBy, FreshHours = c.FreshHours, Images = c.Images, Old = c.Old };
}

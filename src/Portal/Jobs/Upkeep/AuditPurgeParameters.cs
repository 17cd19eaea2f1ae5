using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Audit;
using Portal.Kernel;

namespace Portal.Jobs.Upkeep;

/// <summary>What a purge of the audit log is to do. Source: Harbor v2.0 API, <c>/system/purgeaudit</c>.</summary>
/// <param name="RetentionHours">Rows younger than this stay.</param>
/// <param name="EventTypes">Action and kind such as <c>delete_tag</c>; none for all.</param>
public sealed record AuditPurgeParameters(int RetentionHours, IReadOnlyList<string> EventTypes, bool DryRun)
{
    /// <summary>The kind of its runs.</summary>
    public const string Kind = AuditPurge.Name;

    /// <summary>Hours.</summary>
    public const int MaxRetention = 240_000;

    /// <summary>Every type but <see cref="First"/>.</summary>
    public const string Other = "other";

    internal static readonly string[] First = ["create_artifact", "delete_artifact", "pull_artifact"];

    static readonly HashSet<string> Known = [.. from action in AuditActions.All from resource in AuditResources.All select $"{action}_{resource}"];

    public static Result<AuditPurgeParameters> Create(int retentionHours, string? eventTypes, bool dryRun)
    {
        if (retentionHours is < 1 or > MaxRetention)
            return Error.Invalid("audit_retention_hour", string.Create(CultureInfo.InvariantCulture, $"audit_retention_hour is 1 to {MaxRetention}."));
        var types = (eventTypes ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        // types that clients of the API name and that are written under another action or not at all match nothing, and are none the worse for it
        var odd = types.Find(t => t != Other && !First.Contains(t) && !Known.Contains(t) && !IsType(t));
        return odd is null && types.Count <= 100 ? new AuditPurgeParameters(retentionHours, types, dryRun)
            : Error.Invalid("include_event_types", "include_event_types is a list parted by commas of action and kind such as delete_tag, or other; at most 100.");
    }

    /// <summary>As a run keeps it.</summary>
    public string ToJson() => JsonSerializer.Serialize(new Stored { RetentionHours = RetentionHours, EventTypes = string.Join(',', EventTypes), DryRun = DryRun });

    /// <summary>The same back from a run or a schedule.</summary>
    public static AuditPurgeParameters From(string json)
    {
        var stored = JsonSerializer.Deserialize<Stored>(json)!;
        return Create(stored.RetentionHours, stored.EventTypes, stored.DryRun).Value;
    }

    static bool IsType(string text) => text.Length <= 100 && text.Contains('_', StringComparison.Ordinal) && text.All(c => char.IsAsciiLetterLower(c) || c is '_' or '-');

    sealed class Stored
    {
        [JsonPropertyName("audit_retention_hour")] public int RetentionHours { get; init; }
        [JsonPropertyName("include_event_types")] public string EventTypes { get; init; } = "";
        [JsonPropertyName("dry_run")] public bool DryRun { get; init; }
    }
}

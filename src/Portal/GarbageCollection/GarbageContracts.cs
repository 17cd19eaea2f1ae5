using System.Text.Json.Serialization;
using Portal.Api;
using Portal.Jobs;

namespace Portal.GarbageCollection;

/// <summary>A run of <c>/system/gc</c>.</summary>
[Wire]
public sealed class GcHistoryJson
{
    public long Id { get; init; }
    public string JobName { get; init; } = "";
    public string JobKind { get; init; } = "";

    /// <summary>JSON: what was asked for.</summary>
    public string JobParameters { get; init; } = "";
    public GcScheduleObjJson? Schedule { get; init; }
    public string JobStatus { get; init; } = "";

    [Always]
    public bool Deleted { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static GcHistoryJson From(JobRunRow run) => new()
    {
        Id = run.Id,
        JobName = run.Kind,
        JobKind = run.Trigger.ToString().ToUpperInvariant(),
        JobParameters = run.Parameters,
        Schedule = new() { Type = run.Trigger == JobTrigger.Schedule ? "Schedule" : "Manual" },
        JobStatus = run.Status.ToString(),
        CreationTime = run.QueuedAt,
        UpdateTime = run.EndedAt ?? run.StartedAt ?? run.QueuedAt,
    };

    internal static GcHistoryJson From(JobScheduleRow row) => new()
    {
        JobName = row.Kind,
        JobKind = "SCHEDULE",
        JobParameters = row.Parameters,
        Schedule = new() { Type = GarbageSchedule.TypeOf(row.Cron), Cron = row.Cron, NextScheduledTime = row.Next.Count > 0 ? row.Next[0] : null },
        CreationTime = row.UpdatedAt,
        UpdateTime = row.UpdatedAt,
    };
}

/// <summary>When.</summary>
[Wire]
public sealed class GcScheduleObjJson
{
    /// <summary>Hourly, Daily, Weekly, Custom, Manual or None.</summary>
    public string? Type { get; init; }

    /// <summary>Six fields, seconds first; of Custom alone.</summary>
    public string? Cron { get; init; }
    public DateTimeOffset? NextScheduledTime { get; init; }
}

/// <summary>A schedule, or a run that is to begin now.</summary>
[Wire]
public sealed class GcScheduleReq
{
    public GcScheduleObjJson? Schedule { get; init; }
    public GcParametersReq? Parameters { get; init; }
}

/// <summary>What a run does.</summary>
public sealed class GcParametersReq
{
    /// <summary>Moves top-level artifacts without a tag to the trash first.</summary>
    [JsonPropertyName("delete_untagged")]
    public bool DeleteUntagged { get; init; }

    /// <summary>Taken and without effect: tags live in the index alone.</summary>
    [JsonPropertyName("delete_tag")]
    public bool DeleteTag { get; init; }

    [JsonPropertyName("dry_run")]
    public bool DryRun { get; init; }

    /// <summary>1 to 10; taken and without effect.</summary>
    [JsonPropertyName("workers")]
    public int? Workers { get; init; }
}

/// <summary>What a run found and did.</summary>
public sealed class GarbageReportJson
{
    public bool DryRun { get; init; }
    public int Untagged { get; init; }
    public int Expired { get; init; }
    public int Artifacts { get; init; }
    public int Manifests { get; init; }
    public int Blobs { get; init; }
    public int UnknownFiles { get; init; }
    public int AbandonedUploads { get; init; }

    /// <summary>Freed; of a dry run what would be.</summary>
    public long Bytes { get; init; }
    public int CheckedTags { get; init; }
    public int CheckedBlobs { get; init; }
    public IReadOnlyList<string> Problems { get; init; } = [];
    public IReadOnlyList<GarbageOwner> Owners { get; init; } = [];

    internal static GarbageReportJson From(GarbageReport report) => new()
    {
        DryRun = report.DryRun,
        Untagged = report.Untagged,
        Expired = report.Expired,
        Artifacts = report.Artifacts,
        Manifests = report.Manifests,
        Blobs = report.Blobs,
        UnknownFiles = report.Orphans,
        AbandonedUploads = report.Uploads,
        Bytes = report.Bytes,
        CheckedTags = report.CheckedTags,
        CheckedBlobs = report.CheckedBlobs,
        Problems = report.Problems,
        Owners = report.Owners,
    };
}

/// <summary>The settings of garbage collection.</summary>
public sealed class GarbageSettingsJson
{
    /// <summary>Minutes that a blob stays which no manifest names, 0 to 10,080.</summary>
    public int GraceMinutes { get; init; }

    /// <summary>0 for no bound.</summary>
    public int ItemsPerSecond { get; init; }

    /// <summary>The hour (UTC) from which it deletes.</summary>
    public int FromHour { get; init; }

    /// <summary>The hour at which it pauses; the same as the first for never.</summary>
    public int ToHour { get; init; }

    /// <summary>Live tags looked at before the first deletion and after the last.</summary>
    public int SampledTags { get; init; }
}

using System.Globalization;
using Portal.Api;

namespace Portal.Jobs;

/// <summary>A node that takes runs.</summary>
[Wire]
public sealed class WorkerPoolJson
{
    public int Pid { get; init; }
    public string WorkerPoolId { get; init; } = "";
    public DateTimeOffset StartAt { get; init; }
    public DateTimeOffset HeartbeatAt { get; init; }
    public int Concurrency { get; init; }
    public string Host { get; init; } = "";

    internal static WorkerPoolJson From(JobNodeRow row) => new() { Pid = row.ProcessId, WorkerPoolId = row.Id, StartAt = row.StartedAt, HeartbeatAt = row.BeatAt, Concurrency = row.Workers, Host = row.Name };
}

/// <summary>A worker; one that is idle names no job.</summary>
[Wire]
public sealed class WorkerJson
{
    public string Id { get; init; } = "";
    public string PoolId { get; init; } = "";
    public string JobName { get; init; } = "";
    public string JobId { get; init; } = "";
    public DateTimeOffset? StartAt { get; init; }

    internal static IEnumerable<WorkerJson> From(JobNodeRow node) => Enumerable.Range(0, Math.Max(node.Workers, node.Busy.Count)).Select(n => new WorkerJson
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{node.Id}-{n}"),
        PoolId = node.Id,
        JobName = n < node.Busy.Count ? node.Busy[n].Kind : "",
        JobId = n < node.Busy.Count ? node.Busy[n].Run.ToString(CultureInfo.InvariantCulture) : "",
        StartAt = n < node.Busy.Count ? node.Busy[n].StartedAt : null,
    });
}

/// <summary>What waits of a kind; <c>latency</c> is the seconds that the oldest has waited.</summary>
[Wire]
public sealed class JobQueueJson
{
    public string JobType { get; init; } = "";
    public long Count { get; init; }
    public long Latency { get; init; }
    [Always] public bool Paused { get; init; }

    internal static JobQueueJson From(JobQueueRow row, DateTimeOffset now) =>
        new() { JobType = row.Kind, Count = row.Waiting, Latency = row.Oldest is { } oldest ? Math.Max(0, (long)(now - oldest).TotalSeconds) : 0, Paused = row.Paused };
}

[Wire]
public sealed class ActionReq
{
    /// <summary>stop, pause or resume.</summary>
    public string? Action { get; init; }
}

/// <summary>A schedule of any kind.</summary>
[Wire]
public sealed class ScheduleTaskJson
{
    public int Id { get; init; }
    public string VendorType { get; init; } = "";
    public long VendorId { get; init; }
    public string Cron { get; init; } = "";
    public DateTimeOffset UpdateTime { get; init; }

    internal static ScheduleTaskJson From(JobScheduleRow row) => new() { Id = row.Id, VendorType = row.Kind, VendorId = row.Owner, Cron = row.Cron, UpdateTime = row.UpdatedAt };
}

[Wire]
public sealed class SchedulerStatusJson
{
    [Always] public bool Paused { get; init; }
}

/// <summary>A run in full.</summary>
[Wire]
public sealed class JobRunJson
{
    public long Id { get; init; }
    public string Kind { get; init; } = "";
    public string Title { get; init; } = "";
    public long Owner { get; init; }
    public int? ProjectId { get; init; }

    /// <summary>MANUAL, SCHEDULE or EVENT.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>Pending, Running, Success, Error or Stopped.</summary>
    public string Status { get; init; } = "";
    public string Actor { get; init; } = "";
    public DateTimeOffset QueuedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
    [Always] public long Done { get; init; }

    /// <summary>0 while not known.</summary>
    [Always] public long Total { get; init; }
    public string Unit { get; init; } = "";

    /// <summary>Steps a second of late.</summary>
    public double? Rate { get; init; }

    /// <summary>Seconds that are left at this rate; left out while not known.</summary>
    public long? SecondsLeft { get; init; }
    public bool Stopping { get; init; }
    public int Attempt { get; init; }
    public string Node { get; init; } = "";
    public string Summary { get; init; } = "";

    /// <summary>JSON as text.</summary>
    public string Parameters { get; init; } = "";

    internal static JobRunJson From(JobRunRow row, string title) => new()
    {
        Id = row.Id,
        Kind = row.Kind,
        Title = title,
        Owner = row.Owner,
        ProjectId = row.ProjectId,
        Trigger = row.Trigger.ToString().ToUpperInvariant(),
        Status = row.Status.ToString(),
        Actor = row.Actor,
        QueuedAt = row.QueuedAt,
        StartedAt = row.StartedAt,
        EndedAt = row.EndedAt,
        Done = row.Done,
        Total = row.Total,
        Unit = row.Unit,
        Rate = row.Rate,
        SecondsLeft = row.Left is { } left ? (long)left.TotalSeconds : null,
        Stopping = row.Stopping,
        Attempt = row.Attempt,
        Node = row.Node,
        Summary = row.Summary,
        Parameters = row.Parameters,
    };
}

/// <summary>A part of a run.</summary>
[Wire]
public sealed class JobTaskJson
{
    public long Id { get; init; }
    public string Name { get; init; } = "";
    public string Status { get; init; } = "";
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>JSON as text.</summary>
    public string? Detail { get; init; }

    internal static JobTaskJson From(JobTaskRow row) => new() { Id = row.Id, Name = row.Name, Status = row.Status.ToString(), StartedAt = row.StartedAt, EndedAt = row.EndedAt, Detail = row.Detail };
}

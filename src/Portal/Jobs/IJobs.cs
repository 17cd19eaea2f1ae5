using Portal.Access;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>Asks for runs and schedules. Rights are the business of whoever calls.</summary>
public interface IJobs
{
    /// <summary>Queues a run and returns its id. An unknown kind or parameters out of bounds are refused.</summary>
    Task<Result<long>> StartAsync(Caller caller, JobRequest request, CancellationToken cancellation);

    /// <summary>Asks a run to stop, waiting or running; nothing happens to one that has ended. Missing: <see cref="ErrorKind.NotFound"/>.</summary>
    Task<Result> StopAsync(Caller caller, long run, CancellationToken cancellation);

    /// <summary>Sets or replaces the schedule of a kind and owner. A cron text that never fires or fires more often than once a minute is refused.</summary>
    Task<Result> ScheduleAsync(Caller caller, JobScheduleRequest request, CancellationToken cancellation);

    /// <summary>Takes a schedule away; nothing happens when there is none.</summary>
    Task UnscheduleAsync(Caller caller, string kind, long owner, CancellationToken cancellation);
}

/// <summary>Reads runs, tasks, logs and schedules.</summary>
public interface IJobQueries
{
    /// <summary>Runs, newest first by default; all filters may be null. Sorting: <c>id</c>, <c>status</c>, <c>started</c>.</summary>
    Task<JobRunPage> RunsAsync(JobRunFilter filter, CancellationToken cancellation);

    /// <summary>One run; null when there is none.</summary>
    Task<JobRunRow?> RunAsync(long id, CancellationToken cancellation);

    Task<JobTaskPage> TasksAsync(long run, int page, int pageSize, CancellationToken cancellation);

    /// <summary>A run's log as text, one line for each entry beginning with the time; null when there is no such run.</summary>
    Task<string?> LogAsync(long run, CancellationToken cancellation);

    /// <summary>The schedule of a kind and owner; null when there is none.</summary>
    Task<JobScheduleRow?> ScheduleAsync(string kind, long owner, CancellationToken cancellation);
}

public sealed record JobRunFilter(string? Kind = null, long? Owner = null, int? ProjectId = null, JobStatus? Status = null, string Sort = "-id", int Page = 1, int PageSize = 25)
{
    /// <summary>Only of these kinds; null for all.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Only of these projects; null for all and for the system's.</summary>
    public IReadOnlyList<int>? Projects { get; init; }

    /// <summary>Only with this in the kind, the result or who asked.</summary>
    public string? Text { get; init; }

    public JobTrigger? Trigger { get; init; }

    /// <summary>Only those asked for since.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only those that have ended (true), or that wait or run (false).</summary>
    public bool? Ended { get; init; }
}

public sealed record JobRunPage(IReadOnlyList<JobRunRow> Rows, long Total);

/// <summary>A run as lists show it.</summary>
/// <param name="Rate">Steps a second of late; null while not running.</param>
/// <param name="Node">The node that runs or ran it; empty while waiting.</param>
/// <param name="Parameters">JSON.</param>
public sealed record JobRunRow(long Id, string Kind, long Owner, int? ProjectId, JobTrigger Trigger, JobStatus Status, string Actor, DateTimeOffset QueuedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt,
    long Done, long Total, string Unit, double? Rate, bool Stopping, int Attempt, string Node, string Summary, string Parameters)
{
    /// <summary>The time left at this rate; null while not known.</summary>
    public TimeSpan? Left => Status == JobStatus.Running && Rate is > 0 and var rate && Total > Done && (Total - Done) / rate is < 1e8 and var seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>How long it has been at work; null before it began.</summary>
    /// <param name="now">The present, for one under way.</param>
    public TimeSpan? Took(DateTimeOffset now) => StartedAt is { } started ? (EndedAt ?? now) - started : null;
}

public sealed record JobTaskPage(IReadOnlyList<JobTaskRow> Rows, long Total);

public sealed record JobTaskRow(long Id, long RunId, string Name, JobStatus Status, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, string? Detail);

/// <summary>A schedule as pages show it.</summary>
/// <param name="Words">"every day at 02:00 (Europe/Berlin)".</param>
/// <param name="Next">The next times, at most five; none while paused.</param>
public sealed record JobScheduleRow(string Kind, long Owner, int? ProjectId, string Cron, string TimeZone, string Words, string Parameters, string Actor, DateTimeOffset UpdatedAt, IReadOnlyList<DateTimeOffset> Next)
{
    public int Id { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

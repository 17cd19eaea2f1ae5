using Portal.Access;

namespace Portal.Jobs;

/// <summary>Which workers take a run: runs of one lane never wait behind those of another.</summary>
public enum JobLane
{
    /// <summary>Short work that somebody waits for, such as the scan of a push.</summary>
    Prompt = 0,

    /// <summary>Clean-up: retention, garbage collection, purges.</summary>
    Upkeep = 1,

    /// <summary>Copies between registries.</summary>
    Transfer = 2,

    /// <summary>Work over everything, such as a scan of all artifacts.</summary>
    Bulk = 3,
}

/// <summary>Why a run exists. Source: Harbor's job model (<c>MANUAL</c>, <c>SCHEDULE</c>, <c>EVENT</c>).</summary>
public enum JobTrigger
{
    Manual = 0,
    Schedule = 1,
    Event = 2,
}

/// <summary>Where a run or a task of it stands. Source: Harbor's job model; the last three are final.</summary>
public enum JobStatus
{
    Pending = 0,
    Running = 1,
    Success = 2,
    Error = 3,
    Stopped = 4,
}

/// <summary>A kind of long work, known by name.</summary>
/// <param name="Name">As Harbor's API calls it, e.g. <c>RETENTION</c> or <c>GARBAGE_COLLECTION</c>.</param>
/// <param name="Title">As pages call it, e.g. "Retention".</param>
/// <param name="MaxConcurrent">Runs of this kind at a time on all nodes together; at least 1.</param>
public sealed record JobKind(string Name, string Title, JobLane Lane, int MaxConcurrent)
{
    /// <summary>Attempts at a run that ends by an exception, the first included.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Only one run for the same <see cref="JobRequest.Owner"/> at a time; a second one waits.</summary>
    public bool OnePerOwner { get; init; } = true;

    /// <summary>Finished runs kept for each owner, however young.</summary>
    public int KeptRuns { get; init; } = 50;

    /// <summary>What shows its runs to those who have it in the run's project, or on the system for the system's; beside it <c>log:list</c> in the project and <c>jobservice-monitor:list</c> on the system do.</summary>
    public Permission? SeenWith { get; init; }

    /// <summary>What lets them stop and retry its runs; beside it <c>jobservice-monitor:stop</c> on the system does.</summary>
    public Permission? StoppedWith { get; init; }
}

/// <summary>Does one kind of work. Registered as a singleton; every dependency must be fit for that.</summary>
public interface IJobHandler
{
    JobKind Kind { get; }

    /// <summary>
    /// Carries out one run. It may be called again for the same run after its node died, so every step must be safe to repeat; <see cref="IJobRun.Checkpoint"/> tells how far the one before
    /// came. Ends soon after <paramref name="cancellation"/> asks, by throwing <see cref="OperationCanceledException"/>; an exception is a failed attempt.
    /// </summary>
    Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation);
}

/// <summary>How a run ended.</summary>
/// <param name="Status"><see cref="JobStatus.Success"/> or <see cref="JobStatus.Error"/>; a run whose tasks failed is an error although it came to its end.</param>
/// <param name="Summary">One sentence for lists, at most 512 characters.</param>
public sealed record JobOutcome(JobStatus Status, string Summary);

/// <summary>A run as its handler sees it. What it tells is saved at most twice a second and at the end, and shown live.</summary>
public interface IJobRun
{
    long Id { get; }

    /// <summary>What it works for within its kind, e.g. the id of a policy; 0 for the system.</summary>
    long Owner { get; }

    /// <summary>The project it belongs to; null for the system's.</summary>
    int? ProjectId { get; }

    JobTrigger Trigger { get; }

    /// <summary>Who asked, as audit rows name it; the schedule's author for a scheduled run.</summary>
    string Actor { get; }

    /// <summary>JSON, as given to <see cref="JobRequest.Parameters"/>.</summary>
    string Parameters { get; }

    /// <summary>1 for the first attempt; one more each time an attempt failed or its node died.</summary>
    int Attempt { get; }

    /// <summary>JSON that an earlier attempt saved; null at first.</summary>
    string? Checkpoint { get; }

    /// <summary>Saves how far the work came, at once.</summary>
    Task SaveCheckpointAsync(string json, CancellationToken cancellation);

    /// <summary>Tells progress; the rate and the time left follow from it.</summary>
    /// <param name="done">Steps done.</param>
    /// <param name="total">Steps in all; 0 while not known.</param>
    /// <param name="unit">What a step is, in the plural: "tags", "blobs".</param>
    void Progress(long done, long total, string unit);

    /// <summary>Adds a line to the log; the time is added. Past the bound of the log the middle is left out.</summary>
    void Log(string line);

    /// <summary>Begins a part of the run that is shown and can be asked for on its own, e.g. one repository; returns its id. A name begun by an earlier attempt is begun anew.</summary>
    Task<long> BeginTaskAsync(string name, CancellationToken cancellation);

    /// <summary>Ends a task.</summary>
    /// <param name="detail">JSON for whoever shows it, e.g. totals; null for none.</param>
    Task EndTaskAsync(long task, JobStatus status, string? detail, CancellationToken cancellation);
}

/// <summary>A run that is asked for.</summary>
/// <param name="Kind"><see cref="JobKind.Name"/>.</param>
/// <param name="Owner">What it works for within its kind, e.g. the id of a policy; 0 for the system.</param>
/// <param name="ProjectId">The project whose members may see it; null for the system's.</param>
/// <param name="Parameters">JSON of at most 16 KiB.</param>
public sealed record JobRequest(string Kind, long Owner, int? ProjectId, string Parameters, JobTrigger Trigger = JobTrigger.Manual);

/// <summary>When runs of something are due. One for each kind and owner.</summary>
/// <param name="Cron">Six fields, seconds first, as Harbor's API has it; or Quartz's own seven.</param>
/// <param name="TimeZone">IANA name; null for UTC.</param>
public sealed record JobScheduleRequest(string Kind, long Owner, int? ProjectId, string Parameters, string Cron, string? TimeZone = null);

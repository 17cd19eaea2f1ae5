using System.Globalization;
using System.Text.Json;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Jobs;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>The way to the engine that carries out runs.</summary>
sealed class GarbageJobs(IJobs jobs, IJobQueries queries)
{
    public IJobs Jobs => jobs;

    public IJobQueries Queries => queries;
}

/// <summary>When garbage is collected by itself.</summary>
/// <param name="Type"><c>Hourly</c>, <c>Daily</c>, <c>Weekly</c> or <c>Custom</c>.</param>
/// <param name="Cron">Six fields, of <c>Custom</c> alone.</param>
public sealed record GarbageSchedule(string Type, string? Cron = null, string? TimeZone = null)
{
    static readonly (string Type, string Cron)[] Known = [("Hourly", "0 0 * * * *"), ("Daily", "0 0 0 * * *"), ("Weekly", "0 0 0 * * 0")];

    /// <summary>The cron text; null when the type is none of these.</summary>
    public string? Text => Type == "Custom" ? Cron ?? "" : Known.FirstOrDefault(k => k.Type == Type).Cron;

    /// <summary>What a cron text is called.</summary>
    public static string TypeOf(string cron) => Known.FirstOrDefault(k => k.Cron == cron).Type ?? "Custom";
}

/// <summary>The settings of garbage collection.</summary>
/// <param name="GraceMinutes">That a blob stays which no manifest names.</param>
/// <param name="ItemsPerSecond">0 for no bound.</param>
/// <param name="FromHour">UTC; with <paramref name="ToHour"/> the hours in which it deletes.</param>
/// <param name="SampledTags">Live tags looked at before and after.</param>
public sealed record GarbageSettings(int GraceMinutes, int ItemsPerSecond, int FromHour, int ToHour, int SampledTags);

/// <summary>Starts, stops and schedules garbage collections. Needs the rights <c>garbage-collection:*</c> on the system.</summary>
public sealed class GarbageService
{
    readonly GarbageJobs _jobs;
    readonly IAccessPolicy _policy;
    readonly AuthSettingsService _settings;
    readonly AuditLog _audit;

    internal GarbageService(GarbageJobs jobs, IAccessPolicy policy, AuthSettingsService settings, AuditLog audit) => (_jobs, _policy, _settings, _audit) = (jobs, policy, settings, audit);

    /// <summary>Queues a run and gives its id.</summary>
    public async Task<Result<long>> StartAsync(Caller caller, GarbageParameters parameters, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, "create", cancellation) is { } refusal) return refusal;
        var started = await _jobs.Jobs.StartAsync(caller, new(GarbageHandler.KindName, 0, null, parameters.Write()), cancellation);
        if (started.Ok) await WriteAsync(caller, AuditActions.Create, new { run = started.Value, deleteUntagged = parameters.DeleteUntagged, dryRun = parameters.DryRun }, cancellation);
        return started;
    }

    /// <summary>Asks a run to stop.</summary>
    public async Task<Result> StopAsync(Caller caller, long run, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, "stop", cancellation) is { } refusal) return refusal;
        if (await _jobs.Queries.RunAsync(run, cancellation) is not { Kind: GarbageHandler.KindName }) return GarbageErrors.NotFound;
        var stopped = await _jobs.Jobs.StopAsync(caller, run, cancellation);
        if (stopped.Ok) await WriteAsync(caller, AuditActions.Update, new { run, stop = true }, cancellation);
        return stopped;
    }

    /// <summary>Sets the schedule; null takes it away.</summary>
    public async Task<Result> ScheduleAsync(Caller caller, GarbageSchedule? schedule, GarbageParameters parameters, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, "update", cancellation) is { } refusal) return refusal;
        if (schedule is null)
        {
            await _jobs.Jobs.UnscheduleAsync(caller, GarbageHandler.KindName, 0, cancellation);
            await WriteAsync(caller, AuditActions.Update, new { schedule = "none" }, cancellation);
            return Result.Success;
        }
        if (schedule.Text is not { } cron) return GarbageErrors.Type;
        var set = await _jobs.Jobs.ScheduleAsync(caller, new(GarbageHandler.KindName, 0, null, parameters.Write(), cron, schedule.TimeZone), cancellation);
        if (set.Ok) await WriteAsync(caller, AuditActions.Update, new { schedule = cron, deleteUntagged = parameters.DeleteUntagged }, cancellation);
        return set;
    }

    /// <summary>Sets pace, hours and grace. Only a system administrator may.</summary>
    public Task<Result> ConfigureAsync(Caller caller, GarbageSettings settings, CancellationToken cancellation) => _settings.ChangeAsync(caller, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [SettingKeys.GarbageGraceMinutes.Name] = Text(settings.GraceMinutes),
        [SettingKeys.GarbageItemsPerSecond.Name] = Text(settings.ItemsPerSecond),
        [SettingKeys.GarbageFromHour.Name] = Text(settings.FromHour),
        [SettingKeys.GarbageToHour.Name] = Text(settings.ToHour),
        [SettingKeys.GarbageSampledTags.Name] = Text(settings.SampledTags),
    }, cancellation);

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    ValueTask<Error?> RefuseAsync(Caller caller, string action, CancellationToken cancellation) => _policy.RefuseAsync(caller, Permissions.Named("garbage-collection:" + action), cancellation);

    Task WriteAsync(Caller caller, string action, object after, CancellationToken cancellation) =>
        _audit.WriteAsync(new(caller.Actor, action, AuditResources.GarbageCollection, "garbage collection") { After = after }, cancellation);
}

/// <summary>Reads runs, schedule and settings. Needs <c>garbage-collection:list</c> or <c>:read</c> on the system.</summary>
public sealed class GarbageQueries
{
    readonly GarbageJobs _jobs;
    readonly IAccessPolicy _policy;
    readonly GarbageSteps _steps;

    internal GarbageQueries(GarbageJobs jobs, IAccessPolicy policy, GarbageSteps steps) => (_jobs, _policy, _steps) = (jobs, policy, steps);

    /// <summary>Why this server cannot delete from the registry's storage, as a sentence; null when it can.</summary>
    public string? Unreachable => _steps.Store.Unreachable;

    public async Task<Result<JobRunPage>> RunsAsync(Caller caller, JobStatus? status, string sort, int page, int pageSize, CancellationToken cancellation) =>
        await RefuseAsync(caller, "list", cancellation) is { } refusal ? refusal : await _jobs.Queries.RunsAsync(new(GarbageHandler.KindName, 0, null, status, sort, page, pageSize), cancellation);

    public async Task<Result<JobRunRow>> RunAsync(Caller caller, long id, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, "read", cancellation) is { } refusal) return refusal;
        return await _jobs.Queries.RunAsync(id, cancellation) is { Kind: GarbageHandler.KindName } run ? run : GarbageErrors.NotFound;
    }

    public async Task<Result<string>> LogAsync(Caller caller, long id, CancellationToken cancellation)
    {
        var run = await RunAsync(caller, id, cancellation);
        return run.Ok ? await _jobs.Queries.LogAsync(id, cancellation) ?? "" : run.Error;
    }

    /// <summary>What a run found and did; an empty list while it has told nothing.</summary>
    public async Task<Result<IReadOnlyList<GarbageReport>>> ReportAsync(Caller caller, long id, CancellationToken cancellation)
    {
        var run = await RunAsync(caller, id, cancellation);
        if (!run.Ok) return run.Error;
        var tasks = await _jobs.Queries.TasksAsync(id, 1, 10, cancellation);
        return tasks.Rows.Where(t => t is { Name: GarbageHandler.ReportTask, Detail: not null }).Select(t => JsonSerializer.Deserialize<GarbageReport>(t.Detail!)!).ToList();
    }

    /// <summary>The schedule; an empty list when there is none.</summary>
    public async Task<Result<IReadOnlyList<JobScheduleRow>>> ScheduleAsync(Caller caller, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, "read", cancellation) is { } refusal) return refusal;
        return await _jobs.Queries.ScheduleAsync(GarbageHandler.KindName, 0, cancellation) is { } row ? (JobScheduleRow[])[row] : Array.Empty<JobScheduleRow>();
    }

    public async Task<Result<GarbageSettings>> SettingsAsync(Caller caller, CancellationToken cancellation) =>
        await RefuseAsync(caller, "read", cancellation) is { } refusal ? refusal : await _steps.SettingsAsync(cancellation);

    ValueTask<Error?> RefuseAsync(Caller caller, string action, CancellationToken cancellation) => _policy.RefuseAsync(caller, Permissions.Named("garbage-collection:" + action), cancellation);
}

/// <summary>The refusals of garbage collection.</summary>
public static class GarbageErrors
{
    public static Error NotFound { get; } = Error.NotFound("The garbage collection");

    public static Error Type { get; } = Error.Invalid("type", "The type of a schedule is Hourly, Daily, Weekly, Custom, Manual or None.");

    public static Error Workers { get; } = Error.Invalid("workers", "workers is 1 to 10.");
}

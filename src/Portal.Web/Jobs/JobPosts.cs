using System.Globalization;
using Portal.Access;
using Portal.Jobs;
using Portal.Jobs.Upkeep;
using Portal.Kernel;

namespace Portal.Web.Jobs;

/// <summary>What the forms of the dashboard ask for. Each asks for the right again.</summary>
public sealed class JobPosts(JobService jobs, QueueService queues, JobQueries queries, AuditPurgeService purges, RunDoor door, JobRights rights)
{
    public Task<Result> StopAsync(Caller caller, long run) => door.StopAsync(caller, run, default);

    public async Task<Result> RetryAsync(Caller caller, long run) => Bare(await door.RetryAsync(caller, run, default));

    public async Task<Result> PauseAsync(Caller caller, string kind, bool paused) => await RefuseAsync(caller) ?? await queues.PauseAsync(caller, kind, paused, default);

    public async Task<Result> PauseSchedulesAsync(Caller caller, string to) =>
        await RefuseAsync(caller) ?? (to is "pause" or "resume" ? await queues.PauseAsync(caller, JobQueue.Schedules, to == "pause", default) : JobErrors.Action);

    /// <summary>Begins what a schedule of the system would begin.</summary>
    public async Task<Result> RunNowAsync(Caller caller, string kind)
    {
        if (await RefuseAsync(caller) is { } refused) return refused;
        return await queries.ScheduleAsync(kind, 0, default) is { } row ? Bare(await jobs.StartAsync(caller, new(kind, 0, row.ProjectId, row.Parameters), default)) : JobErrors.KindNotFound;
    }

    public async Task<Result> ScheduleAsync(Caller caller, string kind, string cron, string zone)
    {
        if (await RefuseAsync(caller) is { } refused) return refused;
        return await queries.ScheduleAsync(kind, 0, default) is { } row ? await jobs.ScheduleAsync(caller, new(kind, 0, row.ProjectId, row.Parameters, cron, zone.Trim()), default) : JobErrors.KindNotFound;
    }

    public async Task<Result> UnscheduleAsync(Caller caller, string kind)
    {
        if (await RefuseAsync(caller) is { } refused) return refused;
        if (await queries.ScheduleAsync(kind, 0, default) is null) return JobErrors.KindNotFound;
        await jobs.UnscheduleAsync(caller, kind, 0, default);
        return Result.Success;
    }

    /// <summary>Purges the audit log once, or sets the schedule of it.</summary>
    public async Task<Result> PurgeAsync(Caller caller, string hours, string types, string when, bool dry)
    {
        var parameters = AuditPurgeParameters.Create(int.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var kept) ? kept : 0, types, dry);
        if (!parameters.Ok) return parameters.Error;
        return when.Length > 0 ? await purges.ScheduleAsync(caller, when, parameters.Value, default) : Bare(await purges.StartAsync(caller, parameters.Value, default));
    }

    /// <summary>What the schedule of purges asks for, and when; null when there is none.</summary>
    public async Task<(AuditPurgeParameters Parameters, string Cron)?> PurgeScheduleAsync() =>
        await queries.ScheduleAsync(AuditPurgeParameters.Kind, 0, default) is { } row ? (AuditPurgeParameters.From(row.Parameters), row.Cron) : null;

    async Task<Result?> RefuseAsync(Caller caller)
    {
        if (await rights.MayOperateAsync(caller, default)) return null;
        return AccessErrors.Lacks(JobRights.Operate);
    }

    static Result Bare(Result<long> made) => made.Ok ? Result.Success : made.Error;
}

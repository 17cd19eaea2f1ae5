using Portal.Access;
using Portal.Access.Groups;
using Portal.Kernel;

namespace Portal.Jobs.Upkeep;

/// <summary>Asks for purges of the audit log, now or by a schedule. Needs rights on <c>purge-audit</c>.</summary>
public sealed class AuditPurgeService(IAccessPolicy policy, JobService jobs, JobQueries queries)
{
    public static Permission ListRight { get; } = Permissions.Named("purge-audit:list");
    public static Permission ReadRight { get; } = Permissions.Named("purge-audit:read");
    public static Permission CreateRight { get; } = Permissions.Named("purge-audit:create");
    public static Permission UpdateRight { get; } = Permissions.Named("purge-audit:update");
    public static Permission StopRight { get; } = Permissions.Named("purge-audit:stop");

    public async Task<Result<long>> StartAsync(Caller caller, AuditPurgeParameters parameters, CancellationToken cancellation) =>
        await RefuseAsync(caller, cancellation) is { } refusal ? refusal : await jobs.StartAsync(caller, new(AuditPurge.Name, 0, null, parameters.ToJson()), cancellation);

    /// <summary>Sets the schedule, or takes it away when the cron text is null.</summary>
    public async Task<Result> ScheduleAsync(Caller caller, string? cron, AuditPurgeParameters? parameters, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, cancellation) is { } refusal) return refusal;
        if (cron is not null && parameters is not null) return await jobs.ScheduleAsync(caller, new(AuditPurge.Name, 0, null, parameters.ToJson(), cron), cancellation);
        await jobs.UnscheduleAsync(caller, AuditPurge.Name, 0, cancellation);
        return Result.Success;
    }

    /// <summary>One purge.</summary>
    public async Task<Result<JobRunRow>> FindAsync(Caller caller, long id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, ReadRight, cancellation) is { } refusal) return refusal;
        return await queries.RunAsync(id, cancellation) is { Kind: AuditPurge.Name } run ? run : JobErrors.RunNotFound;
    }

    public async Task<Result> StopAsync(Caller caller, long id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, StopRight, cancellation) is { } refusal) return refusal;
        return await queries.RunAsync(id, cancellation) is { Kind: AuditPurge.Name } ? await jobs.StopAsync(caller, id, cancellation) : JobErrors.RunNotFound;
    }

    // the API has two ways to the same change, each with a right of its own
    async ValueTask<Error?> RefuseAsync(Caller caller, CancellationToken cancellation) =>
        await policy.RefuseAsync(caller, UpdateRight, cancellation) is null ? null : await policy.RefuseAsync(caller, CreateRight, cancellation);
}

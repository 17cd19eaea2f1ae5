using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>Pauses and resumes kinds, and all schedules. Rights are the business of whoever calls.</summary>
public sealed class QueueService(Transactions transactions, IChangeFeed feed, AuditLog audit, TimeProvider time)
{
    /// <summary>A paused kind keeps collecting runs and begins none; those under way go on. Nothing happens when it is so already.</summary>
    /// <param name="kind">A kind, or <see cref="JobQueue.Schedules"/> for all schedules.</param>
    public Task<Result> PauseAsync(Caller caller, string kind, bool paused, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        if (!await db.JobQueues.AnyAsync(q => q.Kind == kind, cancellation)) return JobErrors.KindNotFound;
        await PauseAsync(db, caller, [kind], paused, cancellation);
        return Result.Success;
    }, cancellation);

    /// <summary>The same for every kind and for the schedules.</summary>
    public Task<Result> PauseAllAsync(Caller caller, bool paused, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        await PauseAsync(db, caller, await db.JobQueues.Select(q => q.Kind).ToListAsync(cancellation), paused, cancellation);
        return Result.Success;
    }, cancellation);

    async Task PauseAsync(PortalDbContext db, Caller caller, IReadOnlyList<string> kinds, bool paused, CancellationToken cancellation)
    {
        DateTimeOffset? at = paused ? time.GetUtcNow() : null;
        var by = paused ? caller.Name : "";
        foreach (var kind in kinds)
        {
            var changed = await db.JobQueues.Where(q => q.Kind == kind && q.Paused != paused).ExecuteUpdateAsync(s => s
                .SetProperty(q => q.Paused, paused).SetProperty(q => q.PausedAt, at).SetProperty(q => q.PausedBy, by), cancellation);
            if (changed > 0) audit.Add(db, new(caller.Actor, paused ? AuditActions.Pause : AuditActions.Resume, AuditResources.JobQueue, kind));
        }
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, [.. kinds.Select(JobTopics.Queued)]);
    }
}

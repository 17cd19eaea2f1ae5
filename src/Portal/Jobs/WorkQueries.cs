using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Jobs;

/// <summary>A kind and what waits of it.</summary>
/// <param name="Oldest">Since when the one that waits longest does; null when none does.</param>
public sealed record JobQueueRow(string Kind, string Title, JobLane Lane, long Waiting, long Running, DateTimeOffset? Oldest, bool Paused, string PausedBy, DateTimeOffset? PausedAt);

/// <summary>A node and its workers.</summary>
public sealed record JobNodeRow(string Id, string Name, int ProcessId, DateTimeOffset StartedAt, DateTimeOffset BeatAt, int Workers, IReadOnlyList<JobWorkerRow> Busy);

/// <summary>A worker that is at something.</summary>
public sealed record JobWorkerRow(long Run, string Kind, JobLane Lane, DateTimeOffset? StartedAt);

/// <summary>How much is under way.</summary>
/// <param name="Failed">Runs that failed since the time asked for.</param>
public sealed record JobCounts(long Running, long Waiting, long Failed);

/// <summary>Reads what waits, where work is done and by whom. Rights are the business of whoever calls.</summary>
public sealed class WorkQueries(IDbContextFactory<PortalDbContext> contexts)
{
    /// <summary>Every kind, and the row of the schedules, by name.</summary>
    public async Task<IReadOnlyList<JobQueueRow>> QueuesAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.JobQueues.AsNoTracking().OrderBy(q => q.Title).Select(q => new
        {
            Queue = q,
            Waiting = db.JobRuns.LongCount(r => r.Status == JobStatus.Pending && r.Kind == q.Kind),
            Running = db.JobRuns.LongCount(r => r.Status == JobStatus.Running && r.Kind == q.Kind),
            Oldest = db.JobRuns.Where(r => r.Status == JobStatus.Pending && r.Kind == q.Kind).OrderBy(r => r.Id).Select(r => (DateTimeOffset?)r.QueuedAt).FirstOrDefault(),
        }).ToListAsync(cancellation);
        return [.. rows.Select(r => new JobQueueRow(r.Queue.Kind, r.Queue.Title, r.Queue.Lane, r.Waiting, r.Running, r.Oldest, r.Queue.Paused, r.Queue.PausedBy, r.Queue.PausedAt))];
    }

    /// <summary>Every node that is there, with what its workers are at.</summary>
    public async Task<IReadOnlyList<JobNodeRow>> NodesAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var nodes = await db.JobNodes.AsNoTracking().OrderBy(n => n.Name).ThenBy(n => n.Id).ToListAsync(cancellation);
        var busy = await db.JobRuns.AsNoTracking().Where(r => r.Status == JobStatus.Running).OrderBy(r => r.Id).Select(r => new { r.Id, r.Kind, r.Lane, r.StartedAt, r.NodeId }).ToListAsync(cancellation);
        return [.. nodes.Select(n => new JobNodeRow(n.Id, n.Name, n.ProcessId, n.StartedAt, n.BeatAt, n.Prompt + n.Upkeep + n.Transfer + n.Bulk,
            [.. busy.Where(r => r.NodeId == n.Id).Select(r => new JobWorkerRow(r.Id, r.Kind, r.Lane, r.StartedAt))]))];
    }

    public async Task<JobCounts> CountsAsync(DateTimeOffset failedSince, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var running = await db.JobRuns.LongCountAsync(r => r.Status == JobStatus.Running, cancellation);
        var waiting = await db.JobRuns.LongCountAsync(r => r.Status == JobStatus.Pending, cancellation);
        return new(running, waiting, await db.JobRuns.LongCountAsync(r => r.Status == JobStatus.Error && r.EndedAt >= failedSince, cancellation));
    }
}

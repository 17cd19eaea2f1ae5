using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Data;

namespace Portal.Jobs.Engine;

/// <summary>This node's lease, and the end of other nodes'. The database's clock decides, so that clocks of nodes need not agree.</summary>
sealed class NodeLease(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed, IOptions<JobOptions> options, TimeProvider time)
{
    /// <summary>This start of this server.</summary>
    public JobNode Node { get; } = new()
    {
        Id = Guid.NewGuid().ToString("n"),
        Name = options.Value.NodeName.Length > 0 ? options.Value.NodeName : Environment.MachineName.Length > JobNode.MaxName ? Environment.MachineName[..JobNode.MaxName] : Environment.MachineName,
        ProcessId = Environment.ProcessId,
        Prompt = options.Value.PromptWorkers,
        Upkeep = options.Value.UpkeepWorkers,
        Transfer = options.Value.TransferWorkers,
        Bulk = options.Value.BulkWorkers,
    };

    /// <summary>How often it is renewed: five times before it runs out.</summary>
    public TimeSpan Every { get; } = TimeSpan.FromSeconds(options.Value.LeaseSeconds / 5.0);

    /// <summary>Renews the lease; false when it had run out, and a new one was begun: what ran under the old one is no longer this node's.</summary>
    public async Task<bool> RenewAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.JobNodes.Where(n => n.Id == Node.Id).ExecuteUpdateAsync(s => s.SetProperty(n => n.BeatAt, n => DateTimeOffset.UtcNow), cancellation) > 0) return true;
        Node.StartedAt = time.GetUtcNow();
        Node.BeatAt = DateTimeOffset.UtcNow;
        db.JobNodes.Add(Node);
        await db.SaveChangesAsync(cancellation);
        db.ChangeTracker.Clear();
        await db.JobNodes.Where(n => n.Id == Node.Id).ExecuteUpdateAsync(s => s.SetProperty(n => n.BeatAt, n => DateTimeOffset.UtcNow), cancellation);
        return false;
    }

    /// <summary>Takes away leases that ran out and gives their runs back to those that wait.</summary>
    public async Task TakeOverAsync(CancellationToken cancellation)
    {
        var seconds = -options.Value.LeaseSeconds;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.JobNodes.Where(n => n.BeatAt < DateTimeOffset.UtcNow.AddSeconds(seconds)).ExecuteDeleteAsync(cancellation);
        var lost = db.JobRuns.Where(r => r.Status == JobStatus.Running && !db.JobNodes.Any(n => n.Id == r.NodeId));
        if (await lost.AnyAsync(cancellation))
        {
            var now = time.GetUtcNow();
            await lost.Where(r => !r.Stopping && r.Attempt - r.Failures >= RunWorker.MaxLosses).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, JobStatus.Error).SetProperty(r => r.EndedAt, now)
                .SetProperty(r => r.NodeId, (string?)null).SetProperty(r => r.Rate, (double?)null).SetProperty(r => r.Summary, "Given up: it lost its node too often."), cancellation);
            await ReleaseAsync(db, lost, cancellation);
        }
        // asked to stop in the moment between an attempt and the next
        var late = time.GetUtcNow();
        await db.JobRuns.Where(r => r.Status == JobStatus.Pending && r.Stopping).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, JobStatus.Stopped).SetProperty(r => r.EndedAt, late), cancellation);
    }

    /// <summary>Of the runs under this lease: which there are, and which are to stop.</summary>
    public async Task<IReadOnlyList<(long Run, bool Stopping)>> HeldAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var held = await db.JobRuns.Where(r => r.Status == JobStatus.Running && r.NodeId == Node.Id).Select(r => new { r.Id, r.Stopping }).ToListAsync(cancellation);
        return [.. held.Select(r => (r.Id, r.Stopping))];
    }

    /// <summary>Gives one run back to those that wait.</summary>
    public async Task ReleaseAsync(long run, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await ReleaseAsync(db, db.JobRuns.Where(r => r.Id == run && r.NodeId == Node.Id && r.Status == JobStatus.Running), cancellation);
    }

    /// <summary>Gives the lease up, so that others need not wait for its end.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.JobNodes.Where(n => n.Id == Node.Id).ExecuteDeleteAsync(cancellation);
        await ReleaseAsync(db, db.JobRuns.Where(r => r.NodeId == Node.Id && r.Status == JobStatus.Running), cancellation);
    }

    async Task ReleaseAsync(PortalDbContext db, IQueryable<JobRun> runs, CancellationToken cancellation)
    {
        var kinds = await runs.Select(r => r.Kind).Distinct().ToListAsync(cancellation);
        if (kinds.Count == 0) return;
        var now = time.GetUtcNow();
        await runs.ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, r => r.Stopping ? JobStatus.Stopped : JobStatus.Pending).SetProperty(r => r.EndedAt, r => r.Stopping ? now : null)
            .SetProperty(r => r.NodeId, (string?)null).SetProperty(r => r.Rate, (double?)null).SetProperty(r => r.DueAt, now), cancellation);
        await feed.AnnounceAsync(db, cancellation, [.. kinds.Select(JobTopics.Queued)]);
    }
}

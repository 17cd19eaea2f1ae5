using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Jobs.Engine;

/// <summary>Takes waiting runs. Of those who want the same run, or one of the same kind, one goes first: each locks the kind's row before it counts what is under way.</summary>
sealed class RunClaims(IDbContextFactory<PortalDbContext> contexts, Transactions transactions, JobCatalogue catalogue, TimeProvider time)
{
    readonly List<string> _kinds = [.. catalogue.Kinds.Select(k => k.Name)];

    /// <summary>The kinds of these lanes of which a run is due and may begin now, in one small statement.</summary>
    public async Task<IReadOnlyList<(JobLane Lane, string Kind)>> OpenAsync(IReadOnlyList<JobLane> lanes, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var open = await db.JobQueues.Where(q => !q.Paused && lanes.Contains(q.Lane) && _kinds.Contains(q.Kind)
            && db.JobRuns.Any(r => r.Status == JobStatus.Pending && r.Kind == q.Kind && r.DueAt <= now)
            && db.JobRuns.Count(r => r.Status == JobStatus.Running && r.Kind == q.Kind) < q.MaxConcurrent).Select(q => new { q.Lane, q.Kind }).ToListAsync(cancellation);
        return [.. open.Select(q => (q.Lane, q.Kind))];
    }

    /// <summary>Takes the oldest run of these kinds that may begin; null when there is none, or when somebody else was first.</summary>
    public async Task<JobRun?> ClaimAsync(JobNode node, IReadOnlyList<string> kinds, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        long id;
        string kind;
        await using (var db = await contexts.CreateDbContextAsync(cancellation))
        {
            var next = await db.JobRuns.Where(r => r.Status == JobStatus.Pending && kinds.Contains(r.Kind) && r.DueAt <= now
                && !db.JobQueues.Any(q => q.Kind == r.Kind && q.OnePerOwner && db.JobRuns.Any(x => x.Status == JobStatus.Running && x.Kind == r.Kind && x.Owner == r.Owner)))
                .OrderBy(r => r.Id).Select(r => new { r.Id, r.Kind }).FirstOrDefaultAsync(cancellation);
            if (next is null) return null;
            (id, kind) = (next.Id, next.Kind);
        }
        var claimed = await transactions.RunAsync<JobRun?>(async db =>
        {
            if (await db.JobQueues.Where(q => q.Kind == kind && !q.Paused).ExecuteUpdateAsync(s => s.SetProperty(q => q.Claims, q => q.Claims + 1), cancellation) == 0) return (JobRun?)null;
            var taken = await db.JobRuns.Where(r => r.Id == id && r.Status == JobStatus.Pending && db.JobNodes.Any(n => n.Id == node.Id)
                && db.JobQueues.Any(q => q.Kind == kind && db.JobRuns.Count(x => x.Status == JobStatus.Running && x.Kind == kind) < q.MaxConcurrent
                    && (!q.OnePerOwner || !db.JobRuns.Any(x => x.Status == JobStatus.Running && x.Kind == kind && x.Owner == r.Owner))))
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, JobStatus.Running).SetProperty(r => r.NodeId, node.Id).SetProperty(r => r.Node, node.Name)
                    .SetProperty(r => r.Attempt, r => r.Attempt + 1).SetProperty(r => r.StartedAt, r => r.StartedAt ?? now).SetProperty(r => r.Summary, ""), cancellation);
            return taken == 0 ? null : await db.JobRuns.AsNoTracking().SingleAsync(r => r.Id == id, cancellation);
        }, cancellation);
        return claimed.Value;
    }
}

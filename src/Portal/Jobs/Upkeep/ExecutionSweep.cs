using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Data;

namespace Portal.Jobs.Upkeep;

/// <summary>Deletes ended runs beyond what is kept: more than the kind's number for one owner, and older than the days of the options, though never the last of an owner.</summary>
sealed class ExecutionSweep(IDbContextFactory<PortalDbContext> contexts, IOptions<JobOptions> options, TimeProvider time) : IJobHandler
{
    public const string Name = "EXECUTION_SWEEP";

    const int Batch = 500;

    public JobKind Kind { get; } = new(Name, "Sweep of old runs", JobLane.Upkeep, 1) { KeptRuns = 10, MaxAttempts = 3 };

    public async Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation)
    {
        var deleted = 0L;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var queue in await db.JobQueues.AsNoTracking().ToListAsync(cancellation))
        {
            var ended = db.JobRuns.Where(r => r.Kind == queue.Kind && r.EndedAt != null && r.Id != run.Id);
            var kept = Math.Max(1, queue.KeptRuns);
            foreach (var owner in await ended.GroupBy(r => r.Owner).Where(g => g.Count() > kept).Select(g => g.Key).ToListAsync(cancellation))
            {
                var beyond = await ended.Where(r => r.Owner == owner).OrderByDescending(r => r.Id).Skip(kept).Select(r => r.Id).FirstOrDefaultAsync(cancellation);
                deleted += await DeleteAsync(run, db, ended.Where(r => r.Owner == owner && r.Id <= beyond), deleted, cancellation);
            }
            var before = time.GetUtcNow().AddDays(-options.Value.KeptDays);
            deleted += await DeleteAsync(run, db, ended.Where(r => r.EndedAt < before && db.JobRuns.Any(x => x.Kind == r.Kind && x.Owner == r.Owner && x.EndedAt != null && x.Id > r.Id)), deleted, cancellation);
        }
        return new(JobStatus.Success, string.Create(CultureInfo.InvariantCulture, $"{deleted} {(deleted == 1 ? "run" : "runs")} deleted."));
    }

    static async Task<long> DeleteAsync(IJobRun run, PortalDbContext db, IQueryable<JobRun> runs, long before, CancellationToken cancellation)
    {
        for (var deleted = 0L; ; run.Progress(before + deleted, 0, "runs"))
        {
            cancellation.ThrowIfCancellationRequested();
            var ids = await runs.OrderBy(r => r.Id).Take(Batch).Select(r => r.Id).ToListAsync(cancellation);
            if (ids.Count == 0) return deleted;
            deleted += await db.JobRuns.Where(r => ids.Contains(r.Id)).ExecuteDeleteAsync(cancellation);
        }
    }
}

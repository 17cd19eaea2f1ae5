using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Data;

namespace Portal.Jobs.Scheduling;

/// <summary>Makes the run that a schedule asks for. The same schedule and time make one run, however often and on however many nodes they fire.</summary>
sealed class ScheduleFiring(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, JobCatalogue catalogue, IChangeFeed feed, TimeProvider time, ILogger<ScheduleFiring> log)
{
    /// <summary>Gives the run's id; null when none was made: paused, taken away, made already, or its last one still waits.</summary>
    public async Task<long?> FireAsync(int schedule, DateTimeOffset due, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.JobSchedules.AsNoTracking().SingleOrDefaultAsync(s => s.Id == schedule, cancellation) is not { } row) return null;
        if (await db.JobQueues.AnyAsync(q => q.Kind == JobQueue.Schedules && q.Paused, cancellation)) return null;
        if (catalogue.Find(row.Kind) is not { } kind)
        {
            log.LogWarning("The schedule {Schedule} asks for {Kind}, which this server cannot do", schedule, row.Kind);
            return null;
        }
        // where work is paused or slow, one that waits is enough
        if (await db.JobRuns.AnyAsync(r => r.Kind == row.Kind && r.Owner == row.Owner && r.Status == JobStatus.Pending && r.Trigger == JobTrigger.Schedule, cancellation)) return null;
        var key = FormattableString.Invariant($"{row.Id}/{due.UtcDateTime:yyyy-MM-ddTHH:mm:ss}");
        if (await db.JobRuns.AnyAsync(r => r.FireKey == key, cancellation)) return null;
        var run = JobService.NewRun(kind, new(row.Kind, row.Owner, row.ProjectId, row.Parameters, JobTrigger.Schedule), row.Actor, time.GetUtcNow());
        run.FireKey = key;
        db.JobRuns.Add(run);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (Exception e) when (provider.IsUniqueViolation(e))
        {
            // another node made it in the same moment
            return null;
        }
        await feed.AnnounceAsync(db, cancellation, JobTopics.Queued(run.Kind));
        return run.Id;
    }
}

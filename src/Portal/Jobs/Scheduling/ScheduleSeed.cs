using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs.Scheduling;

/// <summary>Writes down the kinds of this server and, once, their built-in schedules.</summary>
sealed class ScheduleSeed(Transactions transactions, JobCatalogue catalogue, IChangeFeed feed, TimeProvider time)
{
    public Task RunAsync(CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        var rows = await db.JobQueues.ToDictionaryAsync(q => q.Kind, StringComparer.Ordinal, cancellation);
        if (!rows.ContainsKey(JobQueue.Schedules)) db.JobQueues.Add(new() { Kind = JobQueue.Schedules, Title = "Schedules" });
        var seeded = new List<ChangeNotice>();
        foreach (var kind in catalogue.Kinds)
        {
            if (!rows.TryGetValue(kind.Name, out var row)) db.JobQueues.Add(row = new() { Kind = kind.Name });
            (row.Title, row.Lane, row.MaxConcurrent, row.OnePerOwner, row.KeptRuns) = (kind.Title, kind.Lane, Math.Max(1, kind.MaxConcurrent), kind.OnePerOwner, kind.KeptRuns);
            if (row.Seeded || catalogue.Schedule(kind.Name) is not { } schedule) continue;
            row.Seeded = true;
            if (await db.JobSchedules.AnyAsync(s => s.Kind == kind.Name && s.Owner == 0, cancellation)) continue;
            var now = time.GetUtcNow();
            var cron = CronText.Parse(schedule.Cron, now).Value;
            db.JobSchedules.Add(new() { Kind = kind.Name, Cron = cron.Text, Parameters = schedule.Parameters, Actor = Caller.Portal.Name, CreatedAt = now, UpdatedAt = now, Revision = 1 });
            seeded.Add(JobTopics.Scheduled(kind.Name));
        }
        await db.SaveChangesAsync(cancellation);
        if (seeded.Count > 0) await feed.AnnounceAsync(db, cancellation, [.. seeded]);
        return Result.Success;
    }, cancellation);
}

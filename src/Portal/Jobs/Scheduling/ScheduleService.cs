using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs.Scheduling;

/// <summary>Sets and takes away schedules.</summary>
public sealed class ScheduleService(Transactions transactions, JobCatalogue catalogue, IChangeFeed feed, AuditLog audit, TimeProvider time)
{
    internal async Task<Result> SetAsync(Caller caller, JobScheduleRequest request, CancellationToken cancellation)
    {
        if (catalogue.Find(request.Kind) is null) return JobErrors.UnknownKind(request.Kind);
        if (!JobService.IsJson(request.Parameters)) return JobErrors.Parameters;
        var cron = CronText.Parse(request.Cron, time.GetUtcNow());
        if (!cron.Ok) return cron.Error;
        if (CronText.Zone(request.TimeZone) is { Ok: false } wrong) return wrong.Error!;
        return await transactions.RunAsync(async db =>
        {
            var row = await db.JobSchedules.SingleOrDefaultAsync(s => s.Kind == request.Kind && s.Owner == request.Owner, cancellation);
            var before = row is null ? null : State(row);
            if (row is null) db.JobSchedules.Add(row = new() { Kind = request.Kind, Owner = request.Owner, CreatedAt = time.GetUtcNow() });
            (row.ProjectId, row.Cron, row.TimeZone, row.Parameters) = (request.ProjectId, cron.Value.Text, request.TimeZone ?? "", request.Parameters);
            (row.Actor, row.UpdatedAt, row.Revision) = (caller.Name, time.GetUtcNow(), row.Revision + 1);
            audit.Add(db, new(caller.Actor, before is null ? AuditActions.Create : AuditActions.Update, AuditResources.JobSchedule, JobService.Name(row.Kind, row.Owner), row.ProjectId) { Before = before, After = State(row) });
            await db.SaveChangesAsync(cancellation);
            await feed.AnnounceAsync(db, cancellation, JobTopics.Scheduled(row.Kind));
            return Result.Success;
        }, cancellation);
    }

    internal Task RemoveAsync(Caller caller, string kind, long owner, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        if (await db.JobSchedules.SingleOrDefaultAsync(s => s.Kind == kind && s.Owner == owner, cancellation) is not { } row) return Result.Success;
        db.JobSchedules.Remove(row);
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.JobSchedule, JobService.Name(kind, owner), row.ProjectId) { Before = State(row) });
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, JobTopics.Scheduled(kind));
        return Result.Success;
    }, cancellation);

    static object State(JobSchedule row) => new { cron = row.Cron, timeZone = row.TimeZone.Length == 0 ? "UTC" : row.TimeZone, parameters = row.Parameters };
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Jobs.Scheduling;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>Asks for runs, stops and retries them. Rights are the business of whoever calls.</summary>
public sealed class JobService(Transactions transactions, JobCatalogue catalogue, ScheduleService schedules, IChangeFeed feed, AuditLog audit, TimeProvider time) : IJobs
{
    public async Task<Result<long>> StartAsync(Caller caller, JobRequest request, CancellationToken cancellation)
    {
        if (catalogue.Find(request.Kind) is not { } kind) return JobErrors.UnknownKind(request.Kind);
        if (!IsJson(request.Parameters)) return JobErrors.Parameters;
        return await transactions.RunAsync<long>(async db =>
        {
            var run = NewRun(kind, request, caller.Name, time.GetUtcNow());
            db.JobRuns.Add(run);
            await db.SaveChangesAsync(cancellation);
            // what schedules and events begin is told by the run itself
            if (request.Trigger == JobTrigger.Manual)
            {
                audit.Add(db, new(caller.Actor, AuditActions.Start, AuditResources.Job, Name(run.Kind, run.Id), run.ProjectId) { After = new { kind = run.Kind, owner = run.Owner, parameters = run.Parameters } });
                await db.SaveChangesAsync(cancellation);
            }
            await feed.AnnounceAsync(db, cancellation, JobTopics.Queued(run.Kind));
            return run.Id;
        }, cancellation);
    }

    public Task<Result> StopAsync(Caller caller, long run, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        var stopped = await StopAsync(db, db.JobRuns.Where(r => r.Id == run), caller, cancellation);
        if (stopped == 0 && !await db.JobRuns.AnyAsync(r => r.Id == run, cancellation)) return JobErrors.RunNotFound;
        return Result.Success;
    }, cancellation);

    /// <summary>Stops every run that waits or is under way, or only those that wait, of one kind or of all; gives their number.</summary>
    public Task<Result<int>> StopAllAsync(Caller caller, string? kind, bool waitingOnly, CancellationToken cancellation) => transactions.RunAsync<int>(async db =>
    {
        var runs = db.JobRuns.Where(r => r.Status == JobStatus.Pending || (!waitingOnly && r.Status == JobStatus.Running));
        if (kind is not null) runs = runs.Where(r => r.Kind == kind);
        return await StopAsync(db, runs, caller, cancellation);
    }, cancellation);

    /// <summary>Begins the work of a run that has ended anew, as a run of its own; gives its id.</summary>
    public async Task<Result<long>> RetryAsync(Caller caller, long run, CancellationToken cancellation)
    {
        var found = await transactions.RunAsync<JobRequest>(async db =>
        {
            var old = await db.JobRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run, cancellation);
            if (old is null) return JobErrors.RunNotFound;
            return old.EndedAt is null ? JobErrors.StillOpen : new JobRequest(old.Kind, old.Owner, old.ProjectId, old.Parameters);
        }, cancellation);
        return found.Ok ? await StartAsync(caller, found.Value, cancellation) : found.Error;
    }

    public Task<Result> ScheduleAsync(Caller caller, JobScheduleRequest request, CancellationToken cancellation) => schedules.SetAsync(caller, request, cancellation);

    public Task UnscheduleAsync(Caller caller, string kind, long owner, CancellationToken cancellation) => schedules.RemoveAsync(caller, kind, owner, cancellation);

    internal static JobRun NewRun(JobKind kind, JobRequest request, string actor, DateTimeOffset now) => new()
    {
        Kind = kind.Name,
        Owner = request.Owner,
        ProjectId = request.ProjectId,
        Lane = kind.Lane,
        Trigger = request.Trigger,
        Actor = actor,
        Parameters = request.Parameters,
        QueuedAt = now,
        DueAt = now,
    };

    /// <summary>What audit rows call a run.</summary>
    internal static string Name(string kind, long run) => string.Create(CultureInfo.InvariantCulture, $"{kind}/{run}");

    /// <summary>A JSON object within the bound, which databases can hold.</summary>
    internal static bool IsJson(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > JobRun.MaxJson || text.Contains('\0', StringComparison.Ordinal)) return false;
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    async Task<int> StopAsync(PortalDbContext db, IQueryable<JobRun> asked, Caller caller, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var open = await asked.Where(r => (r.Status == JobStatus.Pending || r.Status == JobStatus.Running) && !r.Stopping).Select(r => new { r.Id, r.Kind, r.ProjectId }).ToListAsync(cancellation);
        if (open.Count == 0) return 0;
        var ids = open.Select(r => r.Id).ToList();
        // one that is claimed between the two is under way for the second; one that waits again keeps the mark and is stopped by whoever claims it
        await db.JobRuns.Where(r => ids.Contains(r.Id) && r.Status == JobStatus.Pending).ExecuteUpdateAsync(s => s
            .SetProperty(r => r.Status, JobStatus.Stopped).SetProperty(r => r.StoppedBy, caller.Name).SetProperty(r => r.EndedAt, now).SetProperty(r => r.Summary, "Stopped while it waited."), cancellation);
        await db.JobRuns.Where(r => ids.Contains(r.Id) && (r.Status == JobStatus.Running || r.Status == JobStatus.Pending)).ExecuteUpdateAsync(s => s
            .SetProperty(r => r.Stopping, true).SetProperty(r => r.StoppedBy, caller.Name), cancellation);
        foreach (var run in open) audit.Add(db, new(caller.Actor, AuditActions.Stop, AuditResources.Job, Name(run.Kind, run.Id), run.ProjectId));
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, [.. ids.Select(JobTopics.Stopping)]);
        return open.Count;
    }
}

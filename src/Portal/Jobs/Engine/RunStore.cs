using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs.Engine;

/// <summary>A run that was claimed: which one, under which lease, at which attempt. A write of somebody whose lease is gone changes nothing.</summary>
sealed record Claim(long Run, string Node, int Attempt);

/// <summary>How far a run came.</summary>
sealed record RunProgress(long Done, long Total, string Unit, double? Rate);

/// <summary>Writes what a run under way tells. Everything answers false when the lease is gone.</summary>
sealed class RunStore(IDbContextFactory<PortalDbContext> contexts, Transactions transactions, IChangeFeed feed, TimeProvider time)
{
    public async Task<bool> SaveAsync(Claim claim, RunProgress progress, LogChange? log, CancellationToken cancellation)
    {
        if (log is null)
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            return await WriteAsync(db, claim, progress, cancellation);
        }
        return (await transactions.RunAsync<bool>(async db =>
        {
            if (!await WriteAsync(db, claim, progress, cancellation)) return false;
            await WriteAsync(db, claim, log, cancellation);
            return true;
        }, cancellation)).Value;
    }

    public async Task<bool> CheckpointAsync(Claim claim, string json, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Mine(db, claim).ExecuteUpdateAsync(s => s.SetProperty(r => r.Checkpoint, json), cancellation) > 0;
    }

    /// <summary>Begins a task, or begins it anew; null when the lease is gone.</summary>
    public async Task<long?> BeginTaskAsync(Claim claim, string name, CancellationToken cancellation)
    {
        var begun = await transactions.RunAsync<long>(async db =>
        {
            if (!await Mine(db, claim).AnyAsync(cancellation)) return 0;
            var now = time.GetUtcNow();
            var task = await db.JobTasks.SingleOrDefaultAsync(t => t.RunId == claim.Run && t.Name == name, cancellation);
            if (task is null) db.JobTasks.Add(task = new() { RunId = claim.Run, Name = name });
            (task.Status, task.StartedAt, task.EndedAt, task.Detail) = (JobStatus.Running, now, null, null);
            await db.SaveChangesAsync(cancellation);
            return task.Id;
        }, cancellation);
        return begun.Value == 0 ? null : begun.Value;
    }

    public async Task<bool> EndTaskAsync(Claim claim, long task, JobStatus status, string? detail, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        return await db.JobTasks.Where(t => t.Id == task && t.RunId == claim.Run && db.JobRuns.Any(r => r.Id == claim.Run && r.NodeId == claim.Node && r.Attempt == claim.Attempt))
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.Status, status).SetProperty(t => t.EndedAt, now).SetProperty(t => t.Detail, detail), cancellation) > 0;
    }

    /// <summary>Ends a run for good, with what it told last.</summary>
    public Task<Result> FinishAsync(Claim claim, JobOutcome outcome, int failures, RunProgress progress, LogChange? log, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        if (!await WriteAsync(db, claim, progress, cancellation)) return Result.Success;
        if (log is not null) await WriteAsync(db, claim, log, cancellation);
        var now = time.GetUtcNow();
        await Mine(db, claim).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, outcome.Status).SetProperty(r => r.Summary, outcome.Summary).SetProperty(r => r.EndedAt, now)
            .SetProperty(r => r.Failures, failures).SetProperty(r => r.NodeId, (string?)null).SetProperty(r => r.Rate, (double?)null).SetProperty(r => r.Stopping, false), cancellation);
        // what it left open ended with it
        var left = outcome.Status == JobStatus.Success ? JobStatus.Stopped : outcome.Status;
        await db.JobTasks.Where(t => t.RunId == claim.Run && t.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(t => t.Status, left).SetProperty(t => t.EndedAt, now), cancellation);
        return Result.Success;
    }, cancellation);

    /// <summary>Gives a run back to those that wait; one that was asked to stop ends instead.</summary>
    /// <param name="due">Not to be claimed before.</param>
    public Task<Result> ReleaseAsync(Claim claim, int failures, DateTimeOffset due, string summary, RunProgress progress, LogChange? log, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        if (!await WriteAsync(db, claim, progress, cancellation)) return Result.Success;
        if (log is not null) await WriteAsync(db, claim, log, cancellation);
        var kind = await Mine(db, claim).Select(r => r.Kind).SingleAsync(cancellation);
        var now = time.GetUtcNow();
        await Mine(db, claim).ExecuteUpdateAsync(s => s.SetProperty(r => r.Status, r => r.Stopping ? JobStatus.Stopped : JobStatus.Pending).SetProperty(r => r.EndedAt, r => r.Stopping ? now : null)
            .SetProperty(r => r.Failures, failures).SetProperty(r => r.DueAt, due).SetProperty(r => r.Summary, summary).SetProperty(r => r.NodeId, (string?)null).SetProperty(r => r.Rate, (double?)null), cancellation);
        await feed.AnnounceAsync(db, cancellation, JobTopics.Queued(kind));
        return Result.Success;
    }, cancellation);

    /// <summary>The log as earlier attempts left it.</summary>
    public async Task<RunLog> LogAsync(long run, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var parts = await db.JobLogParts.Where(p => p.RunId == run).OrderBy(p => p.Number).Select(p => new { p.Number, p.Tail, p.Lines, p.Bytes }).ToListAsync(cancellation);
        var omitted = await db.JobRuns.Where(r => r.Id == run).Select(r => r.LogOmitted).SingleOrDefaultAsync(cancellation);
        return new(parts.Select(p => (p.Number, p.Tail, p.Lines, p.Bytes)), omitted);
    }

    static IQueryable<JobRun> Mine(PortalDbContext db, Claim claim) =>
        db.JobRuns.Where(r => r.Id == claim.Run && r.NodeId == claim.Node && r.Attempt == claim.Attempt && r.Status == JobStatus.Running);

    static async Task<bool> WriteAsync(PortalDbContext db, Claim claim, RunProgress progress, CancellationToken cancellation) =>
        await Mine(db, claim).ExecuteUpdateAsync(s => s.SetProperty(r => r.Done, progress.Done).SetProperty(r => r.Total, progress.Total).SetProperty(r => r.Unit, progress.Unit)
            .SetProperty(r => r.Rate, progress.Rate), cancellation) > 0;

    static async Task WriteAsync(PortalDbContext db, Claim claim, LogChange log, CancellationToken cancellation)
    {
        if (log.Removed.Count > 0) await db.JobLogParts.Where(p => p.RunId == claim.Run && log.Removed.Contains(p.Number)).ExecuteDeleteAsync(cancellation);
        foreach (var part in log.Added) db.JobLogParts.Add(new() { RunId = claim.Run, Number = part.Number, Tail = part.Tail, Lines = part.Lines, Bytes = part.Bytes, Text = part.Text });
        await db.SaveChangesAsync(cancellation);
        await db.JobRuns.Where(r => r.Id == claim.Run).ExecuteUpdateAsync(s => s.SetProperty(r => r.LogOmitted, log.Omitted), cancellation);
    }
}

using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>Reads runs, tasks, logs and schedules. Rights are the business of whoever calls.</summary>
public sealed class JobQueries(IDbContextFactory<PortalDbContext> contexts, TimeProvider time) : IJobQueries
{
    const int MaxPage = 1_000_000;

    static readonly Expression<Func<JobRun, JobRunRow>> Row = r => new(r.Id, r.Kind, r.Owner, r.ProjectId, r.Trigger, r.Status, r.Actor, r.QueuedAt, r.StartedAt, r.EndedAt,
        r.Done, r.Total, r.Unit, r.Rate, r.Stopping, r.Attempt, r.Node, r.Summary, r.Parameters);

    public async Task<JobRunPage> RunsAsync(JobRunFilter filter, CancellationToken cancellation)
    {
        var (size, page) = (Math.Clamp(filter.PageSize, 1, PageRequest.MaxTake), Math.Clamp(filter.Page, 1, MaxPage));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var runs = Filtered(db.JobRuns.AsNoTracking(), filter);
        var rows = await Sorted(runs, filter.Sort).Skip((page - 1) * size).Take(size).Select(Row).ToListAsync(cancellation);
        var total = rows.Count < size && (rows.Count > 0 || page == 1) ? ((long)page - 1) * size + rows.Count : await runs.LongCountAsync(cancellation);
        return new(rows, total);
    }

    public async Task<JobRunRow?> RunAsync(long id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.JobRuns.AsNoTracking().Where(r => r.Id == id).Select(Row).FirstOrDefaultAsync(cancellation);
    }

    public async Task<JobTaskPage> TasksAsync(long run, int page, int pageSize, CancellationToken cancellation)
    {
        (page, pageSize) = (Math.Clamp(page, 1, MaxPage), Math.Clamp(pageSize, 1, PageRequest.MaxTake));
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var tasks = db.JobTasks.AsNoTracking().Where(t => t.RunId == run);
        var rows = await tasks.OrderBy(t => t.Id).Skip((page - 1) * pageSize).Take(pageSize)
            .Select(t => new JobTaskRow(t.Id, t.RunId, t.Name, t.Status, t.StartedAt, t.EndedAt, t.Detail)).ToListAsync(cancellation);
        var total = rows.Count < pageSize && (rows.Count > 0 || page == 1) ? ((long)page - 1) * pageSize + rows.Count : await tasks.LongCountAsync(cancellation);
        return new(rows, total);
    }

    public async Task<string?> LogAsync(long run, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.JobRuns.Where(r => r.Id == run).Select(r => (long?)r.LogOmitted).FirstOrDefaultAsync(cancellation) is not { } omitted) return null;
        var parts = await db.JobLogParts.AsNoTracking().Where(p => p.RunId == run).OrderBy(p => p.Number).Select(p => new { p.Tail, p.Text }).ToListAsync(cancellation);
        var text = new StringBuilder();
        foreach (var part in parts.Where(p => !p.Tail)) text.Append(part.Text);
        if (omitted > 0) text.Append(CultureInfo.InvariantCulture, $"… {omitted} lines left out …\n");
        foreach (var part in parts.Where(p => p.Tail)) text.Append(part.Text);
        return text.ToString();
    }

    /// <summary>The end of a log, for showing it live: about as many lines as wanted; empty when there is none.</summary>
    public async Task<string> LogEndAsync(long run, int lines, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // parts have up to 250 lines; short ones come from what is saved twice a second
        var parts = await db.JobLogParts.AsNoTracking().Where(p => p.RunId == run).OrderByDescending(p => p.Number).Take(Math.Clamp(lines, 1, 1_000)).Select(p => p.Text).ToListAsync(cancellation);
        parts.Reverse();
        var all = string.Concat(parts).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', all.Skip(Math.Max(0, all.Length - lines)));
    }

    public async Task<JobScheduleRow?> ScheduleAsync(string kind, long owner, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.JobSchedules.AsNoTracking().FirstOrDefaultAsync(s => s.Kind == kind && s.Owner == owner, cancellation);
        return row is null ? null : Schedule(row, await PausedAsync(db, cancellation));
    }

    /// <summary>One page of all schedules, by kind and owner.</summary>
    public async Task<Page<JobScheduleRow>> SchedulesAsync(PageRequest page, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var paused = await PausedAsync(db, cancellation);
        var rows = await db.JobSchedules.AsNoTracking().OrderBy(s => s.Kind).ThenBy(s => s.Owner).ToPageAsync(page, () => db.JobSchedules.CountAsync(cancellation), cancellation);
        return new([.. rows.Items.Select(row => Schedule(row, paused))], rows.Total);
    }

    /// <summary>Whether all schedules are paused.</summary>
    public async Task<bool> SchedulesPausedAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await PausedAsync(db, cancellation);
    }

    static Task<bool> PausedAsync(PortalDbContext db, CancellationToken cancellation) => db.JobQueues.AnyAsync(q => q.Kind == JobQueue.Schedules && q.Paused, cancellation);

    JobScheduleRow Schedule(JobSchedule row, bool paused)
    {
        var now = time.GetUtcNow();
        var (cron, zone) = (CronText.Parse(row.Cron, now), CronText.Zone(row.TimeZone));
        var words = cron.Ok ? cron.Value.WordsIn(row.TimeZone) : row.Cron;
        IReadOnlyList<DateTimeOffset> next = paused || !cron.Ok || !zone.Ok ? [] : cron.Value.Next(now, zone.Value);
        return new(row.Kind, row.Owner, row.ProjectId, row.Cron, row.TimeZone.Length == 0 ? "UTC" : row.TimeZone, words, row.Parameters, row.Actor, row.UpdatedAt, next) { Id = row.Id, CreatedAt = row.CreatedAt };
    }

    static IQueryable<JobRun> Filtered(IQueryable<JobRun> runs, JobRunFilter filter)
    {
        if (filter.Kind is { } kind) runs = runs.Where(r => r.Kind == kind);
        if (filter.Kinds is { } kinds) runs = runs.Where(r => kinds.Contains(r.Kind));
        if (filter.Owner is { } owner) runs = runs.Where(r => r.Owner == owner);
        if (filter.ProjectId is { } project) runs = runs.Where(r => r.ProjectId == project);
        if (filter.Projects is { } projects) runs = runs.Where(r => r.ProjectId != null && projects.Contains(r.ProjectId.Value));
        if (filter.Status is { } status) runs = runs.Where(r => r.Status == status);
        if (filter.Trigger is { } trigger) runs = runs.Where(r => r.Trigger == trigger);
        if (filter.Since is { } since) runs = runs.Where(r => r.QueuedAt >= since.ToUniversalTime());
        if (filter.Ended is { } ended) runs = ended ? runs.Where(r => r.EndedAt != null) : runs.Where(r => r.EndedAt == null);
        if (string.IsNullOrWhiteSpace(filter.Text)) return runs;
        var like = Like.Contains(filter.Text.Trim().ToLowerInvariant());
        return runs.Where(r => EF.Functions.Like(r.Kind.ToLower(), like, Like.Escape) || EF.Functions.Like(r.Actor.ToLower(), like, Like.Escape) || EF.Functions.Like(r.Summary.ToLower(), like, Like.Escape));
    }

    static IQueryable<JobRun> Sorted(IQueryable<JobRun> runs, string? sort) => sort switch
    {
        "id" => runs.OrderBy(r => r.Id),
        "status" => runs.OrderBy(r => r.Status).ThenByDescending(r => r.Id),
        "-status" => runs.OrderByDescending(r => r.Status).ThenByDescending(r => r.Id),
        "started" => runs.OrderBy(r => r.StartedAt ?? r.QueuedAt).ThenByDescending(r => r.Id),
        "-started" => runs.OrderByDescending(r => r.StartedAt ?? r.QueuedAt).ThenByDescending(r => r.Id),
        _ => runs.OrderByDescending(r => r.Id),
    };
}

using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;

namespace Portal.Jobs.Upkeep;

/// <summary>
/// Deletes old rows of the audit log. It walks along the ids, which are in the order of time but for what was written in the same moment, and leaves alone what is
/// younger than the limit or of another type.
/// </summary>
sealed class AuditPurge(IDbContextFactory<PortalDbContext> contexts, AuditLog audit, TimeProvider time) : IJobHandler
{
    public const string Name = "PURGE_AUDIT_LOG";

    const int Batch = 1_000;

    // rows written in batches may come a little later than their time says
    static readonly TimeSpan Disorder = TimeSpan.FromHours(1);

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public JobKind Kind { get; } = new(Name, "Audit log clean-up", JobLane.Upkeep, 1) { KeptRuns = 10, MaxAttempts = 3 };

    public async Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation)
    {
        var parameters = AuditPurgeParameters.From(run.Parameters);
        var at = run.Checkpoint is { } saved ? JsonSerializer.Deserialize<Position>(saved, Json)! : new Position(0, 0, time.GetUtcNow().AddHours(-parameters.RetentionHours));
        run.Log($"{(parameters.DryRun ? "Counts" : "Deletes")} rows from before {at.Before:yyyy-MM-dd HH:mm:ss} UTC of {(parameters.EventTypes.Count == 0 ? "every type" : string.Join(", ", parameters.EventTypes))}.");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var matching = db.AuditEvents.Where(e => e.At < at.Before).Where(Wanted(parameters.EventTypes));
        var total = at.Found + await matching.LongCountAsync(e => e.Id > at.Last, cancellation);
        while (await NextAsync(db, at, cancellation) is { } last)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = matching.Where(e => e.Id > at.Last && e.Id <= last);
            at = at with { Last = last, Found = at.Found + (parameters.DryRun ? await rows.LongCountAsync(cancellation) : await rows.ExecuteDeleteAsync(cancellation)) };
            run.Progress(at.Found, Math.Max(total, at.Found), "rows");
            await run.SaveCheckpointAsync(JsonSerializer.Serialize(at, Json), cancellation);
        }
        var text = string.Create(CultureInfo.InvariantCulture, $"{at.Found} {(at.Found == 1 ? "row" : "rows")} {(parameters.DryRun ? "would be deleted" : "deleted")}.");
        run.Log(text);
        if (!parameters.DryRun && at.Found > 0)
            await audit.WriteAsync(new(new(run.Actor, null, "", ""), AuditActions.Purge, AuditResources.AuditLog, JobService.Name(Name, run.Id)) { After = new { before = at.Before, deleted = at.Found, types = parameters.EventTypes } }, cancellation);
        return new(JobStatus.Success, text);
    }

    /// <summary>The last id of the next batch; null behind the rows that are old.</summary>
    static async Task<long?> NextAsync(PortalDbContext db, Position at, CancellationToken cancellation)
    {
        var limit = at.Before + Disorder;
        var ids = await db.AuditEvents.Where(e => e.Id > at.Last).OrderBy(e => e.Id).Take(Batch).Select(e => new { e.Id, e.At }).ToListAsync(cancellation);
        return ids.Count == 0 || ids[0].At >= limit ? null : ids[^1].Id;
    }

    /// <summary>True for rows of one of the types; of all when none is named.</summary>
    static Expression<Func<AuditEvent, bool>> Wanted(IReadOnlyList<string> types)
    {
        if (types.Count == 0) return _ => true;
        var named = types.Where(t => t != AuditPurgeParameters.Other).ToList();
        var first = AuditPurgeParameters.First;
        return types.Contains(AuditPurgeParameters.Other)
            ? e => named.Contains(e.Action + "_" + e.ResourceType) || !first.Contains(e.Action + "_" + e.ResourceType)
            : e => named.Contains(e.Action + "_" + e.ResourceType);
    }

    /// <summary>How far it came.</summary>
    /// <param name="Last">The id behind which it goes on.</param>
    /// <param name="Before">Decided when it began, so that a second attempt deletes no more than the first would have.</param>
    sealed record Position(long Last, long Found, DateTimeOffset Before);
}

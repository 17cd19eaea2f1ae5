using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;
using Portal.Retention.Planning;

namespace Portal.Retention;

/// <summary>Keeps plans with their repositories and verdicts; of each project the last <see cref="MaxPlans"/>, and always those that wait.</summary>
sealed class PlanStore(Transactions transactions, IDatabaseProvider provider)
{
    public const int MaxPlans = 50;
    const int Chunk = 10_000;

    static readonly AppendColumn[] RepositoryColumns =
        [new("PlanId", AppendType.Long), new("Repository", AppendType.Text), new("Total", AppendType.Int), new("Retained", AppendType.Int), new("Deleted", AppendType.Int), new("Bytes", AppendType.Long), new("Refusal", AppendType.Text), new("DeletionId", AppendType.Long)];

    static readonly AppendColumn[] VerdictColumns =
        [new("PlanId", AppendType.Long), new("Repository", AppendType.Text), new("Tag", AppendType.Text), new("Digest", AppendType.Text), new("Verdict", AppendType.Int), new("Rule", AppendType.Text), new("Reason", AppendType.Text), new("PushedAt", AppendType.Time), new("Bytes", AppendType.Long)];

    /// <summary>Saves a new plan in the place of one that an earlier attempt of the same run made.</summary>
    public async Task<RetentionPlan> SaveAsync(RetentionPlan row, ProjectPlan plan, CancellationToken cancellation)
    {
        (row.Repositories, row.Kept, row.Deleted, row.Skipped, row.Held, row.Bytes, row.Fingerprint) = (plan.Repositories.Count, plan.Kept, plan.Deleted, plan.Skipped, plan.Held, plan.Bytes, plan.Fingerprint());
        await transactions.RunAsync(async db =>
        {
            row.Id = 0;
            await db.RetentionPlans.Where(p => p.RunId == row.RunId && p.ProjectId == row.ProjectId).ExecuteDeleteAsync(cancellation);
            // of several that wait the newest counts
            await db.RetentionPlans.Where(p => p.ProjectId == row.ProjectId && p.State == PlanState.Waiting && !row.DryRun).ExecuteUpdateAsync(s => s.SetProperty(p => p.State, PlanState.Outdated), cancellation);
            var old = await db.RetentionPlans.Where(p => p.ProjectId == row.ProjectId && p.State != PlanState.Waiting).OrderByDescending(p => p.Id).Skip(MaxPlans - 1).Select(p => p.Id).ToListAsync(cancellation);
            if (old.Count > 0) await db.RetentionPlans.Where(p => old.Contains(p.Id)).ExecuteDeleteAsync(cancellation);
            db.RetentionPlans.Add(row);
            await db.SaveChangesAsync(cancellation);
            foreach (var part in plan.Repositories.Chunk(Chunk))
                await provider.AppendAsync(db, "retention.plan_repository", RepositoryColumns, [.. part.Select(r => new object?[] { row.Id, r.Name, r.Total, r.Total - r.Deleted, r.Deleted, r.Bytes, "", 0L })], cancellation);
            foreach (var part in plan.Rows.Chunk(Chunk))
                await provider.AppendAsync(db, "retention.verdict", VerdictColumns, [.. part.Select(v => new object?[] { row.Id, v.Repository, v.Tag, v.Digest, (int)v.Verdict, v.Rule, v.Reason, v.PushedAt, v.Bytes })], cancellation);
            return Result.Success;
        }, cancellation);
        return row;
    }

    /// <summary>Writes down what could not go and what can be taken back.</summary>
    public Task FinishAsync(long planId, ProjectPlan plan, Dictionary<long, string> refusals, Dictionary<long, long> deletions, long refused, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        var rows = await db.RetentionPlanRepositories.Where(r => r.PlanId == planId && r.Deleted > 0).ToDictionaryAsync(r => r.Repository, StringComparer.Ordinal, cancellation);
        foreach (var repository in plan.Repositories)
        {
            if (!rows.TryGetValue(repository.Name, out var row)) continue;
            row.DeletionId = deletions.GetValueOrDefault(repository.Id);
            if (!refusals.TryGetValue(repository.Id, out var why)) continue;
            row.Refusal = why.Length > 1000 ? why[..1000] : why;
            (row.Retained, row.Deleted) = (row.Total, 0);
        }
        await db.SaveChangesAsync(cancellation);
        await db.RetentionPlans.Where(p => p.Id == planId).ExecuteUpdateAsync(s => s.SetProperty(p => p.State, PlanState.Done).SetProperty(p => p.Refused, refused), cancellation);
        return Result.Success;
    }, cancellation);

    public Task SetAsync(long planId, PlanState state, long refused, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        await db.RetentionPlans.Where(p => p.Id == planId).ExecuteUpdateAsync(s => s.SetProperty(p => p.State, state).SetProperty(p => p.Refused, refused), cancellation);
        return Result.Success;
    }, cancellation);
}

using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Artifacts;
using Portal.Data;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention.Evaluation;
using Portal.Retention.Planning;

namespace Portal.Retention;

/// <summary>Carries out runs: plans each project, stops where the brake says so, and deletes what the plan says.</summary>
sealed class RetentionRunner(IDbContextFactory<PortalDbContext> contexts, ProjectDirectory projects, RetentionPlanner planner, PlanStore store, BulkDeleter deleter, RetentionBrake brake)
{
    /// <summary>Artifacts and tags that go in one transaction.</summary>
    const int Batch = 4_000;

    /// <summary>Repositories that a run shows as tasks of their own; its page lists all.</summary>
    const int MaxTasks = 100;

    public async Task<JobOutcome> RunAsync(IJobRun run, TimeProvider time, CancellationToken cancellation)
    {
        var parameters = RetentionParameters.Read(run.Parameters);
        if (parameters.Confirm != 0) return await ConfirmAsync(run, parameters.Confirm, cancellation);
        var ids = run.ProjectId is { } own ? [own] : await FollowersAsync(cancellation);
        var (tally, judged) = (new Tally(), 0L);
        foreach (var id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            // a project may be deleted while the run is under way
            if (await projects.FindAsync(id, cancellation) is not { } project) continue;
            EffectivePolicy effective;
            await using (var db = await contexts.CreateDbContextAsync(cancellation)) effective = await EffectivePolicy.LoadAsync(db, id, cancellation);
            if (effective.Leading is not { } leading || !effective.Any) continue;
            var sum = judged;
            var plan = await planner.PlanAsync(project, EffectivePolicy.Compile(effective.Stages).Value, effective.Inherited, time.GetUtcNow(), new(), n => run.Progress(sum + n, 0, "tags"), cancellation);
            judged += plan.Total;
            var why = parameters.DryRun ? null : brake.Problem(leading, plan);
            var state = parameters.DryRun ? PlanState.DryRun : why is null ? PlanState.Running : PlanState.Waiting;
            var row = await store.SaveAsync(new() { RunId = run.Id, PolicyId = leading.Id, ProjectId = id, State = state, DryRun = parameters.DryRun, At = plan.At, Rules = EffectivePolicy.Snapshot(effective.Stages), Brake = why ?? "" }, plan, cancellation);
            run.Log($"{project.Name}: {plan.Total} judged, {plan.Kept} kept, {plan.Deleted} to delete, {plan.Skipped} left alone, {plan.Held} held, {plan.Bytes} bytes to free");
            if (why is not null) run.Log($"{project.Name}: stopped before deleting anything. {why}");
            tally.Add(plan, why is not null);
            if (state == PlanState.Running) tally.Refused += await CarryOutAsync(run, project, row, plan, cancellation);
            else await TellAsync(run, project, plan, new Dictionary<long, string>(), cancellation);
        }
        run.Progress(judged, judged, "tags");
        return tally.Outcome(parameters.DryRun);
    }

    // The plan is made again as of the same moment by the same rules; only when it deletes the very same is it carried out.
    async Task<JobOutcome> ConfirmAsync(IJobRun run, long planId, CancellationToken cancellation)
    {
        RetentionPlan? stored;
        await using (var db = await contexts.CreateDbContextAsync(cancellation)) stored = await db.RetentionPlans.AsNoTracking().FirstOrDefaultAsync(p => p.Id == planId, cancellation);
        if (stored is null || await projects.FindAsync(stored.ProjectId, cancellation) is not { } project) return new(JobStatus.Error, "The run that was confirmed is not there any more.");
        if (run.Attempt > 1 && stored.State == PlanState.Done) return new(JobStatus.Success, "It was carried out by an earlier attempt.");
        EffectivePolicy effective;
        await using (var db = await contexts.CreateDbContextAsync(cancellation)) effective = await EffectivePolicy.LoadAsync(db, project.Id, cancellation);
        var same = EffectivePolicy.Snapshot(effective.Stages) == stored.Rules;
        var plan = await planner.PlanAsync(project, EffectivePolicy.Compile(EffectivePolicy.Restore(stored.Rules)).Value, effective.Inherited, stored.At, new(), n => run.Progress(n, 0, "tags"), cancellation);
        // an attempt that died half-way has deleted a part of it already
        if (!same || (plan.Fingerprint() != stored.Fingerprint && !(run.Attempt > 1 && run.Checkpoint is not null)))
        {
            await store.SetAsync(planId, PlanState.Outdated, 0, cancellation);
            return new(JobStatus.Error, same ? "Nothing was deleted: the tags have changed since the run was stopped. Run it again." : "Nothing was deleted: the rules have changed since the run was stopped. Run it again.");
        }
        await run.SaveCheckpointAsync("{}", cancellation);
        var refused = await CarryOutAsync(run, project, stored, plan, cancellation);
        var tally = new Tally { Refused = refused };
        tally.Add(plan, false);
        return tally.Outcome(false);
    }

    async Task<long> CarryOutAsync(IJobRun run, ProjectEntry project, RetentionPlan row, ProjectPlan plan, CancellationToken cancellation)
    {
        var caller = new Caller(SubjectKind.Portal, 0, run.Actor);
        var note = new DeletionNote(FormattableString.Invariant($"Retention run {run.Id}"), Guid.CreateVersion7());
        var doomed = plan.Repositories.Where(r => r.Tags.Count + r.Artifacts.Count > 0).ToList();
        var (refusals, deletions, done, total) = (new Dictionary<long, string>(), new Dictionary<long, long>(), 0L, doomed.Sum(r => (long)r.Deleted));
        for (var next = 0; next < doomed.Count;)
        {
            cancellation.ThrowIfCancellationRequested();
            var (part, weight) = (new List<DoomedRepository>(), 0);
            do
            {
                var one = doomed[next++];
                weight += one.Tags.Count + one.Artifacts.Count;
                done += one.Deleted;
                if (RepositoryName.TryCreate(project.Name, one.Name, out var name)) part.Add(new(one.Id, name, one.Artifacts, one.Tags));
                else throw new InvalidOperationException($"The index holds a repository named '{one.Name}'.");
            }
            while (next < doomed.Count && weight + doomed[next].Tags.Count + doomed[next].Artifacts.Count <= Batch);
            foreach (var outcome in await deleter.DeleteAsync(caller, project, part, DeletionCause.Retention, note, cancellation))
            {
                if (outcome.Refusal is { } refusal) refusals[outcome.Repository.RepositoryId] = refusal.Message;
                else deletions[outcome.Repository.RepositoryId] = outcome.DeletionId;
            }
            run.Progress(done, total, "tags");
        }
        var refused = doomed.Where(r => refusals.ContainsKey(r.Id)).Sum(r => (long)r.Deleted);
        await store.FinishAsync(row.Id, plan, refusals, deletions, refused, cancellation);
        await TellAsync(run, project, plan, refusals, cancellation);
        return refused;
    }

    static async Task TellAsync(IJobRun run, ProjectEntry project, ProjectPlan plan, Dictionary<long, string> refusals, CancellationToken cancellation)
    {
        foreach (var repository in plan.Repositories.Where(r => r.Deleted > 0).Take(MaxTasks))
        {
            var task = await run.BeginTaskAsync($"{project.Name}/{repository.Name}", cancellation);
            var refusal = refusals.GetValueOrDefault(repository.Id);
            if (refusal is not null) run.Log($"{project.Name}/{repository.Name}: left as it is. {refusal}");
            var detail = new { total = repository.Total, retained = repository.Total - (refusal is null ? repository.Deleted : 0), deleted = refusal is null ? repository.Deleted : 0, bytes = repository.Bytes, refusal };
            await run.EndTaskAsync(task, JobStatus.Success, JsonSerializer.Serialize(detail, JsonSerializerOptions.Web), cancellation);
        }
    }

    // The projects where the system's rules count alone.
    async Task<List<int>> FollowersAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var locked = await db.RetentionPolicies.AnyAsync(p => p.Place == 0 && p.Locked, cancellation);
        return await db.Projects.Where(p => p.DeletedAt == null && (locked || !db.RetentionPolicies.Any(r => r.ProjectId == p.Id && r.Mode != PolicyMode.Inherit))).OrderBy(p => p.Id).Select(p => p.Id).ToListAsync(cancellation);
    }

    /// <summary>The sums of a run.</summary>
    sealed class Tally
    {
        long _kept, _deleted, _bytes, _waiting;
        int _repositories;

        public long Refused { get; set; }

        public void Add(ProjectPlan plan, bool waits)
        {
            (_kept, _repositories) = (_kept + plan.Total - plan.Deleted, _repositories + plan.Repositories.Count);
            if (waits) _waiting++;
            else (_deleted, _bytes) = (_deleted + plan.Deleted, _bytes + plan.Bytes);
        }

        public JobOutcome Outcome(bool dryRun)
        {
            if (_repositories == 0) return new(JobStatus.Success, "no resources for retention");
            var words = string.Create(CultureInfo.InvariantCulture, $"{_deleted - Refused} {(dryRun ? "would go" : "gone")}, {_kept} stay, {_bytes} bytes {(dryRun ? "would be freed" : "to be freed by garbage collection")}");
            if (Refused > 0) words += string.Create(CultureInfo.InvariantCulture, $", {Refused} could not go");
            return _waiting == 0 ? new(JobStatus.Success, words)
                : new(JobStatus.Error, string.Create(CultureInfo.InvariantCulture, $"Stopped before deleting: {_waiting} {(_waiting == 1 ? "project waits" : "projects wait")} for a confirmation. {words}"));
        }
    }
}

/// <summary>Stops runs that would remove much.</summary>
sealed class RetentionBrake(IOptions<RetentionOptions> options)
{
    /// <summary>Why a plan has to be confirmed; null when it need not be.</summary>
    public string? Problem(RetentionPolicy policy, ProjectPlan plan)
    {
        if (plan.Deleted == 0) return null;
        var (percent, bytes) = (policy.BrakePercent ?? options.Value.BrakePercent, policy.BrakeBytes ?? options.Value.BrakeBytes);
        if (percent < 100 && plan.Deleted * 100 > plan.Total * percent)
            return string.Create(CultureInfo.InvariantCulture, $"{plan.Deleted} of {plan.Total} would go, more than {percent} percent.");
        if (bytes >= 0 && plan.Bytes > bytes) return string.Create(CultureInfo.InvariantCulture, $"{plan.Bytes} bytes would be freed, more than {bytes}.");
        // who lets a hundred percent go means the last tag too
        return options.Value.BrakeLastTag && percent < 100 && plan.Repositories.Find(r => r.LastTag) is { } empty ? $"The last tag of {empty.Name} would go." : null;
    }
}

/// <summary>Retention as a kind of long work.</summary>
sealed class RetentionJob(RetentionRunner runner, TimeProvider time) : IJobHandler
{
    public JobKind Kind => RetentionJobs.Job;

    public Task<JobOutcome> RunAsync(IJobRun run, CancellationToken cancellation) => runner.RunAsync(run, time, cancellation);
}

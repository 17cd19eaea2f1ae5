using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Retention.Text;

namespace Portal.Retention;

/// <summary>What a policy shall be.</summary>
/// <param name="Mode">Counts for projects.</param>
/// <param name="Cron">Six fields; empty for no schedule.</param>
/// <param name="Locked">Counts for the system.</param>
public sealed record PolicyDraft(PolicyRules Rules, PolicyMode Mode = PolicyMode.Replace, string Cron = "", bool Locked = false, int? BrakePercent = null, long? BrakeBytes = null)
{
    internal Error? Problem()
    {
        if (Rules.Form == PolicyForm.Ordered && Rules.Rules.Count > PolicyRules.MaxRules) return RetentionErrors.RuleCount;
        if (Rules.Union.Count > PolicyRules.MaxHarborRules) return RetentionErrors.TooManyRules;
        // what is the same as text is the same
        var texts = Rules.Union.Select(r => PolicyText.Write(PolicyRules.Harbor(r))).ToList();
        if (texts.Distinct(StringComparer.Ordinal).Count() != texts.Count) return RetentionErrors.SameRules;
        if (CompiledPolicy.Of(Rules) is { Ok: false } wrong) return wrong.Error;
        if (PolicyText.Write(Rules) is var text && (text.Length > PolicyText.MaxLength || PolicyText.Read(text) is { Ok: false })) return Error.Invalid("rules", $"The rules hold text that cannot be written down, or more than {PolicyText.MaxLength} characters.");
        if (!Enum.IsDefined(Mode)) return RetentionErrors.Mode;
        if (BrakePercent is < 1 or > 100) return RetentionErrors.Percent;
        if (BrakeBytes is 0 or < -1) return RetentionErrors.Bytes;
        return Cron.Length > 0 && (Cron.Length > RetentionPolicy.MaxCron || Cron.Split(' ') is not ["0", _, _, _, _, _]) ? RetentionErrors.Cron : null;
    }
}

/// <summary>Changes policies and starts, stops and confirms runs. Every change is audited.</summary>
public sealed class RetentionService
{
    readonly Transactions _transactions;
    readonly IAccessPolicy _policy;
    readonly AuditLog _audit;
    readonly RetentionJobs _jobs;
    readonly TimeProvider _time;

    internal RetentionService(Transactions transactions, IAccessPolicy policy, AuditLog audit, RetentionJobs jobs, TimeProvider time) => (_transactions, _policy, _audit, _jobs, _time) = (transactions, policy, audit, jobs, time);

    /// <summary>Makes or replaces the policy of a project, or (<paramref name="project"/> null) the system's, and returns its id. Needs <c>tag-retention:create</c> or <c>update</c> there.</summary>
    /// <param name="create">True to refuse when there is one, false to refuse when there is none, null for either.</param>
    public async Task<Result<long>> SaveAsync(Caller caller, ProjectEntry? project, PolicyDraft draft, bool? create, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, create == true ? Permissions.RetentionCreate : Permissions.RetentionUpdate, cancellation) is { } refusal) return refusal;
        if (draft.Problem() is { } problem) return problem;
        var saved = await _transactions.RunAsync<RetentionPolicy>(async db =>
        {
            var place = project?.Id ?? 0;
            var row = await db.RetentionPolicies.FirstOrDefaultAsync(p => p.Place == place, cancellation);
            if (row is not null && create == true) return RetentionErrors.Exists;
            if (row is null && create == false) return RetentionErrors.NotFound;
            if (project is not null && draft.Mode != PolicyMode.Inherit && await db.RetentionPolicies.AnyAsync(p => p.Place == 0 && p.Locked, cancellation)) return RetentionErrors.LockedBySystem;
            var before = row is null ? null : Said(row);
            if (row is null) db.RetentionPolicies.Add(row = new() { Place = place, ProjectId = project?.Id });
            (row.Rules, row.Mode, row.Cron, row.Locked) = (PolicyText.Write(draft.Rules), draft.Mode, draft.Cron, project is null && draft.Locked);
            (row.BrakePercent, row.BrakeBytes, row.UpdatedAt, row.UpdatedBy) = (draft.BrakePercent, draft.BrakeBytes, _time.GetUtcNow(), caller.Name);
            _audit.Add(db, new(caller.Actor, before is null ? AuditActions.Create : AuditActions.Update, AuditResources.RetentionPolicy, project?.Name ?? "system", project?.Id) { Before = before, After = Said(row) });
            await db.SaveChangesAsync(cancellation);
            return row;
        }, cancellation);
        if (!saved.Ok) return saved.Error;
        var scheduled = await _jobs.ScheduleAsync(caller, saved.Value, cancellation);
        return scheduled.Ok ? saved.Value.Id : scheduled.Error;
    }

    /// <summary>Removes a policy; the project inherits again. Needs <c>tag-retention:delete</c>.</summary>
    public async Task<Result> DeleteAsync(Caller caller, ProjectEntry? project, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionDelete, cancellation) is { } refusal) return refusal;
        var gone = await _transactions.RunAsync<long>(async db =>
        {
            var place = project?.Id ?? 0;
            if (await db.RetentionPolicies.FirstOrDefaultAsync(p => p.Place == place, cancellation) is not { } row) return RetentionErrors.NotFound;
            db.RetentionPolicies.Remove(row);
            _audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.RetentionPolicy, project?.Name ?? "system", project?.Id) { Before = Said(row) });
            await db.SaveChangesAsync(cancellation);
            return row.Id;
        }, cancellation);
        if (!gone.Ok) return gone.Error;
        await _jobs.UnscheduleAsync(caller, gone.Value, cancellation);
        return Result.Success;
    }

    /// <summary>Runs what counts in a project now, or (<paramref name="project"/> null) the system's policy in all projects that follow it. Needs <c>tag-retention:update</c>.</summary>
    public async Task<Result<long>> StartAsync(Caller caller, ProjectEntry? project, bool dryRun, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionUpdate, cancellation) is { } refusal) return refusal;
        return await RunAsync(caller, project, new(dryRun), cancellation);
    }

    /// <summary>Asks a run to stop. Needs <c>tag-retention:update</c>.</summary>
    public async Task<Result> StopAsync(Caller caller, ProjectEntry? project, long run, CancellationToken cancellation) =>
        await RefuseAsync(caller, project, Permissions.RetentionUpdate, cancellation) is { } refusal ? refusal : await _jobs.StopAsync(caller, run, cancellation);

    /// <summary>Lets a plan go ahead that the brake stopped: a run deletes exactly that, or nothing when it is not the same any more. Needs <c>tag-retention:update</c>.</summary>
    public async Task<Result<long>> ConfirmAsync(Caller caller, ProjectEntry project, long planId, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionUpdate, cancellation) is { } refusal) return refusal;
        var confirmed = await _transactions.RunAsync(async db =>
        {
            if (!await db.RetentionPlans.AnyAsync(p => p.Id == planId && p.ProjectId == project.Id, cancellation)) return RetentionErrors.PlanNotFound;
            var now = _time.GetUtcNow();
            if (await db.RetentionPlans.Where(p => p.Id == planId && p.State == PlanState.Waiting)
                .ExecuteUpdateAsync(s => s.SetProperty(p => p.State, PlanState.Confirmed).SetProperty(p => p.ConfirmedBy, caller.Name).SetProperty(p => p.ConfirmedAt, now), cancellation) == 0) return RetentionErrors.NotWaiting;
            _audit.Add(db, new(caller.Actor, AuditActions.Run, AuditResources.RetentionPolicy, project.Name, project.Id) { After = new { confirmed = planId } });
            await db.SaveChangesAsync(cancellation);
            return Result.Success;
        }, cancellation);
        if (!confirmed.Ok) return confirmed.Error;
        var run = await RunAsync(caller, project, new(false, planId), cancellation);
        if (!run.Ok) await _transactions.RunAsync(async db =>
        {
            await db.RetentionPlans.Where(p => p.Id == planId).ExecuteUpdateAsync(s => s.SetProperty(p => p.State, PlanState.Waiting), cancellation);
            return Result.Success;
        }, cancellation);
        return run;
    }

    async Task<Result<long>> RunAsync(Caller caller, ProjectEntry? project, RetentionParameters parameters, CancellationToken cancellation)
    {
        var leading = await _transactions.RunAsync<RetentionPolicy>(async db =>
        {
            var effective = await EffectivePolicy.LoadAsync(db, project?.Id ?? 0, cancellation);
            if (effective.Leading is not { } policy || !effective.Any) return RetentionErrors.NoRules;
            if (parameters.Confirm != 0) return policy;
            _audit.Add(db, new(caller.Actor, AuditActions.Run, AuditResources.RetentionPolicy, project?.Name ?? "system", project?.Id) { After = new { dryRun = parameters.DryRun } });
            await db.SaveChangesAsync(cancellation);
            return policy;
        }, cancellation);
        return leading.Ok ? await _jobs.StartAsync(caller, leading.Value.Id, project?.Id, parameters, cancellation) : leading.Error;
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry? project, Permission needed, CancellationToken cancellation)
    {
        if (project is null) return await _policy.RefuseAsync(caller, needed, cancellation);
        var rights = await _policy.RightsAsync(caller, project.Target, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }

    static object Said(RetentionPolicy p) => new { mode = p.Mode.ToString(), p.Rules, p.Cron, p.Locked, p.BrakePercent, p.BrakeBytes };
}

using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Immutability;

/// <summary>Changes the rules of projects and the system's defaults. Every change is audited and announced in its transaction.</summary>
public sealed class ImmutabilityService(Transactions transactions, IAccessPolicy policy, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    /// <summary>The most rules of a project, and of the system.</summary>
    public const int MaxRules = 50;

    /// <summary>The longest reason of an exemption in characters.</summary>
    public const int MaxReason = 500;

    /// <summary>Adds a rule to a project, or (<paramref name="project"/> null) to the system, and returns its id. Needs <c>immutable-tag:create</c> there.</summary>
    public async Task<Result<int>> CreateAsync(Caller caller, ProjectEntry? project, RuleDraft draft, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.ImmutableTagCreate, cancellation) is { } refusal) return refusal;
        if (draft.Problem() is { } problem) return problem;
        return await transactions.RunAsync<int>(async db =>
        {
            var rules = await Own(db, project).ToListAsync(cancellation);
            if (rules.Count >= MaxRules) return ImmutabilityErrors.TooMany;
            if (rules.Exists(r => Selects(r, draft))) return ImmutabilityErrors.Same;
            var now = time.GetUtcNow();
            var rule = new ImmutabilityRule { ProjectId = project?.Id, CreatedAt = now, CreatedBy = caller.Name };
            Fill(rule, draft, now);
            db.ImmutabilityRules.Add(rule);
            await db.SaveChangesAsync(cancellation);
            await EndAsync(db, new(caller.Actor, AuditActions.Create, AuditResources.ImmutabilityRule, Name(project, rule.Id), project?.Id) { After = Said(rule) }, project, cancellation);
            return rule.Id;
        }, cancellation);
    }

    /// <summary>Says anew what a rule selects and does. Needs <c>immutable-tag:update</c>.</summary>
    /// <param name="change">Makes the new words from the present ones.</param>
    public async Task<Result> UpdateAsync(Caller caller, ProjectEntry? project, int id, Func<RuleDraft, Result<RuleDraft>> change, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.ImmutableTagUpdate, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync(async db =>
        {
            var rules = await Own(db, project).ToListAsync(cancellation);
            if (rules.Find(r => r.Id == id) is not { } rule) return ImmutabilityErrors.RuleNotFound;
            var draft = change(new(rule.Repositories, rule.Tags, rule.Name, rule.Expirable, rule.Disabled));
            if (!draft.Ok) return draft.Error;
            if (draft.Value.Problem() is { } problem) return problem;
            if (rules.Exists(r => r.Id != id && Selects(r, draft.Value))) return ImmutabilityErrors.Same;
            var before = Said(rule);
            Fill(rule, draft.Value, time.GetUtcNow());
            await EndAsync(db, new(caller.Actor, AuditActions.Update, AuditResources.ImmutabilityRule, Name(project, id), project?.Id) { Before = before, After = Said(rule) }, project, cancellation);
            return Result.Success;
        }, cancellation);
    }

    /// <summary>Removes a rule; its tags may move and go within two seconds, unless another rule selects them. Needs <c>immutable-tag:delete</c>.</summary>
    public async Task<Result> DeleteAsync(Caller caller, ProjectEntry? project, int id, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.ImmutableTagDelete, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync(async db =>
        {
            if (await Own(db, project).FirstOrDefaultAsync(r => r.Id == id, cancellation) is not { } rule) return ImmutabilityErrors.RuleNotFound;
            db.ImmutabilityRules.Remove(rule);
            await EndAsync(db, new(caller.Actor, AuditActions.Delete, AuditResources.ImmutabilityRule, Name(project, id), project?.Id) { Before = Said(rule) }, project, cancellation);
            return Result.Success;
        }, cancellation);
    }

    /// <summary>Lets a project go without the system's rules, or says the reason anew. Needs <c>immutable-tag:update</c> on the whole system.</summary>
    public async Task<Result> ExemptAsync(Caller caller, ProjectEntry project, string? reason, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, null, Permissions.ImmutableTagUpdate, cancellation) is { } refusal) return refusal;
        var words = reason?.Trim() ?? "";
        if (words.Length is 0 or > MaxReason || words.Any(char.IsControl)) return ImmutabilityErrors.Reason;
        return await transactions.RunAsync(async db =>
        {
            var row = await db.ImmutabilityExemptions.FirstOrDefaultAsync(e => e.ProjectId == project.Id, cancellation);
            var before = row is null ? null : new { row.Reason };
            if (row is null) db.ImmutabilityExemptions.Add(row = new() { ProjectId = project.Id });
            (row.Reason, row.CreatedAt, row.CreatedBy) = (words, time.GetUtcNow(), caller.Name);
            var action = before is null ? AuditActions.Create : AuditActions.Update;
            await EndAsync(db, new(caller.Actor, action, AuditResources.ImmutabilityExemption, project.Name, project.Id) { Before = before, After = new { row.Reason } }, project, cancellation);
            return Result.Success;
        }, cancellation);
    }

    /// <summary>Makes a project inherit the system's rules again. Needs <c>immutable-tag:update</c> on the whole system.</summary>
    public async Task<Result> EndExemptionAsync(Caller caller, ProjectEntry project, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, null, Permissions.ImmutableTagUpdate, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync(async db =>
        {
            if (await db.ImmutabilityExemptions.FirstOrDefaultAsync(e => e.ProjectId == project.Id, cancellation) is not { } row) return ImmutabilityErrors.ExemptionNotFound;
            db.ImmutabilityExemptions.Remove(row);
            await EndAsync(db, new(caller.Actor, AuditActions.Delete, AuditResources.ImmutabilityExemption, project.Name, project.Id) { Before = new { row.Reason } }, project, cancellation);
            return Result.Success;
        }, cancellation);
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry? project, Permission needed, CancellationToken cancellation)
    {
        if (project is null) return await policy.RefuseAsync(caller, needed, cancellation);
        var rights = await policy.RightsAsync(caller, project.Target, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }

    async Task EndAsync(PortalDbContext db, AuditEntry entry, ProjectEntry? project, CancellationToken cancellation)
    {
        audit.Add(db, entry);
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, ImmutabilityDirectory.Changed(project?.Id));
    }

    static IQueryable<ImmutabilityRule> Own(PortalDbContext db, ProjectEntry? project)
    {
        int? id = project?.Id;
        return db.ImmutabilityRules.Where(r => r.ProjectId == id);
    }

    static bool Selects(ImmutabilityRule rule, RuleDraft draft) => rule.Repositories == draft.Repositories && rule.Tags == draft.Tags;

    static void Fill(ImmutabilityRule rule, RuleDraft draft, DateTimeOffset now)
    {
        (rule.Name, rule.Disabled, rule.Expirable, rule.UpdatedAt) = (draft.Name.Trim(), draft.Disabled, draft.Expirable, now);
        (rule.RepositoryKind, rule.RepositoryExcludes, rule.RepositoryPattern) = draft.Repositories;
        (rule.TagKind, rule.TagExcludes, rule.TagPattern) = draft.Tags;
    }

    static object Said(ImmutabilityRule rule) => new { rule.Name, repositories = rule.Repositories.ToString(), tags = rule.Tags.ToString(), rule.Disabled, rule.Expirable };

    static string Name(ProjectEntry? project, int id) => $"{project?.Name ?? "system"}/{id.ToString(CultureInfo.InvariantCulture)}";
}

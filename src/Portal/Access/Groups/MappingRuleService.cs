using Microsoft.EntityFrameworkCore;
using Portal.Access.Settings;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>What somebody says of a mapping rule.</summary>
/// <param name="Source">Null for groups of the directory and of the identity provider alike.</param>
/// <param name="Role">The name of a role for projects, such as <c>developer</c>.</param>
public sealed record MappingRuleDraft(GroupSource? Source, string Pattern, string Project, string Role);

/// <summary>What one rule says of a tried group name, with what comes of it.</summary>
/// <param name="ProjectExists">Whether there is such a project now; without it nothing is given.</param>
public sealed record TriedRule(RuleVerdict Verdict, bool ProjectExists);

/// <summary>What all rules say of a tried group name, in order.</summary>
/// <param name="Administrators">Whether the settings make members of this group administrators.</param>
public sealed record TriedName(string Name, IReadOnlyList<TriedRule> Rules, bool Administrators);

/// <summary>The mapping rules in order.</summary>
public sealed record MappingRules(IReadOnlyList<MappingRule> Items);

/// <summary>Reads, tries and changes mapping rules. A change is applied to every known group at once; only system administrators make one, because a rule gives roles anywhere.</summary>
public sealed class MappingRuleService(GroupChanges changes, AuthSettingsStore settings, GroupGrants grants, IProjectNames projects, IAccessPolicy policy)
{
    /// <summary>All rules with their roles, in order.</summary>
    public async Task<Result<MappingRules>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.List, cancellation) is { } refusal) return refusal;
        return await changes.RunAsync<MappingRules>(async db => new MappingRules(await RulesAsync(db.MappingRules.AsNoTracking(), cancellation)), cancellation);
    }

    /// <summary>What the rules say of a group name, without changing anything.</summary>
    public async Task<Result<TriedName>> TryAsync(Caller caller, GroupSource source, string name, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.List, cancellation) is { } refusal) return refusal;
        if (source == GroupSource.Local) return Error.Invalid("source", "source is ldap or oidc: rules say nothing of local groups.");
        // a plain name is tried as the first part of a distinguished name
        var external = GroupSync.Normalize(source, source == GroupSource.Ldap && !name.Contains('=', StringComparison.Ordinal) ? $"cn={Ldap.DistinguishedName.Escape(name)}" : name);
        if (external is null) return GroupErrors.ExternalName with { Field = "name" };
        var present = await settings.CurrentAsync(cancellation);
        return await changes.RunAsync<TriedName>(async db =>
        {
            var verdicts = new RuleBook(await RulesAsync(db.MappingRules.AsNoTracking(), cancellation)).Try(source, external);
            var names = verdicts.Where(v => v.Matches).Select(v => v.Project).Distinct().ToList();
            var known = await projects.FindAsync(db, names, cancellation);
            return new TriedName(external, [.. verdicts.Select(v => new TriedRule(v, v.Matches && known.ContainsKey(v.Project)))], GroupGrants.IsAdministrators(present, source, external));
        }, cancellation);
    }

    /// <summary>Adds a rule behind the others.</summary>
    public Task<Result<int>> CreateAsync(Caller caller, MappingRuleDraft draft, CancellationToken cancellation) => WriteAsync(caller, draft, async (db, role) =>
    {
        var count = await db.MappingRules.CountAsync(cancellation);
        if (count >= RuleBook.MaxRules) return Error.Invalid("pattern", $"There are at most {RuleBook.MaxRules} mapping rules.");
        var last = await db.MappingRules.MaxAsync(r => (int?)r.Position, cancellation) ?? 0;
        var rule = new MappingRule { Position = last + 1, Source = draft.Source, Pattern = draft.Pattern, Project = draft.Project, RoleId = role.Id, CreatedAt = changes.Now, UpdatedAt = changes.Now, CreatedBy = caller.Name };
        db.MappingRules.Add(rule);
        changes.AuditRule(db, caller, AuditActions.Create, draft.Pattern, null, draft);
        await db.SaveChangesAsync(cancellation);
        return rule.Id;
    }, cancellation);

    /// <summary>Changes a rule where it stands.</summary>
    public Task<Result<int>> UpdateAsync(Caller caller, int ruleId, MappingRuleDraft draft, CancellationToken cancellation) => WriteAsync(caller, draft, async (db, role) =>
    {
        if (await db.MappingRules.Include(r => r.Role).FirstOrDefaultAsync(r => r.Id == ruleId, cancellation) is not { } rule) return GroupErrors.RuleNotFound;
        var before = new MappingRuleDraft(rule.Source, rule.Pattern, rule.Project, rule.Role!.Name);
        (rule.Source, rule.Pattern, rule.Project, rule.RoleId, rule.UpdatedAt) = (draft.Source, draft.Pattern, draft.Project, role.Id, changes.Now);
        changes.AuditRule(db, caller, AuditActions.Update, draft.Pattern, before, draft);
        await db.SaveChangesAsync(cancellation);
        return rule.Id;
    }, cancellation);

    /// <summary>Moves a rule one place up or down; at the end of the list it stays.</summary>
    public Task<Result> MoveAsync(Caller caller, int ruleId, bool up, CancellationToken cancellation) => ChangeAsync(caller, async db =>
    {
        var rules = await RulesAsync(db.MappingRules, cancellation);
        var at = rules.FindIndex(r => r.Id == ruleId);
        if (at < 0) return GroupErrors.RuleNotFound;
        var to = Math.Clamp(up ? at - 1 : at + 1, 0, rules.Count - 1);
        if (to == at) return Result.Success;
        var rule = rules[at];
        rules.RemoveAt(at);
        rules.Insert(to, rule);
        for (var i = 0; i < rules.Count; i++) rules[i].Position = i + 1;
        changes.AuditRule(db, caller, AuditActions.Update, rule.Pattern, new { Place = at + 1 }, new { Place = to + 1 });
        await db.SaveChangesAsync(cancellation);
        return Result.Success;
    }, cancellation);

    /// <summary>Deletes a rule; groups lose what only it gave.</summary>
    public Task<Result> DeleteAsync(Caller caller, int ruleId, CancellationToken cancellation) => ChangeAsync(caller, async db =>
    {
        if (await db.MappingRules.Include(r => r.Role).FirstOrDefaultAsync(r => r.Id == ruleId, cancellation) is not { } rule) return GroupErrors.RuleNotFound;
        db.MappingRules.Remove(rule);
        changes.AuditRule(db, caller, AuditActions.Delete, rule.Pattern, new MappingRuleDraft(rule.Source, rule.Pattern, rule.Project, rule.Role!.Name), null);
        await db.SaveChangesAsync(cancellation);
        return Result.Success;
    }, cancellation);

    static Task<List<MappingRule>> RulesAsync(IQueryable<MappingRule> rules, CancellationToken cancellation) =>
        rules.Include(r => r.Role).OrderBy(r => r.Position).ThenBy(r => r.Id).Take(RuleBook.MaxRules).ToListAsync(cancellation);

    async Task<Result<int>> WriteAsync(Caller caller, MappingRuleDraft draft, Func<PortalDbContext, Role, Task<Result<int>>> write, CancellationToken cancellation)
    {
        if (await policy.RefuseAllButAdministratorsAsync(caller, GroupRights.Update, cancellation) is { } refusal) return refusal;
        if (draft.Source == GroupSource.Local) return Error.Invalid("source", "source is ldap or oidc, or left out for both.");
        var pattern = GroupPattern.Parse(draft.Pattern);
        if (!pattern.Ok) return pattern.Error;
        if (RuleBook.CheckTemplate(draft.Project, pattern.Value.Parts) is { } wrong) return wrong;
        var id = 0;
        var changed = await ChangeAsync(caller, async db =>
        {
            var role = await db.Roles.AsNoTracking().FirstOrDefaultAsync(r => r.Name == draft.Role && !r.Everything, cancellation);
            if (role is null) return Error.Invalid("role", $"'{draft.Role}' is not a role for projects.");
            var written = await write(db, role);
            if (!written.Ok) return written.Error;
            id = written.Value;
            return Result.Success;
        }, cancellation);
        return changed.Ok ? id : changed.Error;
    }

    async Task<Result> ChangeAsync(Caller caller, Func<PortalDbContext, Task<Result>> change, CancellationToken cancellation)
    {
        if (await policy.RefuseAllButAdministratorsAsync(caller, GroupRights.Update, cancellation) is { } refusal) return refusal;
        var present = await settings.CurrentAsync(cancellation);
        return await changes.RunAsync(async db =>
        {
            var changed = await change(db);
            if (changed.Ok) await grants.ApplyToAllAsync(db, present, cancellation);
            return changed;
        }, cancellation);
    }
}

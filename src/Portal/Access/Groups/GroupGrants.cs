using Microsoft.EntityFrameworkCore;
using Portal.Access.Ldap;
using Portal.Access.Settings;
using Portal.Data;

namespace Portal.Access.Groups;

/// <summary>
/// Keeps the bindings that groups have from mapping rules and from the administrator group setting as these say. Bindings that somebody gave by hand
/// stay as they are, also where a rule would give another role.
/// </summary>
public sealed class GroupGrants(IProjectNames projects, IChangeFeed feed, TimeProvider time)
{
    /// <summary>Groups looked at in one go.</summary>
    const int Batch = 500;

    const string By = "portal";

    /// <summary>Brings every external group in line, with the transaction of <paramref name="db"/>; the rules and settings are those that it sees.</summary>
    internal async Task ApplyToAllAsync(PortalDbContext db, AuthSettings settings, CancellationToken cancellation)
    {
        var last = 0;
        while (true)
        {
            var groups = await db.Groups.AsNoTracking().Where(g => g.Source != GroupSource.Local && g.Id > last).OrderBy(g => g.Id).Take(Batch).ToListAsync(cancellation);
            await ApplyAsync(db, settings, groups, cancellation);
            if (groups.Count < Batch) return;
            last = groups[^1].Id;
        }
    }

    /// <summary>Gives the groups of which rules speak their roles in a project that has just been made, with the transaction of <paramref name="db"/>.</summary>
    internal async Task ApplyToProjectAsync(PortalDbContext db, AuthSettings settings, string project, CancellationToken cancellation)
    {
        var rules = await db.MappingRules.AsNoTracking().OrderBy(r => r.Position).Take(RuleBook.MaxRules).ToListAsync(cancellation);
        if (rules.Count == 0) return;
        var book = new RuleBook(rules);
        var last = 0;
        while (true)
        {
            var groups = await db.Groups.AsNoTracking().Where(g => g.Source != GroupSource.Local && g.Id > last).OrderBy(g => g.Id).Take(Batch).ToListAsync(cancellation);
            await ApplyAsync(db, settings, [.. groups.Where(g => book.Try(g.Source, g.ExternalName).Any(v => v.Gives && v.Project == project))], cancellation);
            if (groups.Count < Batch) return;
            last = groups[^1].Id;
        }
    }

    /// <summary>Brings these groups in line, saves, and announces the ones that changed.</summary>
    internal async Task ApplyAsync(PortalDbContext db, AuthSettings settings, IReadOnlyCollection<Group> groups, CancellationToken cancellation)
    {
        if (groups.Count == 0) return;
        var book = new RuleBook(await db.MappingRules.AsNoTracking().OrderBy(r => r.Position).Take(RuleBook.MaxRules).ToListAsync(cancellation));
        var given = groups.ToDictionary(g => g.Id, g => book.Try(g.Source, g.ExternalName).Where(v => v.Gives).ToList());
        var names = given.Values.SelectMany(v => v).Select(v => v.Project).Distinct(StringComparer.Ordinal).ToList();
        var known = names.Count == 0 ? new Dictionary<string, int>() : await projects.FindAsync(db, names, cancellation);
        var ids = given.Keys.ToList();
        var present = (await db.Bindings.Where(b => b.SubjectKind == SubjectKind.Group && ids.Contains(b.SubjectId) && b.RepositoryPattern == "" && b.TagPattern == "").ToListAsync(cancellation)).ToLookup(b => b.SubjectId);
        int? administrator = groups.Any(g => IsAdministrators(settings, g.Source, g.ExternalName))
            ? await db.Roles.Where(r => r.Name == BuiltInRoles.SystemAdministrator.Name).Select(r => r.Id).SingleAsync(cancellation) : null;
        var changed = new List<int>();
        foreach (var group in groups)
        {
            var wanted = given[group.Id].Where(v => known.ContainsKey(v.Project)).ToDictionary(v => known[v.Project], v => v.Rule.RoleId);
            var system = IsAdministrators(settings, group.Source, group.ExternalName) ? administrator : null;
            if (Settle(db, group.Id, wanted, system, [.. present[group.Id]])) changed.Add(group.Id);
        }
        await db.SaveChangesAsync(cancellation);
        if (changed.Count > 0) await feed.AnnounceAsync(db, cancellation, [.. changed.Select(id => AccessTopics.OfSubject(SubjectKind.Group, id))]);
    }

    /// <summary>True when the settings name this group as that of the administrators.</summary>
    internal static bool IsAdministrators(AuthSettings settings, GroupSource source, string externalName) => source switch
    {
        GroupSource.Ldap => settings.Ldap.AdminGroupDn.Length > 0 && DistinguishedName.Normalize(settings.Ldap.AdminGroupDn) == externalName,
        GroupSource.Oidc => settings.Oidc.AdminGroup.Length > 0 && settings.Oidc.AdminGroup == externalName,
        _ => false,
    };

    bool Settle(PortalDbContext db, int groupId, Dictionary<int, int> projectRoles, int? systemRole, IReadOnlyList<Binding> present)
    {
        var changed = false;
        foreach (var binding in present.Where(b => b.Origin != BindingOrigin.ByHand))
        {
            var due = binding.ProjectId is not { } project ? systemRole : projectRoles.TryGetValue(project, out var role) ? role : (int?)null;
            if (due is null) db.Bindings.Remove(binding);
            else if (due != binding.RoleId) (binding.RoleId, binding.UpdatedAt) = (due.Value, time.GetUtcNow());
            else continue;
            changed = true;
        }
        foreach (var (project, role) in projectRoles.Where(w => present.All(b => b.ProjectId != w.Key))) changed = Add(db, groupId, project, role, BindingOrigin.MappingRule);
        if (systemRole is { } all && present.All(b => b.ProjectId is not null)) changed = Add(db, groupId, null, all, BindingOrigin.AdministratorGroup);
        return changed;
    }

    bool Add(PortalDbContext db, int groupId, int? projectId, int roleId, BindingOrigin origin)
    {
        var now = time.GetUtcNow();
        db.Bindings.Add(new()
        {
            SubjectKind = SubjectKind.Group,
            SubjectId = groupId,
            ProjectId = projectId,
            RoleId = roleId,
            Origin = origin,
            CreatedAt = now,
            UpdatedAt = now,
            CreatedBy = By,
        });
        return true;
    }
}

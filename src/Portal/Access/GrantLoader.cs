using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A binding of a subject or of one of their groups, as decisions need it.</summary>
/// <param name="ProjectId">Null for the system.</param>
sealed record HeldRole(int? ProjectId, string RepositoryPattern, string TagPattern, DateTimeOffset? Until, PermissionSet Rights);

/// <summary>A right of a robot's own.</summary>
sealed record HeldRight(int? ProjectId, bool EveryProject, Permission Permission);

/// <summary>Where decisions get what somebody holds, once for as long as it does not change.</summary>
interface IGrantSource
{
    Task<Grants> LoadAsync(SubjectKind kind, int id, CancellationToken cancellation);
}

/// <summary>Reads what a subject holds: bindings of its own and of its groups, and a robot's rights.</summary>
sealed class GrantLoader(IDbContextFactory<PortalDbContext> contexts, TimeProvider time) : IGrantSource
{
    /// <summary>Nothing for a disabled, expired or missing account.</summary>
    public async Task<Grants> LoadAsync(SubjectKind kind, int id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        DateTimeOffset? end = null;
        List<HeldRight> rights = [];
        if (kind == SubjectKind.User && !await db.Users.AnyAsync(u => u.Id == id && u.DisabledAt == null, cancellation)) return Grants.None;
        if (kind == SubjectKind.Robot)
        {
            var robot = await db.Robots.AsNoTracking().Include(r => r.Permissions).FirstOrDefaultAsync(r => r.Id == id, cancellation);
            if (robot is null || robot.DisabledAt is not null || robot.ExpiresAt <= now) return Grants.None;
            end = robot.ExpiresAt;
            foreach (var held in robot.Permissions)
                if (Permissions.TryParse($"{held.Resource}:{held.Action}", out var permission))
                    rights.Add(new(held.ProjectId, held.EveryProject, permission));
        }
        var rows = await Bindings(db, kind, id).AsNoTracking().Where(b => b.Until == null || b.Until > now)
            .Select(b => new { b.ProjectId, b.RepositoryPattern, b.TagPattern, b.Until, b.Role!.Everything, Rights = b.Role.Permissions.Select(p => p.Resource + ":" + p.Action).ToList() })
            .ToListAsync(cancellation);
        return Build(rows.Select(r => new HeldRole(r.ProjectId, r.RepositoryPattern, r.TagPattern, r.Until, r.Everything ? PermissionSet.Everything : Set(r.Rights))), rights, end);
    }

    /// <summary>The bindings that count for a subject; a user's groups' with them.</summary>
    public static IQueryable<Binding> Bindings(PortalDbContext db, SubjectKind kind, int id) => kind == SubjectKind.User
        ? db.Bindings.Where(b => (b.SubjectKind == SubjectKind.User && b.SubjectId == id)
            || (b.SubjectKind == SubjectKind.Group && db.GroupMembers.Any(m => m.UserId == id && m.GroupId == b.SubjectId)))
        : db.Bindings.Where(b => b.SubjectKind == kind && b.SubjectId == id);

    /// <summary>Those of them that count at this moment.</summary>
    public static IQueryable<Binding> Living(PortalDbContext db, Caller caller, DateTimeOffset now) => Bindings(db, caller.Kind, caller.Id).Where(b => b.Until == null || b.Until > now);

    /// <summary>The rights of a role's rows; what the catalogue does not hold is left out.</summary>
    public static PermissionSet Set(IEnumerable<string> rights) => PermissionSet.Of(rights.Select(r => Permissions.TryParse(r, out var p) ? p : (Permission?)null).OfType<Permission>());

    /// <summary>Puts roles and rights together for decisions.</summary>
    public static Grants Build(IEnumerable<HeldRole> roles, IEnumerable<HeldRight> rights, DateTimeOffset? end)
    {
        var (everywhere, systemOnly, everyProject) = (PermissionSet.None, PermissionSet.None, PermissionSet.None);
        var whole = new Dictionary<int, PermissionSet>();
        var patterns = new Dictionary<int, List<PatternGrant>>();
        var wide = new List<PatternGrant>();
        foreach (var role in roles)
        {
            if (role.Until < end || end is null) end = role.Until ?? end;
            if (role.RepositoryPattern.Length + role.TagPattern.Length == 0)
            {
                if (role.ProjectId is { } id) whole[id] = whole.GetValueOrDefault(id) | role.Rights;
                else everywhere |= role.Rights;
            }
            else if (Pattern(role) is { } grant)
            {
                if (role.ProjectId is not { } id) wide.Add(grant);
                else if (patterns.TryGetValue(id, out var here)) here.Add(grant);
                else patterns[id] = [grant];
            }
        }
        foreach (var right in rights)
        {
            var single = PermissionSet.Of(right.Permission);
            if (right.EveryProject) everyProject |= single;
            else if (right.ProjectId is { } id) whole[id] = whole.GetValueOrDefault(id) | single;
            else systemOnly |= single;
        }
        return new()
        {
            Everywhere = everywhere,
            SystemOnly = systemOnly,
            EveryProject = everyProject,
            Projects = whole.Keys.Union(patterns.Keys).ToFrozenDictionary(id => id, id => new ProjectGrants(whole.GetValueOrDefault(id), patterns.TryGetValue(id, out var here) ? [.. here] : [])),
            Patterns = [.. wide],
            Until = end,
        };
    }

    /// <summary>The pattern's grant; null when it gives nothing or cannot be read, and then nothing is given.</summary>
    static PatternGrant? Pattern(HeldRole role)
    {
        if (role.Rights == PermissionSet.None || NamePattern.Check(role.RepositoryPattern, role.TagPattern, role.ProjectId is not null) is not null) return null;
        var tag = role.TagPattern.Length > 0 ? NamePattern.Tag(role.TagPattern).Value : null;
        if (role.RepositoryPattern.Length == 0) return new(null, null, tag, role.Rights);
        if (role.ProjectId is not null) return new(null, NamePattern.Repository(role.RepositoryPattern).Value, tag, role.Rights);
        var (project, repository) = NamePattern.FullName(role.RepositoryPattern).Value;
        return new(project, repository, tag, role.Rights);
    }
}

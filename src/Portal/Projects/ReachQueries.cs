using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A place that somebody reaches by a role.</summary>
public sealed record ReachRow
{
    public required int BindingId { get; init; }

    /// <summary>Null for the whole system.</summary>
    public required string? Project { get; init; }
    public required string RepositoryPattern { get; init; }
    public required string TagPattern { get; init; }

    /// <summary>The role's key and title.</summary>
    public required string Role { get; init; }
    public required string RoleTitle { get; init; }

    /// <summary>The role holds every right there is.</summary>
    public required bool Everything { get; init; }
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>The group that holds the role; null when the subject does.</summary>
    public required string? Group { get; init; }
    public required DateTimeOffset? Until { get; init; }

    /// <summary>The rights that count there.</summary>
    public PermissionSet Rights => Everything ? PermissionSet.Everything : PermissionSet.Of(RoleRules.Known(Permissions));
}

/// <summary>Answers "what does somebody reach?" over all places at once.</summary>
public sealed class ReachQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, TimeProvider time)
{
    /// <summary>
    /// One page of the places that a user, a group or a robot reaches by roles, a user's groups' with them. Everybody may ask about themselves; about others with
    /// <c>user:list</c> on the system. Sorts by <c>project</c> and <c>until</c>; the filter looks into the project's name.
    /// </summary>
    public async Task<Result<Page<ReachRow>>> ListAsync(Caller caller, SubjectKind kind, int id, PageRequest page, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var own = caller.Kind == kind && caller.Id == id;
        if (!own && !await policy.MayAsync(caller, Permissions.UserList, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.UserList);
        page = page.Bounded();
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = from b in GrantLoader.Bindings(db, kind, id).AsNoTracking().Where(b => b.Until == null || b.Until > now)
                   join p in db.Projects on b.ProjectId equals p.Id into projects
                   from p in projects.DefaultIfEmpty()
                   where b.ProjectId == null || p.DeletedAt == null
                   select new { Binding = b, Project = p == null ? null : p.Name };
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToLowerInvariant());
            rows = rows.Where(r => EF.Functions.Like(r.Project!, like, Like.Escape));
        }
        // a subject that nobody finds reaches nothing, like one that has no role
        rows = (page.SortColumn, page.Descending) switch
        {
            ("until", false) => rows.OrderBy(r => r.Binding.Until == null).ThenBy(r => r.Binding.Until).ThenBy(r => r.Binding.Id),
            ("until", true) => rows.OrderByDescending(r => r.Binding.Until == null).ThenByDescending(r => r.Binding.Until).ThenBy(r => r.Binding.Id),
            (_, true) => rows.OrderByDescending(r => r.Project != null).ThenByDescending(r => r.Project).ThenBy(r => r.Binding.Id),
            _ => rows.OrderBy(r => r.Project != null).ThenBy(r => r.Project).ThenBy(r => r.Binding.Id),
        };
        return await rows.Select(r => new ReachRow
        {
            BindingId = r.Binding.Id,
            Project = r.Project,
            RepositoryPattern = r.Binding.RepositoryPattern,
            TagPattern = r.Binding.TagPattern,
            Role = r.Binding.Role!.Name,
            RoleTitle = r.Binding.Role.Title,
            Everything = r.Binding.Role.Everything,
            Permissions = r.Binding.Role.Permissions.OrderBy(x => x.Resource).ThenBy(x => x.Action).Select(x => x.Resource + ":" + x.Action).ToList(),
            Group = r.Binding.SubjectKind == SubjectKind.Group && kind == SubjectKind.User ? db.Groups.Where(g => g.Id == r.Binding.SubjectId).Select(g => g.Name).FirstOrDefault() : null,
            Until = r.Binding.Until,
        }).ToPageAsync(page, () => rows.CountAsync(cancellation), cancellation);
    }
}

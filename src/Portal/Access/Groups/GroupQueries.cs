using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>A group as lists and pages show it.</summary>
public sealed record GroupRow
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public GroupSource Source { get; init; }
    public string ExternalName { get; init; } = "";
    public string Description { get; init; } = "";
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>People in it. Of an external group those who have signed in.</summary>
    public int Members { get; init; }

    /// <summary>Roles that it holds anywhere; they go with it.</summary>
    public int Roles { get; init; }
}

/// <summary>A person in a group.</summary>
public sealed record GroupMemberRow
{
    public int UserId { get; init; }
    public string Name { get; init; } = "";
    public string DisplayName { get; init; } = "";
    public bool Disabled { get; init; }
    public string Called => DisplayName.Length > 0 ? DisplayName : Name;
}

/// <summary>A role that a group holds.</summary>
public sealed record GroupRoleRow
{
    public int BindingId { get; init; }
    public string RoleName { get; init; } = "";
    public string RoleTitle { get; init; } = "";
    public int? ProjectId { get; init; }

    /// <summary>The project's name; empty for the whole system.</summary>
    public string Project { get; init; } = "";
    public string RepositoryPattern { get; init; } = "";
    public string TagPattern { get; init; } = "";
    public BindingOrigin Origin { get; init; }
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Reads groups.</summary>
public sealed class GroupQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, IProjectNames projects)
{
    static readonly FieldMap<Group> Fields = new FieldMap<Group>().Text("group_name", g => g.Name).Text("ldap_group_dn", g => g.ExternalName).Number("id", g => g.Id).Time("creation_time", g => g.CreatedAt);

    /// <summary>One page of groups. Sorts by <c>name</c>, <c>created</c>; the filter looks into name, external name and description.</summary>
    /// <param name="dn">Only the directory's group of this distinguished name.</param>
    public async Task<Result<Page<GroupRow>>> ListAsync(Caller caller, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation, string? dn = null)
    {
        if (await policy.RefuseAsync(caller, GroupRights.List, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var groups = db.Groups.AsNoTracking();
        if (Fields.Narrow(ref groups, where) is { } unfit) return unfit;
        if (dn is not null)
        {
            var external = GroupSync.Normalize(GroupSource.Ldap, dn);
            groups = groups.Where(g => g.Source == GroupSource.Ldap && g.ExternalName == external);
        }
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToLowerInvariant());
            groups = groups.Where(g => EF.Functions.Like(g.Name.ToLower(), like, Like.Escape) || EF.Functions.Like(g.ExternalName.ToLower(), like, Like.Escape) || EF.Functions.Like(g.Description.ToLower(), like, Like.Escape));
        }
        groups = (page.SortColumn, page.Descending) switch
        {
            ("created", false) => groups.OrderBy(g => g.CreatedAt).ThenBy(g => g.Id),
            ("created", true) => groups.OrderByDescending(g => g.CreatedAt).ThenBy(g => g.Id),
            (_, true) => groups.OrderByDescending(g => g.Name),
            _ => groups.OrderBy(g => g.Name),
        };
        return await Rows(db, groups).ToPageAsync(page, () => groups.CountAsync(cancellation), cancellation);
    }

    /// <summary>Groups whose name contains the text; any signed-in caller may ask, to choose a member.</summary>
    public async Task<Result<Page<GroupRow>>> SearchAsync(Caller caller, string name, PageRequest page, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (string.IsNullOrWhiteSpace(name)) return Page<GroupRow>.Empty;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var like = Like.Contains(name.Trim().ToLowerInvariant());
        var found = db.Groups.AsNoTracking().Where(g => EF.Functions.Like(g.Name.ToLower(), like, Like.Escape));
        return await found.OrderBy(g => g.Name).Select(g => new GroupRow { Id = g.Id, Name = g.Name, Source = g.Source }).ToPageAsync(page, () => found.CountAsync(cancellation), cancellation);
    }

    /// <summary>One group.</summary>
    public async Task<Result<GroupRow>> FindAsync(Caller caller, int groupId, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Read, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, db.Groups.AsNoTracking().Where(g => g.Id == groupId)).FirstOrDefaultAsync(cancellation) is { } row ? row : GroupErrors.NotFound;
    }

    /// <summary>One page of a group's people, by name.</summary>
    public async Task<Result<Page<GroupMemberRow>>> MembersAsync(Caller caller, int groupId, PageRequest page, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Read, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (!await db.Groups.AnyAsync(g => g.Id == groupId, cancellation)) return GroupErrors.NotFound;
        var people = db.GroupMembers.AsNoTracking().Where(m => m.GroupId == groupId && !m.User!.Deleted).Select(m => m.User!);
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToUpperInvariant());
            people = people.Where(u => EF.Functions.Like(u.NormalizedUserName!, like, Like.Escape) || EF.Functions.Like(u.DisplayName.ToUpper(), like, Like.Escape));
        }
        var sorted = page.Descending ? people.OrderByDescending(u => u.NormalizedUserName) : people.OrderBy(u => u.NormalizedUserName);
        return await sorted.Select(u => new GroupMemberRow { UserId = u.Id, Name = u.UserName!, DisplayName = u.DisplayName, Disabled = u.DisabledAt != null })
            .ToPageAsync(page, () => people.CountAsync(cancellation), cancellation);
    }

    /// <summary>The first roles that a group holds, at most <see cref="PageRequest.MaxTake"/>: the system's, then by project.</summary>
    public async Task<Result<Page<GroupRoleRow>>> RolesAsync(Caller caller, int groupId, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Read, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var bindings = db.Bindings.AsNoTracking().Where(b => b.SubjectKind == SubjectKind.Group && b.SubjectId == groupId);
        var page = await bindings.OrderBy(b => b.ProjectId != null).ThenBy(b => b.ProjectId).ThenBy(b => b.Id).Select(b => new GroupRoleRow
        {
            BindingId = b.Id,
            RoleName = b.Role!.Name,
            RoleTitle = b.Role.Title,
            ProjectId = b.ProjectId,
            RepositoryPattern = b.RepositoryPattern,
            TagPattern = b.TagPattern,
            Origin = b.Origin,
            Until = b.Until,
        }).ToPageAsync(new PageRequest(0, PageRequest.MaxTake), () => bindings.CountAsync(cancellation), cancellation);
        var names = await projects.NamesAsync(db, [.. page.Items.Select(r => r.ProjectId).OfType<int>().Distinct()], cancellation);
        return page with { Items = [.. page.Items.Select(r => r with { Project = r.ProjectId is { } id ? names.GetValueOrDefault(id, "") : "" })] };
    }

    static IQueryable<GroupRow> Rows(PortalDbContext db, IQueryable<Group> groups) => groups.Select(g => new GroupRow
    {
        Id = g.Id,
        Name = g.Name,
        Source = g.Source,
        ExternalName = g.ExternalName,
        Description = g.Description,
        CreatedAt = g.CreatedAt,
        Members = g.Members.Count(m => !m.User!.Deleted),
        Roles = db.Bindings.Count(b => b.SubjectKind == SubjectKind.Group && b.SubjectId == g.Id),
    });
}

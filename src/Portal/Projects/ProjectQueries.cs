using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A project as lists show it.</summary>
public sealed record ProjectRow
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required bool Public { get; init; }
    public required int OwnerId { get; init; }
    public required string OwnerName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required int RepositoryCount { get; init; }
    public required int MemberCount { get; init; }

    /// <summary>Bytes of the blobs that live artifacts of the project name, each once.</summary>
    public required long UniqueBytes { get; init; }

    /// <summary>Bytes, or <see cref="ProjectStorage.Unlimited"/>.</summary>
    public long StorageLimit { get; init; } = ProjectStorage.Unlimited;
    public required DateTimeOffset? LastPushedAt { get; init; }

    /// <summary>The caller's strongest role in the project, their own or of a group of theirs, be it on a pattern only; null when there is none.</summary>
    public required ProjectRole? Role { get; init; }
    public required bool AuditPulls { get; init; }
    public required bool AuditPushes { get; init; }

    public AccessTarget Target => AccessTarget.Project(Id, Name, Public);
}

/// <summary>A role somebody has in a project.</summary>
public sealed record ProjectRole(string Name, string Title, int? HarborId);

/// <summary>Members of a project by role.</summary>
public sealed record RoleCount(string Role, int Count);

/// <summary>Which projects a list holds beside the page and its filter.</summary>
/// <param name="Public">Only public ones, only private ones, or both.</param>
/// <param name="MemberOnly">Only those where the caller is a member.</param>
public sealed record ProjectListFilter(bool? Public = null, bool MemberOnly = false, string? Owner = null, string? ExactName = null);

/// <summary>Where a repository is or would be, and in which of its tags the right holds that was asked for.</summary>
public sealed record RepositoryPlace(ProjectEntry Project, string Path, TagScope Tags);

/// <summary>Reads projects. A caller sees those they may read and no trace of others.</summary>
public sealed class ProjectQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, ProjectDirectory directory, TimeProvider time)
{
    static readonly FieldMap<Project> Fields = new FieldMap<Project>().Text("name", p => p.Name).Flag("public", p => p.Public).Number("project_id", p => p.Id)
        .Number("owner_id", p => p.OwnerId).Time("creation_time", p => p.CreatedAt).Time("update_time", p => p.UpdatedAt);

    /// <summary>One page of the projects the caller may see. Sorts by <c>name</c>, <c>created</c>, <c>updated</c>, <c>pushed</c>, <c>repositories</c>, <c>size</c>; the filter looks into the name.</summary>
    public async Task<Page<ProjectRow>> ListAsync(Caller caller, PageRequest page, ProjectListFilter filter, CancellationToken cancellation) =>
        (await ListAsync(caller, page, filter, [], cancellation)).Value;

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<ProjectRow>>> ListAsync(Caller caller, PageRequest page, ProjectListFilter filter, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var projects = await VisibleAsync(db, caller, cancellation);
        if (Fields.Narrow(ref projects, where) is { } unfit) return unfit;
        if (page.Filter is { } text) projects = projects.Where(p => EF.Functions.Like(p.Name, Like.Contains(text.ToLowerInvariant()), Like.Escape));
        if (filter.Public is { } isPublic) projects = projects.Where(p => p.Public == isPublic);
        if (filter.ExactName is { } name) projects = projects.Where(p => p.Name == name);
        if (filter.Owner is { } owner) projects = projects.Where(p => db.Users.Any(u => u.Id == p.OwnerId && u.NormalizedUserName == owner.ToUpperInvariant()));
        var own = GrantLoader.Living(db, caller, time.GetUtcNow());
        if (filter.MemberOnly) projects = projects.Where(p => own.Any(b => b.ProjectId == p.Id));
        var rows = Rows(db, projects, own, await RepositoriesAsync(db, caller, cancellation));
        rows = (page.SortColumn, page.Descending) switch
        {
            ("updated", false) => rows.OrderBy(r => r.UpdatedAt).ThenBy(r => r.Id),
            ("updated", true) => rows.OrderByDescending(r => r.UpdatedAt).ThenBy(r => r.Id),
            ("created", false) => rows.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id),
            ("created", true) => rows.OrderByDescending(r => r.CreatedAt).ThenBy(r => r.Id),
            ("pushed", false) => rows.OrderBy(r => r.LastPushedAt).ThenBy(r => r.Id),
            ("pushed", true) => rows.OrderByDescending(r => r.LastPushedAt.HasValue).ThenByDescending(r => r.LastPushedAt).ThenBy(r => r.Id),
            ("repositories", false) => rows.OrderBy(r => r.RepositoryCount).ThenBy(r => r.Id),
            ("repositories", true) => rows.OrderByDescending(r => r.RepositoryCount).ThenBy(r => r.Id),
            ("size", false) => rows.OrderBy(r => r.UniqueBytes).ThenBy(r => r.Id),
            ("size", true) => rows.OrderByDescending(r => r.UniqueBytes).ThenBy(r => r.Id),
            ("name", true) => rows.OrderByDescending(r => r.Name),
            _ => rows.OrderBy(r => r.Name),
        };
        return await rows.ToPageAsync(page, () => projects.CountAsync(cancellation), cancellation);
    }

    /// <summary>Finds a project by name for a caller who may read it; missing and foreign answer alike.</summary>
    public async Task<Result<ProjectRow>> FindAsync(Caller caller, string name, CancellationToken cancellation)
    {
        var entry = await ResolveAsync(caller, name, Permissions.ProjectRead, cancellation);
        return entry.Ok ? await FindAsync(caller, entry.Value, cancellation) : entry.Error;
    }

    /// <summary>Reads a project whose right has been checked.</summary>
    public async Task<Result<ProjectRow>> FindAsync(Caller caller, ProjectEntry entry, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = Rows(db, db.Projects.Where(p => p.Id == entry.Id), GrantLoader.Living(db, caller, time.GetUtcNow()), await RepositoriesAsync(db, caller, cancellation));
        return await rows.FirstOrDefaultAsync(cancellation) is { } row ? row : ProjectErrors.NotFound;
    }

    /// <summary>How many projects there are on each side of the fence: private ones of the caller, public ones, all.</summary>
    public async Task<(long Own, long Public, long All)> CountAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var own = GrantLoader.Living(db, caller, time.GetUtcNow());
        var counts = await db.Projects.AsNoTracking().Where(p => p.DeletedAt == null).GroupBy(_ => 1).Select(g => new
        {
            Own = g.Count(p => !p.Public && own.Any(b => b.ProjectId == p.Id)),
            Public = g.Count(p => p.Public),
            All = g.Count(),
        }).FirstOrDefaultAsync(cancellation);
        return counts is null ? default : (counts.Own, counts.Public, counts.All);
    }

    /// <summary>Finds a project by name and checks one right on it. Who may not even read it gets the same answer as for a missing one.</summary>
    public async Task<Result<ProjectEntry>> ResolveAsync(Caller caller, string name, Permission needed, CancellationToken cancellation) =>
        await CheckAsync(caller, await directory.FindAsync(name, cancellation), needed, cancellation);

    /// <summary>The same by id.</summary>
    public async Task<Result<ProjectEntry>> ResolveAsync(Caller caller, int id, Permission needed, CancellationToken cancellation) =>
        await CheckAsync(caller, await directory.FindAsync(id, cancellation), needed, cancellation);

    /// <summary>Members by role, strongest first; empty roles are left out.</summary>
    public async Task<IReadOnlyList<RoleCount>> CountMembersAsync(int projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Bindings.Where(b => b.ProjectId == projectId).GroupBy(b => new { b.Role!.Name, b.Role.Strength })
            .OrderByDescending(g => g.Key.Strength).Select(g => new RoleCount(g.Key.Name, g.Count())).ToListAsync(cancellation);
    }

    /// <summary>
    /// Finds a repository's place by name and checks one right there: on the repository, or on some of its tags, which <see cref="RepositoryPlace.Tags"/> then names.
    /// Whether the repository exists is not asked, so a missing and a foreign one answer alike.
    /// </summary>
    public async Task<Result<RepositoryPlace>> ResolveAsync(Caller caller, string project, string repository, Permission needed, CancellationToken cancellation)
    {
        if (await directory.FindAsync(project, cancellation) is not { } entry) return ProjectErrors.NotFound;
        var target = entry.TargetOf(repository);
        var tags = await policy.TagsAsync(caller, needed, target, cancellation);
        return tags.Some ? new RepositoryPlace(entry, repository, tags) : ProjectErrors.Refusal(caller, await policy.RightsAsync(caller, target, cancellation), needed);
    }

    async Task<Result<ProjectEntry>> CheckAsync(Caller caller, ProjectEntry? entry, Permission needed, CancellationToken cancellation)
    {
        if (entry is null) return ProjectErrors.NotFound;
        var rights = await policy.RightsAsync(caller, entry.Target, cancellation);
        return rights.Has(needed) ? entry : ProjectErrors.Refusal(caller, rights, needed);
    }

    async Task<IQueryable<Project>> VisibleAsync(PortalDbContext db, Caller caller, CancellationToken cancellation) =>
        db.Projects.AsNoTracking().Where(p => p.DeletedAt == null).Visible(await policy.ScopeAsync(caller, Permissions.ProjectRead, cancellation));

    // Those that a row counts: where a pattern decides, only what the caller's lists show.
    async Task<IQueryable<Repository>> RepositoriesAsync(PortalDbContext db, Caller caller, CancellationToken cancellation)
    {
        var scope = await policy.ScopeAsync(caller, Permissions.RepositoryList, cancellation);
        return scope.PatternProjects.Count > 0 || scope.AnyProject ? db.Repositories.Visible(scope) : db.Repositories;
    }

    static IQueryable<ProjectRow> Rows(PortalDbContext db, IQueryable<Project> projects, IQueryable<Binding> own, IQueryable<Repository> repositories) => projects.Select(p => new ProjectRow
    {
        Id = p.Id,
        Name = p.Name,
        Description = p.Description,
        Public = p.Public,
        OwnerId = p.OwnerId,
        OwnerName = db.Users.Where(u => u.Id == p.OwnerId).Select(u => u.UserName).FirstOrDefault() ?? "",
        CreatedAt = p.CreatedAt,
        UpdatedAt = p.UpdatedAt,
        RepositoryCount = repositories.Count(r => r.ProjectId == p.Id && r.DeletionId == null),
        MemberCount = db.Bindings.Count(b => b.ProjectId == p.Id),
        UniqueBytes = p.Storage!.Used,
        StorageLimit = p.Storage.Limit,
        LastPushedAt = repositories.Where(r => r.ProjectId == p.Id).Max(r => r.LastPushedAt),
        Role = own.Where(b => b.ProjectId == p.Id).OrderByDescending(b => b.Role!.Strength)
            .Select(b => new ProjectRole(b.Role!.Name, b.Role.Title, b.Role.HarborId)).FirstOrDefault(),
        AuditPulls = p.AuditPulls,
        AuditPushes = p.AuditPushes,
    });
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Reads repositories. A caller sees those of projects where they may list repositories.</summary>
public sealed class RepositoryQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, ProjectQueries projects, TimeProvider time)
{
    static readonly FieldMap<Repository> Fields = new FieldMap<Repository>().Text("name", r => r.Project!.Name + "/" + r.Name).Text("description", r => r.Description)
        .Number("project_id", r => r.ProjectId).Number("repository_id", r => r.Id).Number("pull_count", r => r.PullCount).Time("creation_time", r => r.CreatedAt).Time("update_time", r => r.UpdatedAt);

    /// <summary>
    /// One page of the repositories of a project, or of all the caller may see (<paramref name="projectId"/> null).
    /// Sorts by <c>name</c>, <c>created</c>, <c>updated</c>, <c>pushed</c>, <c>pulls</c>, <c>artifacts</c>, <c>tags</c>, <c>size</c>; the filter looks into the name.
    /// </summary>
    public async Task<Page<RepositoryRow>> ListAsync(Caller caller, int? projectId, PageRequest page, CancellationToken cancellation) =>
        (await ListAsync(caller, projectId, page, [], cancellation)).Value;

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<RepositoryRow>>> ListAsync(Caller caller, int? projectId, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var repositories = await VisibleAsync(db, caller, Permissions.RepositoryList, cancellation);
        if (Fields.Narrow(ref repositories, where) is { } unfit) return unfit;
        if (projectId is { } id) repositories = repositories.Where(r => r.ProjectId == id);
        if (page.Filter is { } text)
        {
            var like = Like.Contains(text.ToLowerInvariant());
            repositories = projectId is null
                ? repositories.Where(r => EF.Functions.Like(r.Project!.Name + "/" + r.Name, like, Like.Escape))
                : repositories.Where(r => EF.Functions.Like(r.Name, like, Like.Escape));
        }
        var rows = Rows(db, repositories);
        rows = (page.SortColumn, page.Descending) switch
        {
            ("created", false) => rows.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id),
            ("created", true) => rows.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id),
            ("updated", false) => rows.OrderBy(r => r.UpdatedAt).ThenBy(r => r.Id),
            ("updated", true) => rows.OrderByDescending(r => r.UpdatedAt).ThenByDescending(r => r.Id),
            ("pushed", false) => rows.OrderBy(r => r.LastPushedAt).ThenBy(r => r.Id),
            ("pushed", true) => rows.OrderByDescending(r => r.LastPushedAt.HasValue).ThenByDescending(r => r.LastPushedAt).ThenByDescending(r => r.Id),
            ("pulls", false) => rows.OrderBy(r => r.PullCount).ThenBy(r => r.Id),
            ("pulls", true) => rows.OrderByDescending(r => r.PullCount).ThenByDescending(r => r.Id),
            ("artifacts", false) => rows.OrderBy(r => r.ArtifactCount).ThenBy(r => r.Id),
            ("artifacts", true) => rows.OrderByDescending(r => r.ArtifactCount).ThenByDescending(r => r.Id),
            ("tags", false) => rows.OrderBy(r => r.TagCount).ThenBy(r => r.Id),
            ("tags", true) => rows.OrderByDescending(r => r.TagCount).ThenByDescending(r => r.Id),
            ("size", false) => rows.OrderBy(r => r.UniqueBytes).ThenBy(r => r.Id),
            ("size", true) => rows.OrderByDescending(r => r.UniqueBytes).ThenByDescending(r => r.Id),
            ("name", true) => rows.OrderByDescending(r => r.ProjectName).ThenByDescending(r => r.Name),
            _ => rows.OrderBy(r => r.ProjectName).ThenBy(r => r.Name),
        };
        return await rows.ToPageAsync(page, () => repositories.CountAsync(cancellation), cancellation);
    }

    /// <summary>Finds a repository for a caller who may list them or, when named, has another right; missing and foreign answer alike.</summary>
    public async Task<Result<RepositoryRow>> FindAsync(Caller caller, string project, string name, CancellationToken cancellation, Permission? needed = null)
    {
        var place = await projects.ResolveAsync(caller, project, name, needed ?? Permissions.RepositoryList, cancellation);
        if (!place.Ok) return place.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = db.Repositories.AsNoTracking().Where(r => r.ProjectId == place.Value.Project.Id && r.Name == name && r.DeletionId == null);
        return await Rows(db, found).FirstOrDefaultAsync(cancellation) is { } row ? row : ArtifactErrors.RepositoryNotFound;
    }

    /// <summary>How many repositories each side of the fence has, for statistics: of the caller's own projects, of public ones, of all; and the bytes that all blobs take.</summary>
    public async Task<(long Own, long Public, long All, long Bytes)> CountAsync(Caller caller, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var live = db.Repositories.AsNoTracking().Where(r => r.DeletionId == null && r.Project!.DeletedAt == null);
        var own = GrantLoader.Living(db, caller, time.GetUtcNow());
        var counts = await live.GroupBy(_ => 1).Select(g => new
        {
            Own = g.Count(r => !r.Project!.Public && own.Any(b => b.ProjectId == r.ProjectId)),
            Public = g.Count(r => r.Project!.Public),
            All = g.Count(),
            Bytes = db.Blobs.Sum(b => b.Size),
        }).FirstOrDefaultAsync(cancellation);
        return counts is null ? default : (counts.Own, counts.Public, counts.All, counts.Bytes);
    }

    /// <summary>The same with where the right holds, for lists that look into repositories.</summary>
    internal async Task<(IQueryable<Repository> Visible, AccessScope Scope)> ScopedAsync(PortalDbContext db, Caller caller, Permission right, CancellationToken cancellation) =>
        (await VisibleAsync(db, caller, right, cancellation), await policy.ScopeAsync(caller, right, cancellation));

    internal async Task<IQueryable<Repository>> VisibleAsync(PortalDbContext db, Caller caller, Permission right, CancellationToken cancellation) =>
        db.Repositories.AsNoTracking().Where(r => r.DeletionId == null && r.Project!.DeletedAt == null).Visible(await policy.ScopeAsync(caller, right, cancellation));

    static IQueryable<RepositoryRow> Rows(PortalDbContext db, IQueryable<Repository> repositories)
    {
        var tags = CosignTags.Others(db.Tags);
        return repositories.Select(r => new RepositoryRow
        {
            Id = r.Id,
            ProjectId = r.ProjectId,
            ProjectName = r.Project!.Name,
            ProjectPublic = r.Project.Public,
            Name = r.Name,
            Description = r.Description,
            CreatedAt = r.CreatedAt,
            UpdatedAt = r.UpdatedAt,
            LastPushedAt = r.LastPushedAt,
            LastPulledAt = r.LastPulledAt,
            PullCount = r.PullCount,
            ArtifactCount = db.Artifacts.Count(a => a.RepositoryId == r.Id && a.DeletionId == null),
            TagCount = tags.Count(t => t.RepositoryId == r.Id),
            UniqueBytes = db.Artifacts.Where(a => a.RepositoryId == r.Id && a.DeletionId == null).SelectMany(a => a.Blobs)
                .Select(b => new { b.BlobId, b.Blob!.Size }).Distinct().Sum(b => b.Size),
        });
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A push as home and overview pages list it.</summary>
/// <param name="Repository">The name inside the project.</param>
/// <param name="Tags">The newest tags, at most <see cref="HomeQueries.MaxTags"/>.</param>
/// <param name="Size">Bytes as stored; an index adds its children.</param>
public sealed record RecentPush(string Project, string Repository, string Digest, ArtifactKind Kind, IReadOnlyList<string> Tags, int TagCount, long Size, DateTimeOffset PushedAt, string PushedBy);

/// <summary>What all projects that a caller may see hold together.</summary>
/// <param name="UniqueBytes">Bytes of the blobs that live artifacts name, each once however many projects share it.</param>
/// <param name="ProjectBytes">The sum of what each project holds on its own; the difference is what sharing between projects saves.</param>
public sealed record StorageTotals(long Projects, long Repositories, long Artifacts, long UniqueBytes, long ProjectBytes);

/// <summary>Reads what the home page and a project's overview show over several repositories. A caller sees nothing of projects they may not read.</summary>
public sealed class HomeQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy)
{
    /// <summary>Tags that come with a push.</summary>
    public const int MaxTags = 3;

    /// <summary>The newest tagged artifacts, newest first, in one project or (<paramref name="projectId"/> null) in all the caller may see. At most <see cref="PageRequest.MaxTake"/>.</summary>
    public async Task<IReadOnlyList<RecentPush>> RecentPushesAsync(Caller caller, int? projectId, int take, CancellationToken cancellation)
    {
        take = Math.Clamp(take, 1, PageRequest.MaxTake);
        var scope = await policy.ScopeAsync(caller, Permissions.ArtifactList, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var repositories = Visible(db, scope).Where(r => r.LastPushedAt != null);
        if (projectId is { } id) repositories = repositories.Where(r => r.ProjectId == id);
        // The newest n pushes are in the n repositories that were pushed to last, so two short index walks find them in any number of artifacts.
        var newest = repositories.OrderByDescending(r => r.LastPushedAt).ThenByDescending(r => r.Id).Take(take).Select(r => r.Id);
        var tags = CosignTags.Others(scope.Tags.Count > 0 ? db.Tags.Visible(db, scope) : db.Tags);
        // Where tags decide, a repository's last push may be out of sight, so its place in that order says nothing.
        var places = scope.Tags.Count > 0 ? repositories.Select(r => r.Id) : newest;
        return await db.Artifacts.AsNoTracking()
            .Where(a => places.Contains(a.RepositoryId) && a.DeletionId == null && a.SubjectDigest == null && a.Kind != ArtifactKind.Signature && tags.Any(t => t.ArtifactId == a.Id))
            .OrderByDescending(a => a.PushedAt).ThenByDescending(a => a.Id).Take(take)
            .Select(a => new RecentPush(a.Repository!.Project!.Name, a.Repository.Name, a.Digest, a.Kind,
                tags.Where(t => t.ArtifactId == a.Id).OrderByDescending(t => t.PushedAt).ThenByDescending(t => t.Id).Take(MaxTags).Select(t => t.Name).ToList(), tags.Count(t => t.ArtifactId == a.Id), a.Size, a.PushedAt, a.PushedBy))
            .ToListAsync(cancellation);
    }

    /// <summary>What the caller's visible projects hold together.</summary>
    public async Task<StorageTotals> StorageAsync(Caller caller, CancellationToken cancellation)
    {
        var scope = await policy.ScopeAsync(caller, Permissions.ProjectRead, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var projects = db.Projects.Where(p => p.DeletedAt == null).Visible(scope);
        // of projects where only some repositories are in sight the bytes are nobody else's
        var whole = projects.Visible(scope with { SeenProjects = [], SeenProjectNames = [] });
        var held = db.ProjectBlobs.Where(b => whole.Any(p => p.Id == b.ProjectId));
        var artifactScope = await policy.ScopeAsync(caller, Permissions.ArtifactList, cancellation);
        var repositories = Visible(db, await policy.ScopeAsync(caller, Permissions.RepositoryList, cancellation));
        return new(
            await projects.LongCountAsync(cancellation),
            await repositories.LongCountAsync(cancellation),
            await db.Artifacts.Where(a => a.DeletionId == null && projects.Any(p => p.Id == a.ProjectId)).Visible(db, artifactScope).LongCountAsync(cancellation),
            await held.Select(b => new { b.BlobId, b.Size }).Distinct().SumAsync(b => b.Size, cancellation),
            await whole.SumAsync(p => p.Storage!.Used, cancellation));
    }

    /// <summary>How many live artifacts and tags a project holds; nothing for who may not list them.</summary>
    public async Task<(long Artifacts, long Tags)> CountsAsync(Caller caller, int projectId, CancellationToken cancellation)
    {
        var scope = await policy.ScopeAsync(caller, Permissions.ArtifactList, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var repositories = Visible(db, scope).Where(r => r.ProjectId == projectId);
        return (await db.Artifacts.Where(a => a.DeletionId == null && repositories.Any(r => r.Id == a.RepositoryId)).Visible(db, scope).LongCountAsync(cancellation),
            await CosignTags.Others(db.Tags).Where(t => repositories.Any(r => r.Id == t.RepositoryId)).Visible(db, scope).LongCountAsync(cancellation));
    }

    static IQueryable<Repository> Visible(PortalDbContext db, AccessScope scope) =>
        db.Repositories.AsNoTracking().Where(r => r.DeletionId == null && r.Project!.DeletedAt == null).Visible(scope);
}

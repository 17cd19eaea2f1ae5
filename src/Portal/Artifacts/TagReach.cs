using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>
/// What rights on tags reach: the artifacts that such a tag names, the platforms of an index so named, and what is attached to either. Everything else of the
/// repository stays out of sight.
/// </summary>
static class TagReach
{
    /// <summary>The tags in which the right holds.</summary>
    public static IQueryable<Tag> Matching(this IQueryable<Tag> tags, TagScope scope)
    {
        if (scope.Every) return tags;
        var patterns = scope.Likes;
        return tags.Where(t => patterns.Any(p => EF.Functions.Like(t.Name, p, Like.Escape)));
    }

    /// <summary>The events of tags in which the right holds.</summary>
    public static IQueryable<TagEvent> Matching(this IQueryable<TagEvent> events, TagScope scope)
    {
        if (scope.Every) return events;
        var patterns = scope.Likes;
        return events.Where(e => patterns.Any(p => EF.Functions.Like(e.TagName, p, Like.Escape)));
    }

    /// <summary>Of one repository's artifacts those that the right reaches.</summary>
    public static IQueryable<Artifact> Reached(this IQueryable<Artifact> artifacts, PortalDbContext db, long repositoryId, TagScope scope) =>
        scope.Every ? artifacts : Reached(artifacts, db, db.Tags.Where(t => t.RepositoryId == repositoryId).Matching(scope));

    /// <summary>Of any repositories' artifacts those that the right reaches.</summary>
    public static IQueryable<Artifact> Visible(this IQueryable<Artifact> artifacts, PortalDbContext db, AccessScope scope)
    {
        if (scope.Everywhere) return artifacts;
        var whole = db.Repositories.Visible(scope, whole: true);
        if (scope.Tags.Count == 0) return artifacts.Where(a => whole.Any(r => r.Id == a.RepositoryId));
        var reached = Reached(db.Artifacts, db, Matching(db, scope));
        return artifacts.Where(a => whole.Any(r => r.Id == a.RepositoryId) || reached.Any(r => r.Id == a.Id));
    }

    /// <summary>Of any repositories' tags those in which the right holds.</summary>
    public static IQueryable<Tag> Visible(this IQueryable<Tag> tags, PortalDbContext db, AccessScope scope)
    {
        if (scope.Everywhere) return tags;
        var whole = db.Repositories.Visible(scope, whole: true);
        if (scope.Tags.Count == 0) return tags.Where(t => whole.Any(r => r.Id == t.RepositoryId));
        var matching = Matching(db, scope);
        return tags.Where(t => whole.Any(r => r.Id == t.RepositoryId) || matching.Any(m => m.Id == t.Id));
    }

    /// <summary>True when the right reaches the artifact that a reference names: a tag that matches, or a digest or cosign's tag of one that it reaches.</summary>
    public static async Task<bool> HoldsAsync(PortalDbContext db, long repositoryId, Reference reference, TagScope scope, CancellationToken cancellation)
    {
        if (scope.Every || (!reference.IsDigest && scope.Contains(reference.Tag.Text))) return true;
        if (!scope.Some || (!reference.IsDigest && ArtifactKinds.TagScheme(reference.Tag.Text) is null)) return false;
        var live = db.Artifacts.Where(a => a.RepositoryId == repositoryId && a.DeletionId == null);
        var (digest, tag) = (reference.Digest.Text, reference.Tag.Text);
        live = reference.IsDigest ? live.Where(a => a.Digest == digest) : live.Where(a => a.Tags.Any(t => t.Name == tag));
        return await live.Reached(db, repositoryId, scope).AnyAsync(cancellation);
    }

    static IQueryable<Tag> Matching(PortalDbContext db, AccessScope scope)
    {
        var (patterns, any, homes) = (scope.Tags, scope.AnyProject, scope.PatternProjects);
        var repositories = db.Repositories.Where(r => any || homes.Contains(r.ProjectId));
        if (scope.Only is { } only) repositories = repositories.Where(r => r.ProjectId == only);
        return db.Tags.Where(t => repositories.Any(r => r.Id == t.RepositoryId && patterns.Any(p =>
            EF.Functions.Like(r.ProjectId + "|" + r.Project!.Name + "|" + (r.Name.Length - r.Name.Replace("/", "").Length) + "|" + r.Name + "|" + t.Name, p, Like.Escape))));
    }

    static IQueryable<Artifact> Reached(IQueryable<Artifact> artifacts, PortalDbContext db, IQueryable<Tag> tags)
    {
        var live = db.Artifacts.Where(a => a.DeletionId == null);
        var named = live.Where(a => tags.Any(t => t.ArtifactId == a.Id));
        var family = live.Where(a => tags.Any(t => t.ArtifactId == a.Id)
            || db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && named.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId)));
        return artifacts.Where(a => family.Any(f => f.Id == a.Id) || family.Any(f => f.RepositoryId == a.RepositoryId && f.Digest == a.SubjectDigest)
            || a.Tags.Any(s => family.Any(f => f.RepositoryId == a.RepositoryId && (s.Name == f.Digest.Replace(":", "-") + ".sig" || s.Name == f.Digest.Replace(":", "-") + ".att" || s.Name == f.Digest.Replace(":", "-") + ".sbom"))));
    }
}

/// <summary>Tells the registry's doors what rights on tags reach.</summary>
public sealed class TagReachQueries(IDbContextFactory<PortalDbContext> contexts)
{
    /// <summary>True when the right reaches what a reference names in a repository.</summary>
    public async ValueTask<bool> HoldsAsync(long repositoryId, Reference reference, TagScope scope, CancellationToken cancellation)
    {
        if (scope.Every || (!reference.IsDigest && scope.Contains(reference.Tag.Text))) return true;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await TagReach.HoldsAsync(db, repositoryId, reference, scope, cancellation);
    }

    /// <summary>True when an artifact that the right reaches names this blob.</summary>
    public async ValueTask<bool> HoldsBlobAsync(long repositoryId, Digest blob, TagScope scope, CancellationToken cancellation)
    {
        if (scope.Every) return true;
        if (!scope.Some) return false;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Artifacts.Where(a => a.RepositoryId == repositoryId && a.DeletionId == null && a.Blobs.Any(b => b.Blob!.Digest == blob.Text)).Reached(db, repositoryId, scope).AnyAsync(cancellation);
    }
}

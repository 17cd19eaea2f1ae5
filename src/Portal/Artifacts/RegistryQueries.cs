using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>One entry of a referrers list.</summary>
public sealed record ReferrerRow(long Id, string Digest, string MediaType, int Size, string ArtifactType, string? Annotations);

/// <summary>The lists of the registry protocol, by key, in the order of bytes.</summary>
public sealed class RegistryQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy)
{
    /// <summary>Tags within the scope after <paramref name="last"/>; null when the repository does not exist or is deleted.</summary>
    public async Task<KeysetPage<string>?> TagsAsync(long repositoryId, TagScope scope, string? last, int take, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var tags = db.Tags.AsNoTracking().Where(t => t.RepositoryId == repositoryId).Matching(scope);
        if (!string.IsNullOrEmpty(last)) tags = tags.Where(t => t.Name.CompareTo(last) > 0);
        var names = await tags.Select(t => t.Name).OrderBy(n => n).Take(take + 1).ToListAsync(cancellation);
        if (names.Count == 0 && !await db.Repositories.AnyAsync(r => r.Id == repositoryId && r.DeletionId == null, cancellation)) return null;
        return Page(names, take, n => n);
    }

    /// <summary>Full names of the repositories with tags that the caller may list, after <paramref name="last"/>.</summary>
    public async Task<KeysetPage<string>> CatalogAsync(Caller caller, string? last, int take, CancellationToken cancellation)
    {
        var scope = await policy.ScopeAsync(caller, Permissions.RepositoryList, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var live = db.Repositories.AsNoTracking().Where(r => r.DeletionId == null && r.Project!.DeletedAt == null && db.Tags.Any(t => t.RepositoryId == r.Id));
        var names = live.Visible(scope).Select(r => r.Project!.Name + "/" + r.Name);
        if (!string.IsNullOrEmpty(last)) names = names.Where(n => n.CompareTo(last) > 0);
        return Page(await names.OrderBy(n => n).Take(take + 1).ToListAsync(cancellation), take, n => n);
    }

    /// <summary>Live artifacts of a repository within the scope whose subject is a digest, oldest first, after the row with id <paramref name="last"/>.</summary>
    public async Task<KeysetPage<ReferrerRow>> ReferrersAsync(long repositoryId, TagScope scope, Digest subject, string? artifactType, long last, int take, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var live = db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == repositoryId && a.SubjectDigest == subject.Text && a.DeletionId == null && a.Id > last).Reached(db, repositoryId, scope);
        if (!string.IsNullOrEmpty(artifactType))
            live = live.Where(a => a.ArtifactType == artifactType || (a.ArtifactType == "" && a.Blobs.Any(b => b.Role == BlobRole.Config && b.MediaType == artifactType)));
        var rows = await live.OrderBy(a => a.Id).Take(take + 1).Select(a => new ReferrerRow(a.Id, a.Digest, a.MediaType, a.ManifestSize,
            a.ArtifactType != "" ? a.ArtifactType : a.Blobs.Where(b => b.Role == BlobRole.Config).Select(b => b.MediaType).FirstOrDefault() ?? "", a.Annotations)).ToListAsync(cancellation);
        return Page(rows, take, r => r.Id.ToString(CultureInfo.InvariantCulture));
    }

    static KeysetPage<T> Page<T>(List<T> rows, int take, Func<T, string> key)
    {
        var more = rows.Count > take;
        if (more) rows.RemoveAt(take);
        return new(rows, more && rows.Count > 0 ? key(rows[^1]) : null);
    }
}

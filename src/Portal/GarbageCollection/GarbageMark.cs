using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>An artifact whose time in the trash is over.</summary>
public sealed record DoomedArtifact(long Id, long RepositoryId, string Repository, string Digest, long Size);

/// <summary>Content that nothing names.</summary>
/// <param name="RepositoryId">A repository that held it; null for one that none did.</param>
public sealed record DoomedBlob(long Id, string Digest, long Size, long? RepositoryId);

/// <summary>What a mark found.</summary>
public sealed record Marked(IReadOnlyList<DoomedArtifact> Artifacts, IReadOnlyList<string> Manifests, long ManifestBytes, IReadOnlyList<DoomedBlob> Blobs)
{
    public long BlobBytes => Blobs.Sum(b => b.Size);
}

/// <summary>
/// Finds what nothing needs, in a few statements over the whole index. Needed is what is live or lies in the trash within its window, the platforms of indexes that are needed,
/// the blobs of all those, manifests whose push is under way, and blobs that somebody uploaded, mounted or asked for within the grace.
/// </summary>
public sealed class GarbageMark(IDbContextFactory<PortalDbContext> contexts, TimeProvider time)
{
    /// <param name="cutoff">The beginning of the grace.</param>
    public async Task<Marked> RunAsync(DateTimeOffset cutoff, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var ended = Ended(db, now);
        var candidates = await db.Artifacts.AsNoTracking().Where(a => ended.Any(d => d.Id == a.DeletionId))
            .Select(a => new DoomedArtifact(a.Id, a.RepositoryId, a.Repository!.Project!.Name + "/" + a.Repository.Name, a.Digest, a.ManifestSize)).ToListAsync(cancellation);
        var kept = candidates.Count == 0 ? [] : await NamedByIndexesAsync(db, candidates, cancellation);
        var doomed = candidates.Where(a => !kept.Contains(a.Id)).ToList();
        List<long> spared = [.. kept];
        // an artifact is needed unless its deletion is over, and spared when an index that is needed names it
        var needed = db.Artifacts.Where(a => a.DeletionId == null || !ended.Any(d => d.Id == a.DeletionId) || spared.Contains(a.Id));
        var manifests = await db.Manifests.Where(m => !needed.Any(a => a.Digest == m.Digest) && !db.PushIntents.Any(i => i.Digest == m.Digest)).Select(m => new { m.Digest, m.Content.Length }).ToListAsync(cancellation);
        var blobs = await db.Blobs.Where(b => !db.ArtifactBlobs.Any(x => x.BlobId == b.Id && needed.Any(a => a.Id == x.ArtifactId))
                && !db.RepositoryBlobs.Any(l => l.BlobId == b.Id && l.LinkedAt > cutoff) && b.FirstSeenAt <= cutoff)
            .Select(b => new DoomedBlob(b.Id, b.Digest, b.Size, db.ArtifactBlobs.Where(x => x.BlobId == b.Id).Join(db.Artifacts, x => x.ArtifactId, a => a.Id, (x, a) => (long?)a.RepositoryId).Min()
                ?? db.RepositoryBlobs.Where(l => l.BlobId == b.Id).Min(l => (long?)l.RepositoryId))).ToListAsync(cancellation);
        return new(doomed, [.. manifests.Select(m => m.Digest)], manifests.Sum(m => (long)m.Length), blobs);
    }

    /// <summary>Deletions that nothing brings back: ended ones, and those whose window is over.</summary>
    internal static IQueryable<Deletion> Ended(PortalDbContext db, DateTimeOffset now) => db.Deletions.Where(d => d.RestoredAt == null && (d.DestroyedAt != null || d.ExpiresAt <= now));

    // from the indexes that stay down to what they name, as far as that lies among the candidates
    static async Task<HashSet<long>> NamedByIndexesAsync(PortalDbContext db, List<DoomedArtifact> candidates, CancellationToken cancellation)
    {
        var ids = candidates.Select(a => a.Id).ToList();
        var edges = await db.Artifacts.Where(a => ids.Contains(a.Id))
            .SelectMany(a => db.ArtifactChildren.Where(c => c.ChildDigest == a.Digest && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId)), (a, c) => new { Child = a.Id, Parent = c.ParentId })
            .Distinct().ToListAsync(cancellation);
        var open = ids.ToHashSet();
        var kept = new HashSet<long>();
        var byParent = edges.ToLookup(e => e.Parent, e => e.Child);
        var turn = new Queue<long>(edges.Select(e => e.Parent).Where(p => !open.Contains(p)).Distinct());
        while (turn.TryDequeue(out var parent))
            foreach (var child in byParent[parent])
                if (kept.Add(child)) turn.Enqueue(child);
        return kept;
    }
}

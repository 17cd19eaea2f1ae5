using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>What a look at live tags found.</summary>
/// <param name="Tags">Tags looked at.</param>
/// <param name="Blobs">Blobs of theirs, each looked at once.</param>
/// <param name="Problems">What is missing, in words; empty when everything is there.</param>
public sealed record TagCheckResult(int Tags, int Blobs, IReadOnlyList<string> Problems);

/// <summary>Looks whether live tags could be pulled whole: their manifests in the index, all their blobs in the registry's storage with the right size.</summary>
public sealed class TagCheck(IDbContextFactory<PortalDbContext> contexts, IRegistryStore store)
{
    const int MaxProblems = 20;

    /// <param name="most">Tags that are chosen at random.</param>
    public async Task<TagCheckResult> RunAsync(int most, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var tags = await db.Tags.AsNoTracking().OrderBy(_ => Guid.NewGuid()).Take(most).Select(t => new { t.Name, Repository = t.Artifact!.Repository!.Name, t.Artifact.Repository.Project, t.RepositoryId, t.ArtifactId, t.Artifact.Digest, t.Artifact.DeletionId })
            .Select(t => new Sampled(t.Project!.Name + "/" + t.Repository + ":" + t.Name, t.RepositoryId, t.ArtifactId, t.Digest, t.DeletionId)).ToListAsync(cancellation);
        var problems = new List<string>();
        var seen = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            // a push or deletion may move a tag while this looks; what counts is what it names afterwards
            var missing = await LookAsync(db, tag, seen, cancellation);
            if (missing is not null && await db.Tags.AnyAsync(t => t.RepositoryId == tag.RepositoryId && t.ArtifactId == tag.ArtifactId, cancellation) && problems.Count < MaxProblems) problems.Add(missing);
        }
        return new(tags.Count, seen.Count, problems);
    }

    sealed record Sampled(string Name, long RepositoryId, long ArtifactId, string Digest, long? DeletionId);

    async Task<string?> LookAsync(PortalDbContext db, Sampled tag, Dictionary<string, bool> seen, CancellationToken cancellation)
    {
        if (tag.DeletionId is not null) return $"{tag.Name} names an artifact that is deleted";
        var (round, known) = (new List<(long Id, string Digest)> { (tag.ArtifactId, tag.Digest) }, new HashSet<string>(StringComparer.Ordinal));
        while (round.Count > 0)
        {
            var (ids, digests) = (round.ConvertAll(r => r.Id), round.ConvertAll(r => r.Digest));
            known.UnionWith(digests);
            var held = await db.Manifests.Where(m => digests.Contains(m.Digest)).Select(m => m.Digest).ToListAsync(cancellation);
            if (digests.Except(held, StringComparer.Ordinal).FirstOrDefault() is { } lost) return $"{tag.Name} lacks the manifest {lost}";
            var blobs = await db.ArtifactBlobs.Where(x => ids.Contains(x.ArtifactId)).Select(x => new { x.Blob!.Digest, x.Blob.Size, Linked = db.RepositoryBlobs.Any(l => l.RepositoryId == tag.RepositoryId && l.BlobId == x.BlobId) }).Distinct().ToListAsync(cancellation);
            foreach (var blob in blobs)
            {
                if (!blob.Linked) return $"{tag.Name} names the blob {blob.Digest}, which its repository does not hold";
                if (!seen.TryGetValue(blob.Digest, out var whole)) seen[blob.Digest] = whole = await store.SizeAsync(Digest.Parse(blob.Digest), cancellation) == blob.Size;
                if (!whole) return $"{tag.Name} lacks the blob {blob.Digest}";
            }
            var children = await db.ArtifactChildren.Where(c => ids.Contains(c.ParentId)).Select(c => c.ChildDigest).Distinct().ToListAsync(cancellation);
            var below = await db.Artifacts.Where(a => a.RepositoryId == tag.RepositoryId && a.DeletionId == null && children.Contains(a.Digest)).Select(a => new { a.Id, a.Digest }).ToListAsync(cancellation);
            var plain = await db.RepositoryBlobs.Where(l => l.RepositoryId == tag.RepositoryId && children.Contains(l.Blob!.Digest)).Select(l => l.Blob!.Digest).ToListAsync(cancellation);
            if (children.Except(below.Select(b => b.Digest), StringComparer.Ordinal).Except(plain, StringComparer.Ordinal).FirstOrDefault() is { } child) return $"{tag.Name} lacks the platform {child}";
            round = [.. below.Where(b => !known.Contains(b.Digest)).Select(b => (b.Id, b.Digest))];
        }
        return null;
    }
}

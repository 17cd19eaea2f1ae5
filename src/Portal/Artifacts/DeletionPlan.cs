using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Artifacts;

/// <summary>What goes with an artifact: its tags, what is attached to it, and the platforms that only it names.</summary>
static class DeletionPlan
{
    const int MaxRounds = 16;

    /// <summary>
    /// Grows the set until nothing is added: referrers by subject, signatures by tag scheme, and of an index the untagged children that no other live index names.
    /// </summary>
    public static async Task<List<Artifact>> GrowAsync(PortalDbContext db, long repositoryId, Artifact first, CancellationToken cancellation)
    {
        var all = new Dictionary<long, Artifact> { [first.Id] = first };
        List<Artifact> fresh = [first];
        for (var round = 0; fresh.Count > 0 && round < MaxRounds; round++)
        {
            var ids = fresh.Select(a => a.Id).ToList();
            var digests = fresh.Select(a => a.Digest).ToList();
            var schemes = digests.SelectMany(d => new[] { ".sig", ".att", ".sbom" }.Select(s => d.Replace(':', '-') + s)).ToList();
            var gone = all.Keys.ToList();
            var live = db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == repositoryId && a.DeletionId == null && !gone.Contains(a.Id));
            var attached = await live.Where(a => digests.Contains(a.SubjectDigest!) || a.Tags.Any(t => schemes.Contains(t.Name))).ToListAsync(cancellation);
            var children = await live.Where(a => !a.Tags.Any()
                && db.ArtifactChildren.Any(c => ids.Contains(c.ParentId) && c.ChildDigest == a.Digest)
                && !db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && !gone.Contains(c.ParentId)
                    && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == repositoryId && p.DeletionId == null))).ToListAsync(cancellation);
            fresh = [.. attached.Concat(children).Where(a => all.TryAdd(a.Id, a))];
        }
        return [.. all.Values];
    }
}

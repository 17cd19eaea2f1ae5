using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>
/// Takes what nothing needs out of the index and marks its content, in small transactions. Each looks again, behind its locks, whether the thing is still not needed:
/// what a mark found is a list of suspects and no more.
/// </summary>
public sealed class IndexSweep(Transactions transactions, IDatabaseProvider provider, IChangeFeed feed, TimeProvider time)
{
    /// <summary>Things that one transaction takes.</summary>
    public const int BatchSize = 200;

    /// <summary>Removes artifacts whose deletion is over; those that an index still names stay. Returns the ids that went.</summary>
    public async Task<HashSet<long>> ArtifactsAsync(IReadOnlyList<DoomedArtifact> batch, CancellationToken cancellation)
    {
        var ids = batch.Select(a => a.Id).ToList();
        HashSet<long> gone = [];
        await transactions.RunAsync(async db =>
        {
            // of a push that brings one back this finds the new row, or the push finds none
            await db.Artifacts.Where(a => ids.Contains(a.Id) && db.Deletions.Any(d => d.Id == a.DeletionId && d.RestoredAt == null && d.DestroyedAt != null)
                && !db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId))).ExecuteDeleteAsync(cancellation);
            var left = await db.Artifacts.Where(a => ids.Contains(a.Id)).Select(a => a.Id).ToListAsync(cancellation);
            gone = [.. ids.Except(left)];
            await LinksAsync(db, batch.Where(a => gone.Contains(a.Id)).Select(a => (a.Digest, a.Repository)), cancellation);
            await feed.AnnounceAsync(db, cancellation, [.. batch.Where(a => gone.Contains(a.Id)).Select(a => a.RepositoryId).Distinct().Select(ArtifactLookup.RepositoryChanged)]);
            return Result.Success;
        }, cancellation);
        return gone;
    }

    /// <summary>Removes manifests that no artifact has; returns how many and their bytes.</summary>
    public async Task<(int Count, long Bytes)> ManifestsAsync(IReadOnlyList<string> batch, CancellationToken cancellation)
    {
        var digests = batch.Order(StringComparer.Ordinal).ToList();
        var done = (0, 0L);
        await transactions.RunAsync(async db =>
        {
            // locked first: a push that writes the same manifest ends before the next statement looks, or begins behind this transaction
            await db.Manifests.Where(m => digests.Contains(m.Digest)).ExecuteUpdateAsync(s => s.SetProperty(m => m.MediaType, m => m.MediaType), cancellation);
            var idle = db.Manifests.Where(m => digests.Contains(m.Digest) && !db.Artifacts.Any(a => a.Digest == m.Digest) && !db.PushIntents.Any(i => i.Digest == m.Digest));
            var found = await idle.Select(m => new { m.Digest, m.Content.Length }).ToListAsync(cancellation);
            var taken = found.Select(f => f.Digest).ToList();
            await db.Manifests.Where(m => taken.Contains(m.Digest)).ExecuteDeleteAsync(cancellation);
            await MarkAsync(db, found.ConvertAll(f => (f.Digest, (long)f.Length)), isManifest: true, cancellation);
            done = (found.Count, found.Sum(f => (long)f.Length));
            return Result.Success;
        }, cancellation);
        return done;
    }

    /// <summary>Removes blobs that no artifact names and nobody has used since <paramref name="cutoff"/>; returns how many and their bytes.</summary>
    public async Task<(int Count, long Bytes)> BlobsAsync(IReadOnlyList<DoomedBlob> batch, DateTimeOffset cutoff, CancellationToken cancellation)
    {
        try
        {
            var taken = await transactions.RunAsync(db => TakeBlobsAsync(db, batch, cutoff, cancellation), cancellation);
            if (taken.Ok) return taken.Value;
        }
        catch (Exception e) when (provider.IsBrokenReference(e))
        {
            // a push named one of them in this moment, and the database's own references kept it
        }
        // the one that is needed stays, and the others are taken one by one
        var (count, bytes) = (0, 0L);
        for (var i = 0; i < batch.Count && batch.Count > 1; i++)
        {
            var one = await BlobsAsync([batch[i]], cutoff, cancellation);
            (count, bytes) = (count + one.Count, bytes + one.Bytes);
        }
        return (count, bytes);
    }

    async Task<Result<(int Count, long Bytes)>> TakeBlobsAsync(PortalDbContext db, IReadOnlyList<DoomedBlob> batch, DateTimeOffset cutoff, CancellationToken cancellation)
    {
        var ids = batch.Select(b => b.Id).ToList();
        var idle = db.RepositoryBlobs.Where(l => ids.Contains(l.BlobId) && l.LinkedAt <= cutoff && !db.ArtifactBlobs.Any(x => x.BlobId == l.BlobId));
        var links = await idle.Select(l => new { l.BlobId, l.RepositoryId, Repository = db.Repositories.Where(r => r.Id == l.RepositoryId).Select(r => r.Project!.Name + "/" + r.Name).First() }).ToListAsync(cancellation);
        await idle.ExecuteDeleteAsync(cancellation);
        await db.Blobs.Where(b => ids.Contains(b.Id) && b.FirstSeenAt <= cutoff && !db.ArtifactBlobs.Any(x => x.BlobId == b.Id) && !db.RepositoryBlobs.Any(l => l.BlobId == b.Id)
            && !db.ProjectBlobs.Any(p => p.BlobId == b.Id)).ExecuteDeleteAsync(cancellation);
        var left = (await db.Blobs.Where(b => ids.Contains(b.Id)).Select(b => b.Id).ToListAsync(cancellation)).ToHashSet();
        // a blob that stays keeps its links; without them it would be hidden from manifests that are on their way
        if (links.Exists(l => left.Contains(l.BlobId))) return ArtifactErrors.Changed;
        var gone = batch.Where(b => !left.Contains(b.Id)).ToList();
        var digests = gone.ToDictionary(b => b.Id, b => b.Digest);
        await LinksAsync(db, links.Select(l => (digests[l.BlobId], l.Repository)), cancellation);
        await MarkAsync(db, gone.ConvertAll(b => (b.Digest, b.Size)), isManifest: false, cancellation);
        await feed.AnnounceAsync(db, cancellation, [.. links.Select(l => l.RepositoryId).Distinct().Select(ArtifactLookup.RepositoryChanged)]);
        return (gone.Count, gone.Sum(b => b.Size));
    }

    /// <summary>Takes content into the index that the storage holds and nobody knows, so that it goes the same way as everything else.</summary>
    public async Task AdoptAsync(IReadOnlyList<StoredContent> orphans, CancellationToken cancellation) =>
        await transactions.RunAsync(async db =>
        {
            await provider.InsertMissingAsync(db, "artifacts.blob", [nameof(Blob.Digest), nameof(Blob.Size), nameof(Blob.FirstSeenAt)], [nameof(Blob.Digest)],
                [.. orphans.OrderBy(o => o.Digest.Text, StringComparer.Ordinal).Select(o => new object[] { o.Digest.Text, o.Size, o.ModifiedAt })], cancellation);
            return Result.Success;
        }, cancellation);

    async Task MarkAsync(PortalDbContext db, List<(string Digest, long Size)> items, bool isManifest, CancellationToken cancellation)
    {
        if (items.Count == 0) return;
        var digests = items.ConvertAll(i => i.Digest);
        // what was deleted once and has come back since is marked anew
        await db.Garbage.Where(g => digests.Contains(g.Digest) && g.State == GarbageState.Gone).ExecuteDeleteAsync(cancellation);
        await provider.InsertMissingAsync(db, GarbageBook.Table, [nameof(GarbageItem.Digest), nameof(GarbageItem.State), nameof(GarbageItem.Size), nameof(GarbageItem.IsManifest), nameof(GarbageItem.MarkedAt)],
            [nameof(GarbageItem.Digest)], [.. items.Select(i => new object[] { i.Digest, (int)GarbageState.Marked, i.Size, isManifest, time.GetUtcNow() })], cancellation);
    }

    async Task LinksAsync(PortalDbContext db, IEnumerable<(string Digest, string Repository)> links, CancellationToken cancellation)
    {
        var rows = links.Distinct().Select(l => new object[] { l.Digest, l.Repository }).ToList();
        if (rows.Count > 0) await provider.InsertMissingAsync(db, "artifacts.garbage_link", [nameof(GarbageLink.Digest), nameof(GarbageLink.Repository)], [nameof(GarbageLink.Digest), nameof(GarbageLink.Repository)], rows, cancellation);
    }
}

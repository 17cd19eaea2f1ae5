using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>Writes which repository holds which blob, for many uploads at once.</summary>
sealed class BlobLinks(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, GarbageBook garbage, IChangeFeed feed, TimeProvider time)
{
    /// <summary>A link that was used within this time need not be written anew when it is used again.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(15);

    const int MaxAttempts = 5;

    readonly Gathering<Link> _gathering = new(links => WriteAsync(contexts, provider, time.GetUtcNow(), links));

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Records that a repository holds a blob; done already when it was so. False when <paramref name="isHeld"/>, asked in doubt, says that the bytes are not there.</summary>
    public async Task<bool> AddAsync(long repository, Digest digest, long size, Func<Task<bool>> isHeld)
    {
        var link = new Link(repository, digest.Text, size);
        try
        {
            await _gathering.AddAsync(link);
            return true;
        }
        catch (GarbageMetException)
        {
            return await garbage.TakeBackAsync(link.Digest, isHeld, db => provider.InsertMissingAsync(db, Rows([link], time.GetUtcNow()), Durability.Full, CancellationToken.None), CancellationToken.None);
        }
    }

    /// <summary>Says that a link is used now; null when it is not there.</summary>
    public async Task<DateTimeOffset?> TouchAsync(long repository, Digest digest, CancellationToken cancellation)
    {
        var (now, text) = (time.GetUtcNow(), digest.Text);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.RepositoryBlobs.Where(l => l.RepositoryId == repository && l.Blob!.Digest == text).ExecuteUpdateAsync(s => s.SetProperty(l => l.LinkedAt, now), cancellation) > 0 ? now : null;
    }

    /// <summary>Forgets that a repository holds blobs; every node hears of it.</summary>
    public async Task RemoveAsync(long repository, List<string> digests, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.RepositoryBlobs.Where(l => l.RepositoryId == repository && digests.Contains(l.Blob!.Digest)).ExecuteDeleteAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, ArtifactLookup.RepositoryChanged(repository));
    }

    static async Task WriteAsync(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, DateTimeOffset now, IReadOnlyList<Link> links)
    {
        var none = new NoneOf(GarbageBook.Table, nameof(GarbageItem.Digest), [.. links.Select(l => l.Digest).Distinct(StringComparer.Ordinal)]);
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync();
            try
            {
                // relaxed: the manifest that names the blob is committed in full and after it; without the row it would be refused and the blob sent again
                if (await provider.InsertMissingUnlessAsync(db, Rows(links, now), none, Durability.Relaxed, CancellationToken.None)) return;
                throw new GarbageMetException();
            }
            catch (Exception e) when (attempt < MaxAttempts && (provider.IsBrokenReference(e) || provider.IsUniqueViolation(e) || Transactions.IsTransient(e)))
            {
                // the blob's row went between the two statements: it is made anew
            }
        }
    }

    static MissingRows[] Rows(IReadOnlyList<Link> links, DateTimeOffset now)
    {
        // in the same order on every node, so that two that write the same ones wait for each other instead of blocking each other
        var sorted = links.OrderBy(l => l.Digest, StringComparer.Ordinal).ThenBy(l => l.Repository).ToList();
        return
        [
            new("artifacts.blob", [nameof(Blob.Digest), nameof(Blob.Size), nameof(Blob.FirstSeenAt)], [nameof(Blob.Digest)],
                [.. sorted.DistinctBy(l => l.Digest, StringComparer.Ordinal).Select(l => new object[] { l.Digest, l.Size, now })]),
            new("artifacts.repository_blob", [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId), nameof(RepositoryBlob.LinkedAt)],
                [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId)],
                [.. sorted.DistinctBy(l => (l.Digest, l.Repository)).Select(l => new object[] { l.Repository, new RowId("artifacts.blob", nameof(Blob.Digest), l.Digest), now })])
            {
                Refresh = nameof(RepositoryBlob.LinkedAt),
            },
        ];
    }

    sealed record Link(long Repository, string Digest, long Size);
}

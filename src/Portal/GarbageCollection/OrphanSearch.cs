using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;

namespace Portal.GarbageCollection;

/// <summary>Finds content in the registry's storage that the index does not know: what crashes and refused pushes left.</summary>
public sealed class OrphanSearch(IDbContextFactory<PortalDbContext> contexts, IRegistryStore store)
{
    /// <summary>Parts that a whole search has.</summary>
    public const int Parts = 256;

    /// <summary>The orphans of one part that are older than the grace.</summary>
    public async Task<List<StoredContent>> FindAsync(int part, DateTimeOffset cutoff, CancellationToken cancellation)
    {
        var prefix = part.ToString("x2", CultureInfo.InvariantCulture);
        var found = new List<StoredContent>();
        await foreach (var content in store.ContentAsync(prefix, cancellation))
            if (content.ModifiedAt <= cutoff) found.Add(content);
        if (found.Count == 0) return found;
        // digits come before colons and letters behind them, so that a range holds just the part
        var (from, to) = ("sha256:" + prefix, "sha256:" + prefix + "g");
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var known = (await db.Blobs.Where(b => string.Compare(b.Digest, from) >= 0 && string.Compare(b.Digest, to) < 0).Select(b => b.Digest)
            .Union(db.Artifacts.Where(a => string.Compare(a.Digest, from) >= 0 && string.Compare(a.Digest, to) < 0).Select(a => a.Digest))
            .Union(db.Manifests.Where(m => string.Compare(m.Digest, from) >= 0 && string.Compare(m.Digest, to) < 0).Select(m => m.Digest))
            .Union(db.PushIntents.Where(i => string.Compare(i.Digest, from) >= 0 && string.Compare(i.Digest, to) < 0).Select(i => i.Digest))
            .Union(db.Garbage.Where(g => g.State != GarbageState.Gone && string.Compare(g.Digest, from) >= 0 && string.Compare(g.Digest, to) < 0).Select(g => g.Digest))
            .ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        found.RemoveAll(f => known.Contains(f.Digest.Text));
        return found;
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>What a manifest names, found in its repository.</summary>
/// <param name="Blobs">Config and layers by digest, as far as the repository holds them; of an index the blobs that it names.</param>
/// <param name="Size">Bytes of the manifest and everything it names; a blob named twice counts once.</param>
/// <param name="Known">The repository holds the manifest itself already. False when that was not asked, as for a manifest that names no blob.</param>
/// <param name="Fresh">Neither the manifest nor the tag was there. False when that was not asked.</param>
sealed record ManifestContents(IReadOnlyDictionary<string, ManifestContents.HeldBlob> Blobs, long Size, bool Known, bool Fresh = false)
{
    /// <summary>A blob of the repository.</summary>
    public readonly record struct HeldBlob(long Id, long Size);

    /// <summary>Finds everything that a manifest names, or says what the repository lacks. The subject may be missing.</summary>
    public static Task<Result<ManifestContents>> FindAsync(PortalDbContext db, long repositoryId, TagName? tag, ManifestDocument document, CancellationToken cancellation) =>
        document.IsIndex ? OfIndexAsync(db, repositoryId, document, cancellation) : OfManifestAsync(db, repositoryId, tag, document, cancellation);

    static async Task<Result<ManifestContents>> OfManifestAsync(PortalDbContext db, long repositoryId, TagName? tag, ManifestDocument document, CancellationToken cancellation)
    {
        if (Misplaced(document) is { } refusal) return refusal;
        var needed = document.Blobs.Concat(document.Layers.Where(l => l.Urls.Count == 0)).Select(b => b.Digest.Text).ToHashSet(StringComparer.Ordinal);
        // a layer that is kept elsewhere may be here as well, and then counts
        var wanted = document.Layers.Select(l => l.Digest.Text).Concat(needed).Distinct(StringComparer.Ordinal).ToList();
        var held = new Dictionary<string, HeldBlob>(wanted.Count, StringComparer.Ordinal);
        var (known, fresh) = (false, false);
        await foreach (var row in Held(db, repositoryId, wanted, document.Digest.Text, tag?.Text ?? "").WithCancellation(cancellation))
            (held[row.Digest], known, fresh) = (new(row.BlobId, row.Size), row.Known, !row.Known && !row.Tagged);
        var missing = needed.Where(d => !held.ContainsKey(d)).ToList();
        return missing.Count > 0 ? ArtifactErrors.Missing(missing) : new ManifestContents(held, document.Bytes.Length + held.Values.Sum(b => b.Size), known, fresh);
    }

    /// <summary>Refuses addresses of layers that the backing registry would stumble over.</summary>
    static Error? Misplaced(ManifestDocument document)
    {
        foreach (var layer in document.Layers)
        {
            if (layer.MediaType == MediaTypes.DockerForeignLayer && layer.Urls.Count == 0) return ArtifactErrors.ForeignWithoutAddress;
            foreach (var url in layer.Urls)
                if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Fragment.Length > 0) return ArtifactErrors.LayerAddress(url);
        }
        return null;
    }

    static async Task<Result<ManifestContents>> OfIndexAsync(PortalDbContext db, long repositoryId, ManifestDocument document, CancellationToken cancellation)
    {
        var wanted = document.Children.Select(c => c.Digest.Text).Distinct(StringComparer.Ordinal).ToList();
        var held = await db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == repositoryId && a.DeletionId == null && wanted.Contains(a.Digest))
            .Select(a => new { a.Id, a.Digest, a.Kind, a.Size, a.ManifestSize, HasBlobs = a.Blobs.Count > 0 && a.Children.Count == 0 }).ToListAsync(cancellation);
        var found = held.Select(h => h.Digest).ToHashSet(StringComparer.Ordinal);
        // an index may name blobs beside manifests, as the caches of image builders do
        var named = new Dictionary<string, HeldBlob>(StringComparer.Ordinal);
        if (found.Count < wanted.Count)
            await foreach (var row in Held(db, repositoryId, [.. wanted.Where(d => !found.Contains(d))], document.Digest.Text, "").WithCancellation(cancellation)) named[row.Digest] = new(row.BlobId, row.Size);
        var missing = wanted.Where(d => !found.Contains(d) && !named.ContainsKey(d)).ToList();
        if (missing.Count > 0) return ArtifactErrors.Missing(missing);
        var plain = held.Where(h => h.HasBlobs).Select(h => h.Id).ToList();
        var blobs = await db.ArtifactBlobs.AsNoTracking().Where(b => plain.Contains(b.ArtifactId)).Select(b => new { b.BlobId, b.Blob!.Size }).Distinct().SumAsync(b => b.Size, cancellation);
        // an index inside an index brings its own sum
        return new ManifestContents(named, document.Bytes.Length + named.Values.Sum(b => b.Size) + blobs + held.Sum(h => h.HasBlobs ? h.ManifestSize : h.Size), false);
    }

    sealed record HeldRow(string Digest, long BlobId, long Size, bool Known, bool Tagged);

    static readonly Func<PortalDbContext, long, List<string>, string, string, IAsyncEnumerable<HeldRow>> Held = EF.CompileAsyncQuery((PortalDbContext db, long repository, List<string> digests, string manifest, string tag) =>
        db.RepositoryBlobs.Where(b => b.RepositoryId == repository && digests.Contains(b.Blob!.Digest))
            .Select(b => new HeldRow(b.Blob!.Digest, b.BlobId, b.Blob.Size,
                db.Artifacts.Any(a => a.RepositoryId == repository && a.Digest == manifest && a.DeletionId == null), db.Tags.Any(t => t.RepositoryId == repository && t.Name == tag))));
}

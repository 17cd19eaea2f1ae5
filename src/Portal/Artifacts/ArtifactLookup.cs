using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>A live artifact as a pull needs it.</summary>
/// <param name="TagId">The tag it was found by; 0 when it was found by digest.</param>
public sealed record ArtifactEntry(long Id, long RepositoryId, string Digest, string MediaType, int ManifestSize, long TagId);

/// <summary>A blob that a repository holds.</summary>
/// <param name="LinkedAt">When it was last uploaded, mounted or relied on there; memory may be behind, never ahead.</param>
readonly record struct BlobEntry(long Size, DateTimeOffset LinkedAt);

/// <summary>
/// What repositories hold, from memory: tag to artifact, digest to artifact, and which blobs may be read there. Filled on demand, dropped by the
/// change feed; only what exists is kept. After a change the writing node forgets first, so that it reads its own writes.
/// </summary>
public sealed class ArtifactLookup
{
    /// <summary>Topic of one tag; the key is <c>repositoryId/tag</c>.</summary>
    public const string TagTopic = "tag";

    /// <summary>Topic of everything in a repository; the key is its id.</summary>
    public const string RepositoryTopic = "repository";

    const int MaxRepositories = 20_000;
    const int MaxEntries = 50_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ManifestCache _manifests;
    readonly ConcurrentDictionary<long, Shelf> _shelves = new();

    public ArtifactLookup(IDbContextFactory<PortalDbContext> contexts, ManifestCache manifests, IChangeFeed feed)
    {
        (_contexts, _manifests) = (contexts, manifests);
        feed.Subscribe(OnNotice);
    }

    public static ChangeNotice TagChanged(long repositoryId, string tag) => new(TagTopic, string.Create(CultureInfo.InvariantCulture, $"{repositoryId}/{tag}"));

    public static ChangeNotice RepositoryChanged(long repositoryId) => new(RepositoryTopic, repositoryId.ToString(CultureInfo.InvariantCulture));

    /// <summary>Finds a live artifact by tag or digest; null when the repository holds none.</summary>
    public ValueTask<ArtifactEntry?> FindAsync(long repositoryId, Reference reference, CancellationToken cancellation)
    {
        var shelf = ShelfOf(repositoryId);
        var key = reference.IsDigest ? reference.Digest.Text : reference.Tag.Text;
        return shelf.Artifacts.TryGetValue(key, out var known) ? new(known) : new(LoadAsync(shelf, repositoryId, reference, key, cancellation));
    }

    /// <summary>A manifest's bytes. Ask only with an entry that <see cref="FindAsync"/> gave.</summary>
    public ValueTask<ManifestBytes?> ManifestAsync(ArtifactEntry artifact, CancellationToken cancellation) =>
        _manifests.Find(artifact.Digest) is { } known ? new(known) : new(LoadManifestAsync(artifact.Digest, cancellation));

    /// <summary>The bytes of a blob that this repository holds; null when it holds none of that digest, whoever else does.</summary>
    public ValueTask<long?> BlobSizeAsync(long repositoryId, Digest digest, CancellationToken cancellation)
    {
        return ShelfOf(repositoryId).Blobs.TryGetValue(digest.Text, out var known) ? new(known.Size) : new(LoadAsync());

        async Task<long?> LoadAsync() => (await BlobAsync(repositoryId, digest, cancellation))?.Size;
    }

    /// <summary>The same with the time that it was last relied on.</summary>
    internal ValueTask<BlobEntry?> BlobAsync(long repositoryId, Digest digest, CancellationToken cancellation)
    {
        var shelf = ShelfOf(repositoryId);
        return shelf.Blobs.TryGetValue(digest.Text, out var known) ? new(known) : new(LoadBlobAsync(shelf, repositoryId, digest.Text, cancellation));
    }

    /// <summary>Keeps that a blob was relied on, unless it has been forgotten meanwhile.</summary>
    internal void Touched(long repositoryId, Digest digest, BlobEntry entry)
    {
        var shelf = ShelfOf(repositoryId);
        var generation = shelf.Generation;
        if (shelf.Blobs.ContainsKey(digest.Text)) shelf.Keep(generation, () => shelf.Blobs[digest.Text] = entry);
    }

    /// <summary>Forgets a tag, right after the change that the change feed will tell the other nodes.</summary>
    public void Forget(long repositoryId, string tag)
    {
        if (_shelves.TryGetValue(repositoryId, out var shelf)) shelf.Forget(tag);
    }

    /// <summary>Forgets everything about a repository.</summary>
    public void Forget(long repositoryId)
    {
        if (_shelves.TryRemove(repositoryId, out var shelf)) shelf.Close();
    }

    void OnNotice(ChangeNotice? notice)
    {
        switch (notice)
        {
            case null:
                foreach (var id in _shelves.Keys) Forget(id);
                break;
            case { Topic: TagTopic } tag:
                var slash = tag.Key.IndexOf('/', StringComparison.Ordinal);
                if (slash > 0 && long.TryParse(tag.Key.AsSpan(0, slash), CultureInfo.InvariantCulture, out var repository)) Forget(repository, tag.Key[(slash + 1)..]);
                break;
            case { Topic: RepositoryTopic } all when long.TryParse(all.Key, CultureInfo.InvariantCulture, out var id):
                Forget(id);
                break;
        }
    }

    Shelf ShelfOf(long repositoryId)
    {
        if (_shelves.TryGetValue(repositoryId, out var known)) return known;
        if (_shelves.Count >= MaxRepositories)
            foreach (var id in _shelves.Keys.Take(MaxRepositories / 4)) Forget(id);
        return _shelves.GetOrAdd(repositoryId, _ => new Shelf());
    }

    async Task<ArtifactEntry?> LoadAsync(Shelf shelf, long repositoryId, Reference reference, string key, CancellationToken cancellation)
    {
        var generation = shelf.Generation;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var entry = await (reference.IsDigest ? ByDigest : ByTag)(db, repositoryId, key, cancellation);
        if (entry is not null) shelf.Keep(generation, () => shelf.Artifacts[key] = entry);
        return entry;
    }

    async Task<BlobEntry?> LoadBlobAsync(Shelf shelf, long repositoryId, string digest, CancellationToken cancellation)
    {
        var generation = shelf.Generation;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await HeldBlob(db, repositoryId, digest, cancellation) is not { } held) return null;
        var entry = new BlobEntry(held.Size, held.LinkedAt);
        shelf.Keep(generation, () => shelf.Blobs[digest] = entry);
        return entry;
    }

    async Task<ManifestBytes?> LoadManifestAsync(string digest, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var row = await db.Manifests.AsNoTracking().FirstOrDefaultAsync(m => m.Digest == digest, cancellation);
        if (row is null) return null;
        var manifest = new ManifestBytes(row.Digest, row.MediaType, row.Content);
        _manifests.Add(manifest);
        return manifest;
    }

    // compiled: each is asked once for every manifest and blob of a push
    static readonly Func<PortalDbContext, long, string, CancellationToken, Task<ArtifactEntry?>> ByDigest = EF.CompileAsyncQuery((PortalDbContext db, long repository, string digest, CancellationToken _) =>
        db.Artifacts.Where(a => a.RepositoryId == repository && a.Digest == digest && a.DeletionId == null)
            .Select(a => new ArtifactEntry(a.Id, repository, a.Digest, a.MediaType, a.ManifestSize, 0)).FirstOrDefault());

    static readonly Func<PortalDbContext, long, string, CancellationToken, Task<ArtifactEntry?>> ByTag = EF.CompileAsyncQuery((PortalDbContext db, long repository, string tag, CancellationToken _) =>
        db.Tags.Where(t => t.RepositoryId == repository && t.Name == tag && t.Artifact!.DeletionId == null)
            .Select(t => new ArtifactEntry(t.ArtifactId, repository, t.Artifact!.Digest, t.Artifact.MediaType, t.Artifact.ManifestSize, t.Id)).FirstOrDefault());

    sealed record HeldRow(long Size, DateTimeOffset LinkedAt);

    static readonly Func<PortalDbContext, long, string, CancellationToken, Task<HeldRow?>> HeldBlob = EF.CompileAsyncQuery((PortalDbContext db, long repository, string digest, CancellationToken _) =>
        db.RepositoryBlobs.Where(b => b.RepositoryId == repository && b.Blob!.Digest == digest).Select(b => new HeldRow(b.Blob!.Size, b.LinkedAt)).FirstOrDefault());

    /// <summary>One repository's part. What was read before a change arrived is answered but not kept.</summary>
    sealed class Shelf
    {
        readonly Lock _gate = new();
        int _generation;

        public ConcurrentDictionary<string, ArtifactEntry> Artifacts { get; } = new(StringComparer.Ordinal);
        public ConcurrentDictionary<string, BlobEntry> Blobs { get; } = new(StringComparer.Ordinal);
        public int Generation => Volatile.Read(ref _generation);

        public void Keep(int generation, Action keep)
        {
            lock (_gate)
            {
                if (_generation != generation) return;
                if (Artifacts.Count >= MaxEntries) Artifacts.Clear();
                if (Blobs.Count >= MaxEntries) Blobs.Clear();
                keep();
            }
        }

        public void Forget(string tag)
        {
            lock (_gate)
            {
                _generation++;
                Artifacts.TryRemove(tag, out _);
            }
        }

        public void Close()
        {
            lock (_gate)
            {
                _generation++;
                Artifacts.Clear();
                Blobs.Clear();
            }
        }
    }
}

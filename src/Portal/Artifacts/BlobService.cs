using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Records which repository holds which blob, once the backing registry holds it.</summary>
public sealed class BlobService
{
    readonly RepositoryDirectory _repositories;
    readonly RegistryBackend _backend;
    readonly ArtifactLookup _lookup;
    readonly BlobLinks _links;
    readonly GuardChain _guards;

    internal BlobService(RepositoryDirectory repositories, RegistryBackend backend, ArtifactLookup lookup, BlobLinks links, GuardChain guards) =>
        (_repositories, _backend, _lookup, _links, _guards) = (repositories, backend, lookup, links, guards);

    /// <summary>Records that an upload into this repository has ended; the backing registry has checked the digest.</summary>
    public async Task LinkAsync(ProjectEntry project, RepositoryName repository, Digest digest, long size, CancellationToken cancellation)
    {
        var entry = await _repositories.EnsureAsync(project, repository, cancellation);
        await _links.AddAsync(entry.Id, digest, size);
    }

    /// <summary>
    /// Makes a blob of another repository known here, without moving bytes. False when the source does not hold it or the registry would rather
    /// have it uploaded; an error when a guard refuses. The caller's right to pull from the source must have been checked.
    /// </summary>
    public async Task<Result<bool>> MountAsync(Caller caller, ProjectEntry project, RepositoryName repository, RepositoryEntry source, Digest digest, CancellationToken cancellation)
    {
        if (await _lookup.BlobSizeAsync(source.Id, digest, cancellation) is not { } size) return false;
        if (await _repositories.FindAsync(project, repository, cancellation) is { } here && await _lookup.BlobSizeAsync(here.Id, digest, cancellation) is not null) return true;
        var allowed = await _guards.CheckAsync(new BlobPushContext(caller, project, repository, digest, size), cancellation);
        if (!allowed.Ok) return allowed.Error;
        var mounted = await _backend.Client.MountBlobAsync(repository.Text, digest, source.Name.Text, cancellation);
        if (!mounted.Ok) return mounted.Error.Kind is ErrorKind.NotFound or ErrorKind.Invalid ? false : mounted;
        if (mounted.Value) await LinkAsync(project, repository, digest, size, cancellation);
        return mounted;
    }

    /// <summary>A small blob, from its file where Portal may read it, else from the registry; null when it is larger than <paramref name="max"/> bytes or gone.</summary>
    internal async Task<Result<byte[]>> ReadAsync(RepositoryName repository, Digest digest, long max, CancellationToken cancellation)
    {
        if (_backend.BlobFile(digest) is { } path)
        {
            try
            {
                var file = new FileInfo(path);
                if (file.Exists && file.Length <= max)
                {
                    var bytes = await File.ReadAllBytesAsync(path, cancellation);
                    if (Digest.Sha256(bytes) == digest) return bytes;
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // the folder is another host's or was not meant for this account: the registry itself can still be asked
            }
        }
        return await _backend.Client.GetBlobAsync(repository.Text, digest, max, cancellation);
    }
}

/// <summary>Writes which repository holds which blob, for many uploads at once.</summary>
sealed class BlobLinks(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, TimeProvider time)
{
    readonly Gathering<Link> _gathering = new(links => WriteAsync(contexts, provider, time.GetUtcNow(), links));

    /// <summary>Records that a repository holds a blob; done already when it was so.</summary>
    public Task AddAsync(long repository, Digest digest, long size) => _gathering.AddAsync(new(repository, digest.Text, size));

    static async Task WriteAsync(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, DateTimeOffset now, IReadOnlyList<Link> links)
    {
        await using var db = await contexts.CreateDbContextAsync();
        // in the same order on every node, so that two that write the same ones wait for each other instead of blocking each other
        var sorted = links.OrderBy(l => l.Digest, StringComparer.Ordinal).ThenBy(l => l.Repository).ToList();
        // relaxed: the manifest that names the blob is committed in full and after it; without the row it would be refused and the blob sent again
        await provider.InsertMissingAsync(db,
        [
            new("artifacts.blob", [nameof(Blob.Digest), nameof(Blob.Size), nameof(Blob.FirstSeenAt)], [nameof(Blob.Digest)],
                [.. sorted.DistinctBy(l => l.Digest, StringComparer.Ordinal).Select(l => new object[] { l.Digest, l.Size, now })]),
            new("artifacts.repository_blob", [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId), nameof(RepositoryBlob.LinkedAt)],
                [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId)],
                [.. sorted.DistinctBy(l => (l.Digest, l.Repository)).Select(l => new object[] { l.Repository, new RowId("artifacts.blob", nameof(Blob.Digest), l.Digest), now })]),
        ], Durability.Relaxed, CancellationToken.None);
    }

    sealed record Link(long Repository, string Digest, long Size);
}

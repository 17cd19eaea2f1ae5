using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Records which repository holds which blob, once the backing registry holds it.</summary>
public sealed class BlobService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, RepositoryDirectory repositories, RegistryBackend backend, ArtifactLookup lookup, TimeProvider time)
{
    /// <summary>Records that an upload into this repository has ended; the backing registry has checked the digest.</summary>
    public async Task LinkAsync(ProjectEntry project, RepositoryName repository, Digest digest, long size, CancellationToken cancellation)
    {
        var entry = await repositories.EnsureAsync(project, repository, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        // relaxed: the manifest that names the blob is committed in full and after it; without the row it would be refused and the blob sent again
        await provider.InsertMissingAsync(db,
        [
            new("artifacts.blob", [nameof(Blob.Digest), nameof(Blob.Size), nameof(Blob.FirstSeenAt)], [nameof(Blob.Digest)], [[digest.Text, size, now]]),
            new("artifacts.repository_blob", [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId), nameof(RepositoryBlob.LinkedAt)],
                [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId)], [[entry.Id, new RowId("artifacts.blob", nameof(Blob.Digest), digest.Text), now]]),
        ], Durability.Relaxed, cancellation);
    }

    /// <summary>
    /// Makes a blob of another repository known here, without moving bytes. False when the source does not hold it or the registry would rather
    /// have it uploaded. The caller's right to pull from the source must have been checked.
    /// </summary>
    public async Task<Result<bool>> MountAsync(ProjectEntry project, RepositoryName repository, RepositoryEntry source, Digest digest, CancellationToken cancellation)
    {
        if (await lookup.BlobSizeAsync(source.Id, digest, cancellation) is not { } size) return false;
        if (await repositories.FindAsync(project, repository, cancellation) is { } here && await lookup.BlobSizeAsync(here.Id, digest, cancellation) is not null) return true;
        var mounted = await backend.Client.MountBlobAsync(repository.Text, digest, source.Name.Text, cancellation);
        if (!mounted.Ok) return mounted.Error.Kind is ErrorKind.NotFound or ErrorKind.Invalid ? false : mounted;
        if (mounted.Value) await LinkAsync(project, repository, digest, size, cancellation);
        return mounted;
    }

    /// <summary>A small blob, from its file where Portal may read it, else from the registry; null when it is larger than <paramref name="max"/> bytes or gone.</summary>
    internal async Task<Result<byte[]>> ReadAsync(RepositoryName repository, Digest digest, long max, CancellationToken cancellation)
    {
        if (backend.BlobFile(digest) is { } path)
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
        return await backend.Client.GetBlobAsync(repository.Text, digest, max, cancellation);
    }
}

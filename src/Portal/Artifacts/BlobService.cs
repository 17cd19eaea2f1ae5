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

    /// <summary>
    /// Records that an upload into this repository has ended; the backing registry has checked the digest. False when the bytes went meanwhile, because the upload
    /// met the end of an older copy: then it has to be sent again.
    /// </summary>
    public async Task<bool> LinkAsync(ProjectEntry project, RepositoryName repository, Digest digest, long size, CancellationToken cancellation)
    {
        var entry = await _repositories.EnsureAsync(project, repository, cancellation);
        return await _links.AddAsync(entry.Id, digest, size, async () => (await _backend.Client.HeadBlobAsync(repository.Text, digest, CancellationToken.None)).Ok);
    }

    /// <summary>
    /// The bytes of a blob that this repository holds, for somebody who will rely on it being here: the blob stays for the time that garbage collection grants.
    /// Null when the repository holds none of that digest.
    /// </summary>
    public async ValueTask<long?> UseAsync(long repository, Digest digest, CancellationToken cancellation)
    {
        if (await _lookup.BlobAsync(repository, digest, cancellation) is not { } held) return null;
        if (held.LinkedAt > _links.Now - BlobLinks.Fresh) return held.Size;
        // the row decides, and not what memory says: the blob may have gone this moment
        if (await _links.TouchAsync(repository, digest, cancellation) is { } at)
        {
            _lookup.Touched(repository, digest, held with { LinkedAt = at });
            return held.Size;
        }
        _lookup.Forget(repository);
        return null;
    }

    /// <summary>Looks which of these blobs the backing registry has lost sight of and forgets that the repository holds them, so that they are sent again.</summary>
    internal async Task ForgetMissingAsync(RepositoryEntry repository, IEnumerable<string> digests, CancellationToken cancellation)
    {
        var missing = new List<string>();
        foreach (var digest in digests)
            if ((await _backend.Client.HeadBlobAsync(repository.Name.Text, Digest.Parse(digest), cancellation)).Error is { Kind: ErrorKind.NotFound }) missing.Add(digest);
        if (missing.Count == 0) return;
        await _links.RemoveAsync(repository.Id, missing, cancellation);
        _lookup.Forget(repository.Id);
    }

    /// <summary>
    /// Makes a blob of another repository known here, without moving bytes. False when the source does not hold it or the registry would rather
    /// have it uploaded; an error when a guard refuses. The caller's right to pull from the source must have been checked.
    /// </summary>
    public async Task<Result<bool>> MountAsync(Caller caller, ProjectEntry project, RepositoryName repository, RepositoryEntry source, Digest digest, CancellationToken cancellation)
    {
        if (await _lookup.BlobSizeAsync(source.Id, digest, cancellation) is not { } size) return false;
        if (await _repositories.FindAsync(project, repository, cancellation) is { } here && await UseAsync(here.Id, digest, cancellation) is not null) return true;
        var allowed = await _guards.CheckAsync(new BlobPushContext(caller, project, repository, digest, size), cancellation);
        if (!allowed.Ok) return allowed.Error;
        var mounted = await _backend.Client.MountBlobAsync(repository.Text, digest, source.Name.Text, cancellation);
        if (!mounted.Ok) return mounted.Error.Kind is ErrorKind.NotFound or ErrorKind.Invalid ? false : mounted;
        return mounted.Value && await LinkAsync(project, repository, digest, size, cancellation);
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

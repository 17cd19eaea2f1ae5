namespace Portal.Artifacts;

/// <summary>Bounds the bytes that uploads under way bring to the disk, before anybody knows which blobs they will be.</summary>
public interface IUploadLimit
{
    /// <summary>Asked once for each request that carries bytes of an upload; null when nothing bounds it.</summary>
    /// <param name="push">Into which repository; the digest is null until the upload's last request.</param>
    /// <param name="upload">Names the upload for as long as it runs, on this node.</param>
    ValueTask<UploadRoom?> OpenAsync(BlobPushContext push, string upload, CancellationToken cancellation);

    /// <summary>The upload has ended, whichever way.</summary>
    void Forget(string upload);
}

/// <summary>The room that one upload has while a request brings bytes of it. Used by one request at a time.</summary>
public abstract class UploadRoom
{
    /// <summary>Keeps room for so many bytes of the upload in all, or says why there is none.</summary>
    /// <param name="total">Bytes from the upload's beginning; asking for less than before gives nothing back.</param>
    public abstract ValueTask<Kernel.Error?> GrowAsync(long total, CancellationToken cancellation);

    /// <summary>The request has ended. The room of an upload that <paramref name="goesOn"/> stays kept for the next one, for a while.</summary>
    public abstract void Close(bool goesOn);
}

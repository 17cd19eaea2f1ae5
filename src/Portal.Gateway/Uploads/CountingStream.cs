using Portal.Kernel;

namespace Portal.Gateway.Uploads;

/// <summary>Counts what is read from a request's body.</summary>
/// <param name="allow">Asked with the count after each read; what it refuses is not handed on. Null when nothing bounds it.</param>
sealed class CountingStream(Stream inner, Func<long, ValueTask<Error?>>? allow = null) : Stream
{
    public long Count { get; private set; }

    /// <summary>Why reading ended early; null when it did not.</summary>
    public Error? Refusal { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Count += read;
        if (read > 0 && allow is not null && await allow(Count) is { } refusal)
        {
            Refusal = refusal;
            throw new IOException(refusal.Message);
        }
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request's body is read asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>What names an upload to <see cref="Portal.Artifacts.IUploadLimit"/>.</summary>
static class UploadLimits
{
    /// <summary>The upload's path at the backing registry, which stays the same while its query changes.</summary>
    public static string Key(string pathAndQuery) => pathAndQuery.IndexOf('?', StringComparison.Ordinal) is >= 0 and var end ? pathAndQuery[..end] : pathAndQuery;
}

using System.Security.Cryptography;
using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>Passes a stream through and checks its digest when the end is reached.</summary>
/// <param name="inner">The stream; closed with this one.</param>
/// <param name="expected">The digest the whole must have.</param>
sealed class DigestStream(Stream inner, Digest expected) : ReadThroughStream(inner)
{
    readonly IncrementalHash _hash = IncrementalHash.CreateHash(expected.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    bool _done;

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The end was reached and the digest is another.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = Inner.Read(buffer);
        Take(buffer[..read], buffer.Length == 0);
        return read;
    }

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The end was reached and the digest is another.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken);
        Take(buffer.Span[..read], buffer.Length == 0);
        return read;
    }

    void Take(ReadOnlySpan<byte> read, bool probe)
    {
        if (_done || probe) return;
        _hash.AppendData(read);
        if (read.Length > 0) return;
        _done = true;
        var actual = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (actual != expected.Hex) throw new InvalidDataException($"The content has digest {expected.Algorithm}:{actual} where {expected} was expected.");
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            Inner.Dispose();
        }
        base.Dispose(disposing);
    }
}

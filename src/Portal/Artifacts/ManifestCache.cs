using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Portal.Artifacts;

/// <summary>A manifest ready to be sent: its bytes never change, so neither do its headers.</summary>
public sealed class ManifestBytes(string digest, string mediaType, byte[] content)
{
    public string Digest { get; } = digest;
    public string MediaType { get; } = mediaType;
    public ReadOnlyMemory<byte> Content { get; } = content;

    /// <summary>The <c>ETag</c>: the digest in quotes.</summary>
    public string ETag { get; } = $"\"{digest}\"";

    internal int Weight => Content.Length + 512;

    /// <summary>Looked at since the hand of the clock last passed.</summary>
    internal volatile bool Touched;
}

/// <summary>
/// Manifests by digest within a bound in bytes. Reading takes no lock; what has not been read since the last round makes room first
/// (the "second chance" scheme). It knows nothing of repositories: whoever asks must know that the repository holds the digest.
/// </summary>
public sealed class ManifestCache(IOptions<ArtifactOptions> options)
{
    readonly ConcurrentDictionary<string, ManifestBytes> _byDigest = new(StringComparer.Ordinal);
    readonly Queue<ManifestBytes> _clock = new();
    readonly Lock _gate = new();
    long _bytes;

    /// <summary>Bytes held now.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public ManifestBytes? Find(string digest)
    {
        if (!_byDigest.TryGetValue(digest, out var found)) return null;
        if (!found.Touched) found.Touched = true;
        return found;
    }

    public void Add(ManifestBytes manifest)
    {
        var max = options.Value.ManifestCacheBytes;
        if (manifest.Weight > max) return;
        lock (_gate)
        {
            if (!_byDigest.TryAdd(manifest.Digest, manifest)) return;
            _clock.Enqueue(manifest);
            _bytes += manifest.Weight;
            while (_bytes > max && _clock.TryDequeue(out var oldest))
            {
                if (oldest.Touched)
                {
                    oldest.Touched = false;
                    _clock.Enqueue(oldest);
                    continue;
                }
                _byDigest.TryRemove(oldest.Digest, out _);
                _bytes -= oldest.Weight;
            }
        }
    }
}

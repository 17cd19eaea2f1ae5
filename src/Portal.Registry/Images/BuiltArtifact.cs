using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Images;

/// <summary>A blob that was made, in memory or produced again on each reading.</summary>
/// <param name="MediaType">Its type.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Open">Opens it from the start; the caller disposes the stream.</param>
public sealed record BuiltBlob(string MediaType, Digest Digest, long Size, Func<Stream> Open)
{
    /// <summary>A blob of bytes in memory.</summary>
    public static BuiltBlob Of(string mediaType, byte[] content) => new(mediaType, Digest.Sha256(content), content.Length, () => new MemoryStream(content, false));

    /// <summary>The whole blob in memory.</summary>
    public byte[] Bytes()
    {
        using var stream = Open();
        var bytes = new byte[Size];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

/// <summary>A manifest or index that was made, with everything it names.</summary>
/// <param name="Manifest">Its bytes.</param>
/// <param name="MediaType">Its type.</param>
/// <param name="Blobs">Config and layers.</param>
/// <param name="Children">Manifests of an index.</param>
public sealed record BuiltArtifact(byte[] Manifest, string MediaType, IReadOnlyList<BuiltBlob> Blobs, IReadOnlyList<BuiltArtifact> Children)
{
    /// <summary>Its digest.</summary>
    public Digest Digest { get; } = Digest.Sha256(Manifest);

    /// <summary>What an image runs on; null for anything else.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Its artifact type; null for an image.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>The document read back.</summary>
    public ManifestDocument Document => ManifestDocument.Parse(Manifest, MediaType).Value;
}

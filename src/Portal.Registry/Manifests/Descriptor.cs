using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>What an image runs on. Source: OCI image index specification, <c>platform</c>.</summary>
/// <param name="Os">Such as <c>linux</c>.</param>
/// <param name="Architecture">Such as <c>amd64</c>.</param>
/// <param name="Variant">Such as <c>v8</c>; null when not given.</param>
/// <param name="OsVersion">Windows build; null when not given.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>True for <c>unknown/unknown</c>, which BuildKit puts on attestation manifests.</summary>
    public bool IsUnknown => Os == "unknown" && Architecture == "unknown";

    /// <summary>The form people type: <c>linux/arm64/v8</c>.</summary>
    public override string ToString() => string.IsNullOrEmpty(Variant) ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}

/// <summary>A pointer to content. Source: OCI content descriptor specification 1.1.</summary>
/// <param name="MediaType">Type of the content, 1 to 255 characters.</param>
/// <param name="Digest">Digest of the content.</param>
/// <param name="Size">Bytes of the content, 0 or more.</param>
public sealed record Descriptor(string MediaType, Digest Digest, long Size)
{
    /// <summary>Annotations of the pointer; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = NoAnnotations;

    /// <summary>What the content runs on; null outside an index.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Type of the artifact pointed at; null when not given.</summary>
    public string? ArtifactType { get; init; }

    /// <summary>Other places that hold the content. Portal never fetches them.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];

    /// <summary>The content itself when it was embedded; its digest and size have been checked.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>No annotation at all.</summary>
    public static IReadOnlyDictionary<string, string> NoAnnotations { get; } = new Dictionary<string, string>();

    /// <summary>True for the attestation manifest that BuildKit puts beside an image in an index.</summary>
    public bool IsAttestation =>
        Annotations.TryGetValue("vnd.docker.reference.type", out var type) && type == "attestation-manifest"
        && (Platform is null || Platform.IsUnknown);

    /// <summary>The image that an attestation manifest in an index speaks of; null for anything else.</summary>
    public Digest? Attests => IsAttestation && Annotations.TryGetValue("vnd.docker.reference.digest", out var text)
        && Digest.TryParse(text, out var digest) ? digest : null;
}

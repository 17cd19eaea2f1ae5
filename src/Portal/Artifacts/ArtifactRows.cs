using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A repository as lists show it.</summary>
public sealed record RepositoryRow
{
    public required long Id { get; init; }
    public required int ProjectId { get; init; }
    public required string ProjectName { get; init; }
    public required bool ProjectPublic { get; init; }

    /// <summary>The name without the project.</summary>
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required DateTimeOffset? LastPushedAt { get; init; }
    public required DateTimeOffset? LastPulledAt { get; init; }
    public required long PullCount { get; init; }
    public required int ArtifactCount { get; init; }
    public required int TagCount { get; init; }

    /// <summary>Bytes of the blobs that live artifacts of this repository name, each once.</summary>
    public required long UniqueBytes { get; init; }
    public string FullName => $"{ProjectName}/{Name}";
}

/// <summary>A tag as lists show it.</summary>
public sealed record TagRow(long Id, string Name, DateTimeOffset PushedAt, string PushedBy, DateTimeOffset? LastPulledAt, long PullCount)
{
    /// <summary>Why it is immutable; null when it is not.</summary>
    public TagMark? Mark { get; init; }
}

/// <summary>A platform of an index.</summary>
/// <param name="ArtifactId">Null when the child is not in the repository.</param>
/// <param name="Size">Bytes the platform takes: manifest, config and layers.</param>
public sealed record PlatformRow(string Digest, string MediaType, string? Os, string? Architecture, string? Variant, string? OsVersion, long Size, long? ArtifactId, ArtifactKind? Kind, string? Annotations)
{
    /// <summary><c>linux/arm64/v8</c>; empty when the index does not say.</summary>
    public string Name => Os is null || Os == "unknown" ? "" : string.Join('/', new[] { Os, Architecture, Variant }.Where(x => !string.IsNullOrEmpty(x)));

    /// <summary>Bytes that no other live artifact of the project names.</summary>
    public long OwnBytes { get; init; }

    /// <summary>An attestation that build tools hide inside an index.</summary>
    public bool IsAttestation => Os == "unknown" && Architecture == "unknown";
}

/// <summary>An artifact as lists show it.</summary>
public sealed record ArtifactRow
{
    public required long Id { get; init; }
    public required int ProjectId { get; init; }
    public required long RepositoryId { get; init; }
    public required string RepositoryName { get; init; }
    public required string Digest { get; init; }
    public required string MediaType { get; init; }
    public required string ArtifactType { get; init; }
    public required ArtifactKind Kind { get; init; }
    public required string? Os { get; init; }
    public required string? Architecture { get; init; }
    public required string? Variant { get; init; }
    public required long Size { get; init; }

    /// <summary>Bytes that no other live artifact of the project names.</summary>
    public required long OwnBytes { get; init; }
    public required DateTimeOffset PushedAt { get; init; }
    public required string PushedBy { get; init; }
    public required DateTimeOffset? LastPulledAt { get; init; }
    public required long PullCount { get; init; }
    public required string? SubjectDigest { get; init; }
    public required DateTimeOffset? BuiltAt { get; init; }
    public required string? Author { get; init; }
    public required string? Annotations { get; init; }

    /// <summary>The newest tags, at most 50; <see cref="TagCount"/> tells how many there are.</summary>
    public required IReadOnlyList<TagRow> Tags { get; init; }
    public int TagCount { get; init; }
    public required IReadOnlyList<PlatformRow> Platforms { get; init; }

    /// <summary>How many artifacts are attached: by subject, or by cosign's tag names.</summary>
    public required int AccessoryCount { get; init; }

    /// <summary>How many of each kind are attached, most first.</summary>
    public IReadOnlyList<KindCount> Accessories { get; init; } = [];

    /// <summary>A signature is attached. Whose it is has not been checked.</summary>
    public required bool HasSignature { get; init; }

    public string Platform => string.Join('/', new[] { Os, Architecture, Variant }.Where(x => !string.IsNullOrEmpty(x)));
}

/// <summary>A number of artifacts of one kind.</summary>
public sealed record KindCount(ArtifactKind Kind, int Count);

/// <summary>A layer or config of an artifact.</summary>
/// <param name="Shared">Another live artifact of the project names it too.</param>
public sealed record ArtifactBlobRow(int Position, BlobRole Role, string Digest, string MediaType, long Size, bool Shared, string? Annotations)
{
    /// <summary>How many other live artifacts of the project name it.</summary>
    public int AlsoIn { get; init; }
}

/// <summary>Something attached to an artifact.</summary>
public sealed record AccessoryRow(long Id, string Digest, ArtifactKind Kind, string ArtifactType, long Size, DateTimeOffset PushedAt, string PushedBy, string? Tag, string? Annotations);

/// <summary>One artifact with everything its page shows.</summary>
/// <param name="Config">The config blob as JSON text; null when the artifact has none that Portal keeps.</param>
/// <param name="Parents">Digests of live indexes that name it.</param>
/// <param name="SameDigest">Other repositories the caller may see that hold the same digest, at most 20.</param>
public sealed record ArtifactDetail(ArtifactRow Artifact, IReadOnlyList<ArtifactBlobRow> Blobs, string? Config, IReadOnlyList<AccessoryRow> Accessories, IReadOnlyList<string> Parents, IReadOnlyList<string> SameDigest);

/// <summary>One line of a repository's or a tag's history.</summary>
public sealed record TagEventRow(long Id, string TagName, TagAction Action, string Digest, string? PreviousDigest, DateTimeOffset At, string Actor);

/// <summary>Which artifacts a list holds beside the page and its filter.</summary>
/// <param name="Tagged">Only tagged, only untagged, or both.</param>
/// <param name="WithChildren">Also untagged children of indexes, which are otherwise folded into their index.</param>
/// <param name="Signed">Only those with a signature attached.</param>
/// <param name="Tag">Only the one with this tag.</param>
/// <param name="Kinds">Only of these kinds.</param>
/// <param name="TagContains">Only those with a tag that holds this text.</param>
/// <param name="ConfigType">Only those whose config, or index, has this media type.</param>
/// <param name="Latest">Of what the other conditions leave, only the newest push of each repository.</param>
public sealed record ArtifactListFilter(bool? Tagged = null, bool WithChildren = false, bool Signed = false, string? Tag = null, IReadOnlyList<ArtifactKind>? Kinds = null, string? TagContains = null,
    string? ConfigType = null, bool Latest = false);

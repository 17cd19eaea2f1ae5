using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Api;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

[Wire]
public sealed class ArtifactJson
{
    public long Id { get; init; }
    public string Type { get; init; } = "";

    /// <summary>The config's media type; of an index its own.</summary>
    public string MediaType { get; init; } = "";
    public string ManifestMediaType { get; init; } = "";
    public string ArtifactType { get; init; } = "";
    public long ProjectId { get; init; }
    public long RepositoryId { get; init; }
    public string RepositoryName { get; init; } = "";
    public string Digest { get; init; } = "";
    public long Size { get; init; }
    public DateTimeOffset PushTime { get; init; }
    public DateTimeOffset PullTime { get; init; }
    public JsonObject? ExtraAttrs { get; init; }
    public JsonNode? Annotations { get; init; }
    public IReadOnlyList<ReferenceJson>? References { get; init; }
    public IReadOnlyList<TagJson>? Tags { get; init; }
    public Dictionary<string, AdditionLinkJson>? AdditionLinks { get; init; }
    public IReadOnlyList<AccessoryJson>? Accessories { get; init; }

    internal static ArtifactJson From(ArtifactRow row, bool withTags, IEnumerable<AccessoryRow>? accessories = null, string? config = null) => new()
    {
        Id = row.Id,
        Type = ArtifactWire.Type(row),
        MediaType = ArtifactWire.ConfigType(row),
        ManifestMediaType = row.MediaType,
        ArtifactType = ArtifactWire.ConfigType(row),
        ProjectId = row.ProjectId,
        RepositoryId = row.RepositoryId,
        RepositoryName = row.RepositoryName,
        Digest = row.Digest,
        Size = row.Size,
        PushTime = row.PushedAt,
        PullTime = row.LastPulledAt ?? default,
        ExtraAttrs = ArtifactWire.Extra(row, config),
        Annotations = row.Annotations is null ? null : JsonNode.Parse(row.Annotations),
        References = [.. row.Platforms.Select(p => ReferenceJson.From(row, p))],
        Tags = withTags ? [.. row.Tags.Select(t => TagJson.From(row, t))] : null,
        AdditionLinks = ArtifactWire.Additions(row),
        Accessories = accessories is null ? null : [.. accessories.Select(a => AccessoryJson.From(row, a))],
    };
}

[Wire]
public sealed class TagJson
{
    public long Id { get; init; }
    public long RepositoryId { get; init; }
    public long ArtifactId { get; init; }
    public string Name { get; init; } = "";
    public DateTimeOffset PushTime { get; init; }
    public DateTimeOffset PullTime { get; init; }
    [Always] public bool Immutable { get; init; }

    internal static TagJson From(ArtifactRow artifact, TagRow row) => new()
    {
        Id = row.Id,
        RepositoryId = artifact.RepositoryId,
        ArtifactId = artifact.Id,
        Name = row.Name,
        PushTime = row.PushedAt,
        PullTime = row.LastPulledAt ?? default,
        Immutable = row.Mark is not null,
    };
}

/// <summary>The name of a tag to set.</summary>
[Wire]
public sealed class NewTagReq
{
    public string? Name { get; init; }
}

[Wire]
public sealed class ReferenceJson
{
    public long ParentId { get; init; }
    public long ChildId { get; init; }
    public string ChildDigest { get; init; } = "";
    public PlatformJson? Platform { get; init; }
    public JsonNode? Annotations { get; init; }

    internal static ReferenceJson From(ArtifactRow parent, PlatformRow row) => new()
    {
        ParentId = parent.Id,
        ChildId = row.ArtifactId ?? 0,
        ChildDigest = row.Digest,
        Platform = row.Os is null && row.Architecture is null ? null : new() { Architecture = row.Architecture ?? "", Os = row.Os ?? "", OsVersion = row.OsVersion ?? "", Variant = row.Variant ?? "" },
        Annotations = row.Annotations is null ? null : JsonNode.Parse(row.Annotations),
    };
}

[Wire]
public sealed class PlatformJson
{
    public string Architecture { get; init; } = "";
    public string Os { get; init; } = "";

    [System.Text.Json.Serialization.JsonPropertyName("os.version")]
    public string OsVersion { get; init; } = "";
    public string Variant { get; init; } = "";
}

[Wire]
public sealed class AdditionLinkJson
{
    public string Href { get; init; } = "";
    [Always] public bool Absolute { get; init; }
}

[Wire]
public sealed class AccessoryJson
{
    public long Id { get; init; }
    [Always] public long ArtifactId { get; init; }
    public long SubjectArtifactId { get; init; }
    [Always] public string SubjectArtifactDigest { get; init; } = "";
    [Always] public string SubjectArtifactRepo { get; init; } = "";
    [Always] public long Size { get; init; }
    [Always] public string Digest { get; init; } = "";
    [Always] public string Type { get; init; } = "";
    [Always] public string Icon { get; init; } = "";
    public DateTimeOffset CreationTime { get; init; }

    internal static AccessoryJson From(ArtifactRow subject, AccessoryRow row) => new()
    {
        Id = row.Id,
        ArtifactId = row.Id,
        SubjectArtifactId = subject.Id,
        SubjectArtifactDigest = subject.Digest,
        SubjectArtifactRepo = subject.RepositoryName,
        Size = row.Size,
        Digest = row.Digest,
        Type = row switch
        {
            { Kind: ArtifactKind.Signature, ArtifactType: MediaTypes.NotarySignature } => "signature.notation",
            { Kind: ArtifactKind.Signature } => "signature.cosign",
            { ArtifactType: "application/vnd.goharbor.harbor.sbom.v1" } => "sbom.harbor",
            _ => "subject.accessory",
        },
        CreationTime = row.PushedAt,
    };
}

/// <summary>How the contract names kinds, types and additions.</summary>
static partial class ArtifactWire
{
    const string OciConfig = "application/vnd.oci.image.config.v1+json";
    const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string BuildHistory = "build_history";
    public const string Dependencies = "dependencies";
    public const string Readme = "readme.md";
    public const string Values = "values.yaml";

    public static string Type(ArtifactRow row) => row.Kind switch
    {
        ArtifactKind.Image or ArtifactKind.Index => "IMAGE",
        ArtifactKind.Chart => "CHART",
        ArtifactKind.Wasm => "WASM",
        ArtifactKind.Model => "CNAI",
        ArtifactKind.Sbom => "SBOM",
        _ => Named().Match(row.ArtifactType) is { Success: true } match ? match.Groups[1].Value.ToUpperInvariant() : "UNKNOWN",
    };

    /// <summary>The kinds behind a type that a client filters by; empty when Portal has none of that name.</summary>
    public static IReadOnlyList<ArtifactKind> Kinds(string type) => type.ToUpperInvariant() switch
    {
        "IMAGE" => [ArtifactKind.Image, ArtifactKind.Index],
        "CHART" => [ArtifactKind.Chart],
        "WASM" => [ArtifactKind.Wasm],
        "CNAI" => [ArtifactKind.Model],
        "SBOM" => [ArtifactKind.Sbom],
        "UNKNOWN" => [ArtifactKind.Signature, ArtifactKind.Attestation, ArtifactKind.Other],
        _ => [],
    };

    public static string ConfigType(ArtifactRow row) => row switch
    {
        { ArtifactType.Length: > 0 } => row.ArtifactType,
        { Kind: ArtifactKind.Image } => row.MediaType.StartsWith("application/vnd.docker.", StringComparison.Ordinal) ? DockerConfig : OciConfig,
        _ => row.MediaType,
    };

    public static JsonObject? Extra(ArtifactRow row, string? config)
    {
        if (row.Kind == ArtifactKind.Chart) return config is null ? null : JsonNode.Parse(config) as JsonObject;
        if (row.Kind != ArtifactKind.Image) return null;
        var extra = new JsonObject { ["architecture"] = row.Architecture, ["author"] = row.Author ?? "", ["os"] = row.Os };
        if (row.BuiltAt is { } built) extra["created"] = WireJson.Text(built);
        if (config is not null && JsonNode.Parse(config)?["config"] is JsonObject inner) extra["config"] = inner.DeepClone();
        return extra;
    }

    public static IReadOnlyList<string> AdditionsOf(ArtifactKind kind) => kind switch { ArtifactKind.Image => [BuildHistory], ArtifactKind.Chart => [Values, Readme, Dependencies], _ => [] };

    public static Dictionary<string, AdditionLinkJson>? Additions(ArtifactRow row)
    {
        if (AdditionsOf(row.Kind) is not { Count: > 0 } names) return null;
        var slash = row.RepositoryName.IndexOf('/', StringComparison.Ordinal);
        var artifact = $"/api/v2.0/projects/{row.RepositoryName[..slash]}/repositories/{PathNames.Encode(row.RepositoryName[(slash + 1)..])}/artifacts/{row.Digest}";
        return names.ToDictionary(n => n, n => new AdditionLinkJson { Href = $"{artifact}/additions/{n}" }, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^application/vnd\.[^.]*\.(.*)\.config\.[^.]*\+json\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}

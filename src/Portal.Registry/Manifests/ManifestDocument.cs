using System.Text.Json;
using System.Text.Unicode;
using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>Bounds on a manifest.</summary>
/// <param name="MaxBytes">The largest manifest in bytes; 4 MiB is what CNCF Distribution takes.</param>
/// <param name="MaxDepth">The deepest JSON.</param>
/// <param name="MaxDescriptors">The most layers, or children of an index.</param>
public sealed record ManifestLimits(int MaxBytes = ManifestLimits.DefaultMaxBytes, int MaxDepth = 32, int MaxDescriptors = 10_000)
{
    /// <summary>4 MiB.</summary>
    public const int DefaultMaxBytes = 4 * 1024 * 1024;

    /// <summary>The bounds when nothing else is said.</summary>
    public static ManifestLimits Default { get; } = new();
}

/// <summary>
/// A manifest or index, read strictly from its bytes so that Portal, the backing registry and every client see the same thing in it.
/// Sources: OCI image specification 1.1 (manifest, index), Docker manifest version 2 schema 2.
/// </summary>
public sealed class ManifestDocument
{
    static readonly string[] TopKeys = ["schemaVersion", "mediaType", "config", "layers", "manifests", "subject", "artifactType", "annotations", "fsLayers", "blobs"];

    ManifestDocument(ReadOnlyMemory<byte> bytes, string mediaType) =>
        (Bytes, MediaType, Digest) = (bytes, mediaType, Digest.Sha256(bytes.Span));

    /// <summary>The bytes as received; never re-serialised.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>sha256 of <see cref="Bytes"/>, computed here.</summary>
    public Digest Digest { get; }

    /// <summary>One of the four types of <see cref="MediaTypes.AcceptAll"/>.</summary>
    public string MediaType { get; }

    /// <summary>True for an OCI index or a Docker manifest list.</summary>
    public bool IsIndex => MediaTypes.IsIndex(MediaType);

    /// <summary>The config; null for an index.</summary>
    public Descriptor? Config { get; private init; }

    /// <summary>The layers in order, lowest first; empty for an index.</summary>
    public IReadOnlyList<Descriptor> Layers { get; private init; } = [];

    /// <summary>The manifests of an index; empty for a manifest.</summary>
    public IReadOnlyList<Descriptor> Children { get; private init; } = [];

    /// <summary>What this manifest speaks of (a referrer); null for most.</summary>
    public Descriptor? Subject { get; private init; }

    /// <summary>The field <c>artifactType</c>, else the config's type when that is neither an image config nor empty; null for an image.</summary>
    public string? ArtifactType { get; private init; }

    /// <summary>Annotations of the document.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; private init; } = Descriptor.NoAnnotations;

    /// <summary>Config and layers, each digest once: the blobs that must be in the repository. Foreign layers are left out.</summary>
    public IEnumerable<Descriptor> Blobs =>
        (Config is null ? Layers : Layers.Prepend(Config)).Where(d => !MediaTypes.IsForeignLayer(d.MediaType)).DistinctBy(d => d.Digest);

    /// <summary>The manifest's own bytes and those of its <see cref="Blobs"/>.</summary>
    public long TotalSize => Bytes.Length + Blobs.Sum(b => b.Size);

    /// <summary>Reads a manifest with the default bounds.</summary>
    /// <param name="bytes">The document; kept, so the caller must not change it.</param>
    /// <param name="contentType">The Content-Type it came with; null to go by the document alone.</param>
    /// <returns>The document, or <c>MANIFEST_INVALID</c> / <c>SIZE_INVALID</c> with the field at fault in the message.</returns>
    public static Result<ManifestDocument> Parse(ReadOnlyMemory<byte> bytes, string? contentType) => Parse(bytes, contentType, ManifestLimits.Default);

    /// <summary>Reads a manifest with bounds of the caller's.</summary>
    public static Result<ManifestDocument> Parse(ReadOnlyMemory<byte> bytes, string? contentType, ManifestLimits limits)
    {
        if (bytes.Length > limits.MaxBytes)
            return OciErrors.TooLarge.Because($"The manifest has {bytes.Length} bytes; at most {limits.MaxBytes} are allowed.");
        if (!Utf8.IsValid(bytes.Span)) return Invalid("The manifest is not UTF-8.");
        var opened = Open(bytes, limits);
        if (!opened.Ok) return opened.Error;
        using var json = opened.Value;
        return json.RootElement.ValueKind == JsonValueKind.Object
            ? Read(bytes, json.RootElement, MediaTypes.Bare(contentType), limits)
            : Invalid("A manifest is a JSON object.");
    }

    static Result<JsonDocument> Open(ReadOnlyMemory<byte> bytes, ManifestLimits limits)
    {
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            // the parser's sentence names the line, the depth or the doubled key
            return Invalid($"The manifest is not JSON that can be trusted: {e.Message}");
        }
        catch (InvalidOperationException e)
        {
            // the search for doubled keys stops at one that holds half of a surrogate pair
            return Invalid($"The manifest is not JSON that can be trusted: {e.Message}");
        }
    }

    static Result<ManifestDocument> Read(ReadOnlyMemory<byte> bytes, JsonElement root, string contentType, ManifestLimits limits)
    {
        var reader = new DocumentReader();
        reader.RefuseLookalikes(root, "The manifest", TopKeys);
        if (reader.Refusal is not null) return Invalid(reader.Refusal);
        var type = TypeOf(root, contentType, reader);
        if (!type.Ok) return type.Error;
        var artifactType = reader.OptionalText(root, "artifactType", "");
        var index = MediaTypes.IsIndex(type.Value);
        var config = index ? null : reader.OptionalDescriptor(root, "config");
        if (!index && config is null) reader.Refuse("config is missing.");
        var document = new ManifestDocument(bytes, type.Value)
        {
            Config = config,
            Layers = index ? [] : reader.Descriptors(root, "layers", limits.MaxDescriptors),
            Children = index ? reader.Descriptors(root, "manifests", limits.MaxDescriptors) : [],
            Subject = reader.OptionalDescriptor(root, "subject"),
            Annotations = reader.Annotations(root, ""),
            ArtifactType = artifactType
                ?? (config is null || MediaTypes.IsImageConfig(config.MediaType) || config.MediaType == MediaTypes.Empty ? null : config.MediaType),
        };
        return reader.Refusal is null ? document : Invalid(reader.Refusal);
    }

    static Result<string> TypeOf(JsonElement root, string contentType, DocumentReader reader)
    {
        var schema = root.TryGetProperty("schemaVersion", out var version) && version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var number) ? number : 0;
        var schema1 = contentType is MediaTypes.DockerSchema1 or MediaTypes.DockerSchema1Signed;
        if (schema1 || schema == 1 || root.TryGetProperty("fsLayers", out _))
            return Invalid("This is a Docker manifest of schema 1, which is not supported. Push with a client that writes schema 2 or OCI manifests.");
        if (schema != 2) return Invalid("schemaVersion must be the number 2.");

        var field = reader.OptionalText(root, "mediaType", "") ?? "";
        if (reader.Refusal is not null) return Invalid(reader.Refusal);
        var hasManifests = root.TryGetProperty("manifests", out _);
        var hasImage = root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _);
        if (hasManifests && hasImage) return Invalid("A document with 'manifests' beside 'layers' or 'config' is both an index and an image, and is refused.");
        if (root.TryGetProperty("blobs", out _)) return Invalid("'blobs' belongs to the withdrawn OCI artifact manifest; use an OCI image manifest with artifactType.");

        var type = contentType.Length > 0 ? contentType : field.Length > 0 ? field : hasManifests ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        if (!MediaTypes.IsManifest(type)) return Invalid($"'{Shown(type)}' is not a manifest type that this registry stores.");
        if (field.Length > 0 && field != type) return Invalid($"mediaType '{field}' differs from the Content-Type '{Shown(type)}'.");
        if (field.Length == 0 && type is (MediaTypes.DockerManifest or MediaTypes.DockerManifestList))
            return Invalid("mediaType is missing; Docker manifests must name it.");
        if (MediaTypes.IsIndex(type) != hasManifests)
            return Invalid(hasManifests ? $"'{type}' must not hold 'manifests'." : $"'{type}' must hold 'manifests'.");
        return type;
    }

    static string Shown(string type) => type.Length <= 255 ? type : type[..255];

    static Error Invalid(string message) => OciErrors.ManifestInvalid.Because(message);
}

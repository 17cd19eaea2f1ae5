using System.Text.RegularExpressions;
using Portal.Kernel;

namespace Portal.Registry.Manifests;

/// <summary>What a manifest holds, as people name it. Numbers are stored: never reorder.</summary>
public enum ArtifactKind
{
    /// <summary>A container image for one platform.</summary>
    Image,
    /// <summary>An index of images or of anything else.</summary>
    Index,
    /// <summary>A Helm chart.</summary>
    Chart,
    /// <summary>A signature of cosign, sigstore or the Notary Project.</summary>
    Signature,
    /// <summary>A software bill of materials.</summary>
    Sbom,
    /// <summary>An in-toto attestation, whichever tool wrote it.</summary>
    Attestation,
    /// <summary>A WebAssembly module.</summary>
    Wasm,
    /// <summary>A machine-learning model.</summary>
    Model,
    /// <summary>Anything else, such as an ORAS artifact of a type of its own.</summary>
    Other,
}

/// <summary>Tells an artifact's kind from its document, and reads cosign's tag scheme.</summary>
public static partial class ArtifactKinds
{
    static readonly string[] ModelPrefixes =
    [
        "application/vnd.cncf.model.", "application/vnd.ollama.image.model", "application/vnd.kitops.modelkit.", "application/vnd.docker.ai.",
    ];

    /// <summary>The kind of a document.</summary>
    /// <param name="document">The manifest.</param>
    /// <param name="tag">A tag on it, when there is one; <c>sha256-….sig</c> and the like count only when no layer is a file system.</param>
    public static ArtifactKind Classify(ManifestDocument document, string? tag = null)
    {
        if (document.ArtifactType is { } type && OfType(type) is { } byType) return Refine(byType, document);
        if (document.IsIndex) return ArtifactKind.Index;
        var layers = document.Layers.Select(l => OfType(l.MediaType)).Distinct().ToArray();
        if (layers is [{ } only]) return Refine(only, document);
        if (document.Layers.Any(l => OfType(l.MediaType) == ArtifactKind.Model)) return ArtifactKind.Model;
        if (tag is not null && TagScheme(tag) is { } scheme && !document.Layers.Any(l => MediaTypes.IsImageLayer(l.MediaType))) return scheme.Kind;
        return document.ArtifactType is null && document.Config is { } config && MediaTypes.IsImageConfig(config.MediaType)
            ? ArtifactKind.Image
            : ArtifactKind.Other;
    }

    /// <summary>Reads a tag of cosign's scheme <c>sha256-&lt;hex&gt;.sig|.att|.sbom</c>; null for any other tag.</summary>
    public static (ArtifactKind Kind, Digest Subject)? TagScheme(string tag)
    {
        var match = CosignTag().Match(tag);
        if (!match.Success || !Digest.TryParse("sha256:" + match.Groups[1].Value, out var subject)) return null;
        var kind = match.Groups[2].Value switch
        {
            "sig" => ArtifactKind.Signature,
            "att" => ArtifactKind.Attestation,
            _ => ArtifactKind.Sbom,
        };
        return (kind, subject);
    }

    /// <summary>cosign's tag for something that speaks of a digest.</summary>
    /// <param name="subject">The image spoken of.</param>
    /// <param name="suffix"><c>sig</c>, <c>att</c> or <c>sbom</c>.</param>
    public static string CosignTagOf(Digest subject, string suffix) => $"{subject.Algorithm}-{subject.Hex}.{suffix}";

    // a sigstore bundle holds either a signature or an attestation; the writer says which in an annotation
    static ArtifactKind Refine(ArtifactKind kind, ManifestDocument document) =>
        kind == ArtifactKind.Signature && document.Annotations.TryGetValue("dev.sigstore.bundle.content", out var content) && content == "dsse-envelope"
            ? ArtifactKind.Attestation
            : kind;

    static ArtifactKind? OfType(string mediaType) => mediaType switch
    {
        MediaTypes.HelmConfig or MediaTypes.HelmChart => ArtifactKind.Chart,
        MediaTypes.CosignSimpleSigning or MediaTypes.CosignSignature or MediaTypes.NotarySignature => ArtifactKind.Signature,
        MediaTypes.InToto or MediaTypes.DsseEnvelope => ArtifactKind.Attestation,
        MediaTypes.Wasm or MediaTypes.WasmConfig or MediaTypes.WasmConfigV1 or MediaTypes.WasmLayer => ArtifactKind.Wasm,
        _ when MediaTypes.IsSbom(mediaType) => ArtifactKind.Sbom,
        _ when mediaType.StartsWith(MediaTypes.SigstoreBundlePrefix, StringComparison.Ordinal) => ArtifactKind.Signature,
        _ when ModelPrefixes.Any(p => mediaType.StartsWith(p, StringComparison.Ordinal)) => ArtifactKind.Model,
        _ => null,
    };

    [GeneratedRegex(@"^sha256-([0-9a-f]{64})\.(sig|att|sbom)\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex CosignTag();
}

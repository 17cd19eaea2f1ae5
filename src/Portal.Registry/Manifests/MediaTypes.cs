using System.Collections.Frozen;

namespace Portal.Registry.Manifests;

/// <summary>
/// Media types of manifests, configs and blobs. Sources: OCI image specification 1.1 ("Media types"), Docker image manifest
/// version 2 schema 2, and the documents of Helm, cosign, Notary, in-toto and the model formats.
/// </summary>
public static class MediaTypes
{
    /// <summary>OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    /// <summary>OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    /// <summary>OCI image config.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    /// <summary>OCI layer, plain tar.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    /// <summary>OCI layer, tar compressed with gzip.</summary>
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    /// <summary>OCI layer, tar compressed with zstd.</summary>
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    /// <summary>Prefix of the OCI layers that a registry need not hold (deprecated by OCI 1.1).</summary>
    public const string OciNondistributablePrefix = "application/vnd.oci.image.layer.nondistributable.";
    /// <summary>The empty JSON object <c>{}</c> that artifacts name as their config.</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>Docker image manifest, version 2 schema 2.</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    /// <summary>Docker manifest list.</summary>
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// <summary>Docker image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    /// <summary>Docker layer, plain tar.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    /// <summary>Docker layer, tar compressed with gzip.</summary>
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    /// <summary>Docker layer that lives on a foreign server.</summary>
    public const string DockerForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    /// <summary>Docker manifest version 2 schema 1, unsigned; refused.</summary>
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    /// <summary>Docker manifest version 2 schema 1, signed; refused.</summary>
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>Helm chart config (Chart.yaml as JSON).</summary>
    public const string HelmConfig = "application/vnd.cncf.helm.config.v1+json";
    /// <summary>Helm chart content.</summary>
    public const string HelmChart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    /// <summary>Helm provenance file.</summary>
    public const string HelmProvenance = "application/vnd.cncf.helm.chart.provenance.v1.prov";

    /// <summary>cosign's signed payload ("simple signing").</summary>
    public const string CosignSimpleSigning = "application/vnd.dev.cosign.simplesigning.v1+json";
    /// <summary>Config type of a cosign signature kept as a referrer.</summary>
    public const string CosignSignature = "application/vnd.dev.cosign.artifact.sig.v1+json";
    /// <summary>Config type of a cosign SBOM kept as a referrer.</summary>
    public const string CosignSbom = "application/vnd.dev.cosign.artifact.sbom.v1+json";
    /// <summary>Prefix of sigstore bundles of any version.</summary>
    public const string SigstoreBundlePrefix = "application/vnd.dev.sigstore.bundle";
    /// <summary>Notary Project signature.</summary>
    public const string NotarySignature = "application/vnd.cncf.notary.signature";

    /// <summary>in-toto statement.</summary>
    public const string InToto = "application/vnd.in-toto+json";
    /// <summary>DSSE envelope, as cosign stores attestations.</summary>
    public const string DsseEnvelope = "application/vnd.dsse.envelope.v1+json";
    /// <summary>SPDX document as JSON.</summary>
    public const string SpdxJson = "application/spdx+json";
    /// <summary>SPDX document as tag-value text.</summary>
    public const string SpdxText = "text/spdx";
    /// <summary>SPDX document as JSON, as cosign names it.</summary>
    public const string SpdxTextJson = "text/spdx+json";
    /// <summary>CycloneDX document as JSON.</summary>
    public const string CycloneDxJson = "application/vnd.cyclonedx+json";
    /// <summary>CycloneDX document as XML.</summary>
    public const string CycloneDxXml = "application/vnd.cyclonedx+xml";
    /// <summary>Syft's own SBOM.</summary>
    public const string SyftJson = "application/vnd.syft+json";
    /// <summary>SBOM accessory as Harbor generates it.</summary>
    public const string HarborSbom = "application/vnd.goharbor.harbor.sbom.v1";

    /// <summary>WebAssembly module.</summary>
    public const string Wasm = "application/wasm";
    /// <summary>Config of a WebAssembly artifact.</summary>
    public const string WasmConfig = "application/vnd.wasm.config.v0+json";
    /// <summary>Config of an older WebAssembly artifact.</summary>
    public const string WasmConfigV1 = "application/vnd.wasm.config.v1+json";
    /// <summary>WebAssembly module, older form.</summary>
    public const string WasmLayer = "application/vnd.module.wasm.content.layer.v1+wasm";

    /// <summary>What a blob is uploaded as.</summary>
    public const string OctetStream = "application/octet-stream";

    /// <summary>Every manifest type to accept, in order of preference; the two schema 1 forms are left out because Portal refuses them.</summary>
    public static IReadOnlyList<string> AcceptAll { get; } = [OciIndex, DockerManifestList, OciManifest, DockerManifest];

    static readonly FrozenSet<string> Sboms = FrozenSet.ToFrozenSet(
        [SpdxJson, SpdxText, SpdxTextJson, CycloneDxJson, CycloneDxXml, SyftJson, HarborSbom, CosignSbom], StringComparer.OrdinalIgnoreCase);

    /// <summary>True for an OCI index or a Docker manifest list.</summary>
    public static bool IsIndex(string mediaType) => mediaType is OciIndex or DockerManifestList;

    /// <summary>True for the four manifest types that Portal stores.</summary>
    public static bool IsManifest(string mediaType) => IsIndex(mediaType) || mediaType is OciManifest or DockerManifest;

    /// <summary>True for either image config.</summary>
    public static bool IsImageConfig(string mediaType) => mediaType is OciConfig or DockerConfig;

    /// <summary>True for a file system layer of an image.</summary>
    public static bool IsImageLayer(string mediaType) =>
        mediaType.StartsWith("application/vnd.oci.image.layer.", StringComparison.Ordinal)
        || mediaType.StartsWith("application/vnd.docker.image.rootfs.", StringComparison.Ordinal);

    /// <summary>True for a layer whose bytes need not be in the registry; copying skips it.</summary>
    public static bool IsForeignLayer(string mediaType) =>
        mediaType == DockerForeignLayer || mediaType.StartsWith(OciNondistributablePrefix, StringComparison.Ordinal);

    /// <summary>True for the SBOM formats in use.</summary>
    public static bool IsSbom(string mediaType) => Sboms.Contains(mediaType);

    /// <summary>The type without its parameters, trimmed and in lower case; empty for null.</summary>
    public static string Bare(string? contentType)
    {
        if (contentType is null) return "";
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? contentType : contentType[..end]).Trim().ToLowerInvariant();
    }
}

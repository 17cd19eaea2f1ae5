using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Images;

/// <summary>Makes what is not an image: indexes, Helm charts, artifacts of any type, and referrers such as SBOMs and signatures.</summary>
public static class OciArtifacts
{
    static readonly BuiltBlob EmptyConfig = BuiltBlob.Of(MediaTypes.Empty, "{}"u8.ToArray());

    /// <summary>An index over images, Docker's manifest list when the images are Docker's.</summary>
    public static BuiltArtifact Index(IReadOnlyList<BuiltArtifact> images, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var type = images.Count > 0 && images.All(i => i.MediaType == MediaTypes.DockerManifest) ? MediaTypes.DockerManifestList : MediaTypes.OciIndex;
        var bytes = ManifestJson.Index(type, images.Select(i => (i, Descriptor.NoAnnotations)), annotations ?? Descriptor.NoAnnotations);
        return new(bytes, type, [], images);
    }

    /// <summary>An index as BuildKit writes it: each image is followed by an in-toto attestation manifest on <c>unknown/unknown</c>.</summary>
    public static BuiltArtifact AttestedIndex(IReadOnlyList<BuiltArtifact> images, DateTimeOffset created)
    {
        var children = new List<(BuiltArtifact, IReadOnlyDictionary<string, string>)>();
        foreach (var image in images) children.Add((image, Descriptor.NoAnnotations));
        foreach (var image in images)
            children.Add((Provenance(image, created), new Dictionary<string, string>
            {
                ["vnd.docker.reference.digest"] = image.Digest.Text,
                ["vnd.docker.reference.type"] = "attestation-manifest",
            }));
        return new(ManifestJson.Index(MediaTypes.OciIndex, children, Descriptor.NoAnnotations), MediaTypes.OciIndex, [], [.. children.Select(c => c.Item1)]);
    }

    /// <summary>A Helm chart that <c>helm pull</c> reads: the chart's archive and its Chart.yaml as JSON.</summary>
    public static BuiltArtifact HelmChart(string name, string version, string appVersion, string description, DateTimeOffset created)
    {
        static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
        var yaml = $"apiVersion: v2\nname: {name}\ndescription: {description}\ntype: application\nversion: {version}\nappVersion: \"{appVersion}\"\n";
        var tar = TarGzip.Tar(
        [
            new($"{name}/Chart.yaml", Text(yaml)),
            new($"{name}/values.yaml", Text($"image:\n  repository: {name}\n  tag: \"{appVersion}\"\nreplicas: 1\n")),
            new($"{name}/templates/configmap.yaml", Text("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  replicas: \"{{ .Values.replicas }}\"\n")),
        ], created, withParents: false);
        var config = BuiltBlob.Of(MediaTypes.HelmConfig, ManifestJson.Object(json =>
        {
            json.WriteString("name", name);
            json.WriteString("version", version);
            json.WriteString("description", description);
            json.WriteString("apiVersion", "v2");
            json.WriteString("appVersion", appVersion);
            json.WriteString("type", "application");
        }));
        var annotations = new Dictionary<string, string>
        {
            ["org.opencontainers.image.title"] = name,
            ["org.opencontainers.image.version"] = version,
            ["org.opencontainers.image.description"] = description,
            ["org.opencontainers.image.created"] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        return Make(null, config, [(BuiltBlob.Of(MediaTypes.HelmChart, TarGzip.Gzip(tar)), null)], null, annotations) with { ArtifactType = MediaTypes.HelmConfig };
    }

    /// <summary>An artifact of any type as ORAS writes it: empty config, one layer per file with its name as title.</summary>
    /// <param name="artifactType">Its type.</param>
    /// <param name="files">Name, type and bytes of each file; without any, the empty blob stands in, as the specification asks.</param>
    /// <param name="subject">What it speaks of; null for nothing.</param>
    /// <param name="annotations">Annotations of the manifest.</param>
    public static BuiltArtifact Artifact(string artifactType, IReadOnlyList<(string Name, string MediaType, byte[] Content)> files,
        BuiltArtifact? subject = null, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var layers = files.Select(f => (BuiltBlob.Of(f.MediaType, f.Content),
            (IReadOnlyDictionary<string, string>?)new Dictionary<string, string> { ["org.opencontainers.image.title"] = f.Name })).ToArray();
        return Make(artifactType, EmptyConfig, layers.Length == 0 ? [(EmptyConfig, null)] : layers, subject, annotations ?? Descriptor.NoAnnotations);
    }

    /// <summary>An SPDX 2.3 document over an image's packages, kept as a referrer of the image.</summary>
    public static BuiltArtifact Sbom(BuiltArtifact subject, IReadOnlyList<(string Name, string Version, string Purl)> packages, DateTimeOffset created)
    {
        var time = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var spdx = ManifestJson.Object(json =>
        {
            json.WriteString("spdxVersion", "SPDX-2.3");
            json.WriteString("dataLicense", "CC0-1.0");
            json.WriteString("SPDXID", "SPDXRef-DOCUMENT");
            json.WriteString("name", subject.Digest.Text);
            json.WriteString("documentNamespace", $"urn:portal:sbom:{subject.Digest.Hex}");
            json.WriteStartObject("creationInfo");
            json.WriteString("created", time);
            ManifestJson.List(json, "creators", ["Tool: portal"]);
            json.WriteEndObject();
            json.WriteStartArray("packages");
            for (var i = 0; i < packages.Count; i++)
            {
                json.WriteStartObject();
                json.WriteString("SPDXID", string.Create(CultureInfo.InvariantCulture, $"SPDXRef-Package-{i}"));
                json.WriteString("name", packages[i].Name);
                json.WriteString("versionInfo", packages[i].Version);
                json.WriteString("downloadLocation", "NOASSERTION");
                json.WriteStartArray("externalRefs");
                json.WriteStartObject();
                json.WriteString("referenceCategory", "PACKAGE-MANAGER");
                json.WriteString("referenceType", "purl");
                json.WriteString("referenceLocator", packages[i].Purl);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return Artifact(MediaTypes.SpdxJson, [("sbom.spdx.json", MediaTypes.SpdxJson, spdx)], subject,
            new Dictionary<string, string> { ["org.opencontainers.image.created"] = time });
    }

    /// <summary>
    /// A signature as cosign makes it: the "simple signing" payload as a layer and the ECDSA signature over it (SHA-256, DER, base64) as
    /// the layer's annotation. ECDSA draws a random number, so the digest differs on each call.
    /// </summary>
    /// <param name="subject">What is signed.</param>
    /// <param name="dockerReference">Its name, such as <c>registry.example.com/project/app</c>.</param>
    /// <param name="key">The private key; P-256 is what cosign makes.</param>
    /// <param name="asReferrer">True for a referrer with <c>subject</c>; false for the tag scheme, where the tag <see cref="ArtifactKinds.CosignTagOf"/> ties the two.</param>
    public static BuiltArtifact CosignSignature(BuiltArtifact subject, string dockerReference, ECDsa key, bool asReferrer)
    {
        var payload = ManifestJson.Object(json =>
        {
            json.WriteStartObject("critical");
            json.WriteStartObject("identity");
            json.WriteString("docker-reference", dockerReference);
            json.WriteEndObject();
            json.WriteStartObject("image");
            json.WriteString("docker-manifest-digest", subject.Digest.Text);
            json.WriteEndObject();
            json.WriteString("type", "cosign container image signature");
            json.WriteEndObject();
            json.WriteNull("optional");
        });
        var layer = BuiltBlob.Of(MediaTypes.CosignSimpleSigning, payload);
        var signature = key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var annotations = new Dictionary<string, string> { ["dev.cosignproject.cosign/signature"] = Convert.ToBase64String(signature) };
        var config = BareConfig(asReferrer ? MediaTypes.CosignSignature : MediaTypes.OciConfig, layer.Digest);
        return Make(null, config, [(layer, annotations)], asReferrer ? subject : null, Descriptor.NoAnnotations)
            with
        { ArtifactType = asReferrer ? MediaTypes.CosignSignature : null };
    }

    static BuiltArtifact Provenance(BuiltArtifact image, DateTimeOffset created)
    {
        var statement = BuiltBlob.Of(MediaTypes.InToto, ManifestJson.Object(json =>
        {
            json.WriteString("_type", "https://in-toto.io/Statement/v0.1");
            json.WriteString("predicateType", "https://slsa.dev/provenance/v0.2");
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteString("name", "image");
            ManifestJson.Map(json, "digest", [new("sha256", image.Digest.Hex)]);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartObject("predicate");
            json.WriteStartObject("metadata");
            json.WriteString("buildFinishedOn", created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
            json.WriteEndObject();
        }));
        var notes = new Dictionary<string, string> { ["in-toto.io/predicate-type"] = "https://slsa.dev/provenance/v0.2" };
        return Make(null, BareConfig(MediaTypes.OciConfig, statement.Digest, "unknown"), [(statement, notes)], null, Descriptor.NoAnnotations)
            with
        { Platform = new("unknown", "unknown") };
    }

    static BuiltBlob BareConfig(string mediaType, Digest layer, string platform = "") => BuiltBlob.Of(mediaType, ManifestJson.Object(json =>
    {
        json.WriteString("architecture", platform);
        json.WriteString("os", platform);
        json.WriteStartObject("config");
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        ManifestJson.List(json, "diff_ids", [layer.Text]);
        json.WriteEndObject();
    }));

    static BuiltArtifact Make(string? artifactType, BuiltBlob config, IReadOnlyList<(BuiltBlob Blob, IReadOnlyDictionary<string, string>? Annotations)> layers,
        BuiltArtifact? subject, IReadOnlyDictionary<string, string> annotations)
    {
        var manifest = ManifestJson.Manifest(MediaTypes.OciManifest, artifactType, ManifestJson.Entry.Of(config),
            layers.Select(l => ManifestJson.Entry.Of(l.Blob, l.Annotations)), subject, annotations);
        return new(manifest, MediaTypes.OciManifest, [.. layers.Select(l => l.Blob).Prepend(config).DistinctBy(b => b.Digest)], []) { ArtifactType = artifactType };
    }
}

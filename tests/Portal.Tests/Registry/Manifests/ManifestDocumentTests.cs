using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Tests.Registry.Manifests;

public sealed class ManifestDocumentTests
{
    const string D = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const string Config = $$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{D}}","size":7}""";
    const string Layer = $$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{D}}","size":9}""";
    const string Image = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{Config}},"layers":[{{Layer}}]}""";

    static Result<ManifestDocument> Parse(string text, string? type = MediaTypes.OciManifest) => ManifestDocument.Parse(Encoding.UTF8.GetBytes(text), type);

    [Fact]
    public void Parse_Image_TellsWhatItHolds()
    {
        var document = Parse(Image, MediaTypes.OciManifest + "; charset=utf-8").Value;
        Assert.False(document.IsIndex);
        Assert.Equal(Digest.Sha256(Encoding.UTF8.GetBytes(Image)), document.Digest);
        Assert.Equal(7, document.Config!.Size);
        Assert.Equal(9, Assert.Single(document.Layers).Size);
        Assert.Null(document.ArtifactType);
        Assert.Single(document.Blobs);
        Assert.Equal(ArtifactKind.Image, ArtifactKinds.Classify(document));
    }

    [Fact]
    public void Parse_Index_TellsChildrenAndPlatforms()
    {
        var document = Parse($$$"""
            {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciIndex}}}","manifests":[
             {"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{D}}}","size":5,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
             {"mediaType":"{{{MediaTypes.OciManifest}}}","digest":"{{{D}}}","size":5,"platform":{"os":"unknown","architecture":"unknown"},
              "annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"{{{D}}}"}}]}
            """, MediaTypes.OciIndex).Value;
        Assert.True(document.IsIndex);
        Assert.Equal("linux/arm64/v8", document.Children[0].Platform!.ToString());
        Assert.False(document.Children[0].IsAttestation);
        Assert.Equal(Digest.Parse(D), document.Children[1].Attests);
        Assert.Equal(ArtifactKind.Index, ArtifactKinds.Classify(document));
    }

    [Fact]
    public void Parse_WithoutAnyType_GoesByTheShape() => Assert.Equal(MediaTypes.OciIndex, Parse("""{"schemaVersion":2,"manifests":null}""", null).Value.MediaType);

    public static TheoryData<string, string?, string> Hostile => new()
    {
        { "", MediaTypes.OciManifest, "not JSON" },
        { "[]", MediaTypes.OciManifest, "object" },
        { "null", MediaTypes.OciManifest, "object" },
        { Image + " x", MediaTypes.OciManifest, "not JSON" },
        { Image, MediaTypes.DockerManifest, "differs from the Content-Type" },
        { Image, "application/json", "not a manifest type" },
        { Image.Replace("\"schemaVersion\":2", "\"schemaVersion\":1", StringComparison.Ordinal), MediaTypes.OciManifest, "schema 1" },
        { Image.Replace("\"schemaVersion\":2", "\"schemaVersion\":\"2\"", StringComparison.Ordinal), MediaTypes.OciManifest, "schemaVersion" },
        { Image, MediaTypes.DockerSchema1Signed, "schema 1" },
        { Image.Replace("\"layers\"", "\"manifests\":[],\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "both an index and an image" },
        { Image.Replace("\"layers\"", "\"layers\":[],\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "layers" },
        { Image.Replace("\"layers\"", "\"Layers\":[],\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "'Layers'" },
        { Image.Replace("\"layers\"", "\"layer\\u017f\":[],\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "other readers" },
        { Image.Replace("\"size\":9", "\"size\":9,\"Digest\":\"x\"", StringComparison.Ordinal), MediaTypes.OciManifest, "'Digest'" },
        { Image.Replace("\"size\":9", "\"size\":-1", StringComparison.Ordinal), MediaTypes.OciManifest, "layers[0].size" },
        { Image.Replace("\"size\":9", "\"size\":1e30", StringComparison.Ordinal), MediaTypes.OciManifest, "layers[0].size" },
        { Image.Replace("\"size\":9", "\"size\":9223372036854775807", StringComparison.Ordinal), MediaTypes.OciManifest, "layers[0].size" },
        { Image.Replace(D, "sha256:../../etc", StringComparison.Ordinal), MediaTypes.OciManifest, "config.digest" },
        { Image.Replace(Config, "null", StringComparison.Ordinal), MediaTypes.OciManifest, "config" },
        { Image.Replace("\"size\":9", "\"size\":1,\"data\":\"eA==\"", StringComparison.Ordinal), MediaTypes.OciManifest, "data" },
        { Image.Replace("\"layers\"", "\"annotations\":{\"a\":1},\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "annotations.a" },
        { Image.Replace("\"layers\"", "\"annotations\":{\"a\":\"\\ud800\"},\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "surrogate" },
        { Image.Replace("\"layers\"", "\"\\ud800\":1,\"layers\"", StringComparison.Ordinal), MediaTypes.OciManifest, "surrogate" },
        { $$"""{"schemaVersion":2,"config":{{Config}},"layers":[]}""", MediaTypes.DockerManifest, "mediaType is missing" },
        { """{"schemaVersion":2,"manifests":[]}""", MediaTypes.OciManifest, "must not hold" },
        { $$"""{"schemaVersion":2,"config":{{Config}},"layers":[]}""", MediaTypes.OciIndex, "must hold" },
        { """{"schemaVersion":2,"blobs":[]}""", null, "withdrawn" },
        { """{"schemaVersion":2,"x":""" + new string('[', 200) + new string(']', 200) + "}", null, "depth" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Parse_Hostile_IsRefusedWithAReason(string text, string? type, string reason)
    {
        var error = Parse(text, type).Error;
        Assert.NotNull(error);
        Assert.Equal("MANIFEST_INVALID", error.Code);
        Assert.Contains(reason, error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Parse_NotUtf8_IsRefused() => Assert.Contains("UTF-8", ManifestDocument.Parse(new byte[] { (byte)'{', 0xff, (byte)'}' }, null).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_TooLarge_NamesTheBound()
    {
        var error = ManifestDocument.Parse(new byte[ManifestLimits.DefaultMaxBytes + 1], null).Error!;
        Assert.Equal(ErrorKind.TooLarge, error.Kind);
        Assert.Contains("4194304", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooManyLayers_NamesTheBound() => Assert.Contains("at most 0",
        ManifestDocument.Parse(Encoding.UTF8.GetBytes(Image), null, new(MaxDescriptors: 0)).Error!.Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", null, ArtifactKind.Chart)]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.dev.cosign.simplesigning.v1+json", null, ArtifactKind.Signature)]
    [InlineData("application/vnd.cncf.notary.signature", "application/jose+json", null, ArtifactKind.Signature)]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.in-toto+json", null, ArtifactKind.Attestation)]
    [InlineData("application/vnd.oci.image.config.v1+json", "text/spdx+json", null, ArtifactKind.Sbom)]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/x-unheard", "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.att", ArtifactKind.Attestation)]
    [InlineData("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip", "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig", ArtifactKind.Image)]
    [InlineData("application/vnd.wasm.config.v0+json", "application/wasm", null, ArtifactKind.Wasm)]
    [InlineData("application/vnd.docker.container.image.v1+json", "application/vnd.ollama.image.model", null, ArtifactKind.Model)]
    [InlineData("application/vnd.acme.rocket.v1", "text/plain", null, ArtifactKind.Other)]
    public void Classify_KnownTypes_AreTold(string config, string layer, string? tag, ArtifactKind kind) => Assert.Equal(kind, ArtifactKinds.Classify(
        Parse($$"""{"schemaVersion":2,"config":{"mediaType":"{{config}}","digest":"{{D}}","size":0},"layers":[{"mediaType":"{{layer}}","digest":"{{D}}","size":0}]}""").Value, tag));
}

using System.Runtime.CompilerServices;
using System.Text;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Clients that are not at hand as programs: what they send, replayed from files.</summary>
public sealed class ClientFlowTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder(), "*.flow").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Flow_OfAClient_IsAnsweredAsItExpects(string file)
    {
        var repository = GatewayFixture.NewRepository();
        var (image, type) = (Pushed(file), "application/vnd.example.note");
        var bodies = new Dictionary<string, byte[]>
        {
            ["config"] = image.Blobs[0].Bytes(),
            ["layer"] = image.Blobs[^1].Bytes(),
            ["manifest"] = image.Manifest,
            ["attached"] = Attached(image, type),
            ["signature"] = Attached(image, null),
        };
        bodies["fallback"] = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{Portal.Kernel.Digest.Sha256(bodies["attached"])}}","size":{{bodies["attached"].Length}},"artifactType":"{{type}}"}]}""");
        var words = bodies.ToDictionary(b => b.Key, b => Portal.Kernel.Digest.Sha256(b.Value).Text);
        (words["repo"], words["host"], words["tag"]) = (repository, portal.Address, image.Digest.Text.Replace(':', '-'));
        await new ClientFlow(portal, words, bodies).RunAsync(Path.Combine(Folder(), file));
    }

    static BuiltArtifact Pushed(string file) => file switch
    {
        "helm.flow" => OciArtifacts.HelmChart("flow", "1.2.3+build.7", "1.0", Guid.NewGuid().ToString(), GatewayFixture.Time),
        "oras.flow" => OciArtifacts.Artifact("application/vnd.example.data", [("data.txt", "text/plain", Encoding.UTF8.GetBytes(Guid.NewGuid().ToString()))]),
        _ => GatewayFixture.Image(Guid.NewGuid().ToString()),
    };

    /// <summary>A manifest with the blobs of another; a referrer of it when it has a type, the content of a signature's tag when not.</summary>
    static byte[] Attached(BuiltArtifact image, string? type)
    {
        var (config, layer) = (image.Blobs[0], image.Blobs[^1]);
        var about = type is null ? "" : $$""","artifactType":"{{type}}","subject":{"mediaType":"{{image.MediaType}}","digest":"{{image.Digest}}","size":{{image.Manifest.Length}}}""";
        return Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{config.Digest}}","size":{{config.Size}}},"layers":[{"mediaType":"{{MediaTypes.CosignSimpleSigning}}","digest":"{{layer.Digest}}","size":{{layer.Size}}}]{{about}} }""");
    }

    static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Flows");
}

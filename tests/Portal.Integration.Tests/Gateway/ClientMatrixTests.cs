using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>What skopeo, podman and buildah do beyond a plain push and pull: many platforms, other compressions, encryption, mirrors.</summary>
public sealed class ClientMatrixTests(GatewayFixture portal) : IClassFixture<GatewayFixture>, IDisposable
{
    static readonly string Credentials = $"dev:{PortalHost.Password}";

    readonly string _folder = Directory.CreateTempSubdirectory("portal-matrix-").FullName;

    string At(string name) => Path.Combine(_folder, name);

    string[] Store => ["--root", At("root"), "--runroot", At("run"), "--storage-driver", "vfs"];

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Buildah_LoginBuildPushPull_GoThrough()
    {
        var repository = GatewayFixture.NewRepository();
        Assert.Contains("Login Succeeded", await GatewayFixture.RunAsync("buildah", "login", "--authfile", At("auth"), "--tls-verify=false", "-u", "dev", "-p", PortalHost.Password, portal.Address), StringComparison.Ordinal);
        await File.WriteAllTextAsync(At("hello"), Guid.NewGuid().ToString());
        try
        {
            var container = (await GatewayFixture.RunAsync("buildah", [.. Store, "from", "scratch"])).Trim();
            await GatewayFixture.RunAsync("buildah", [.. Store, "copy", container, At("hello"), "/hello"]);
            await GatewayFixture.RunAsync("buildah", [.. Store, "commit", container, "built"]);
            await GatewayFixture.RunAsync("buildah", [.. Store, "push", "--authfile", At("auth"), "--tls-verify=false", "built", $"docker://{portal.Address}/{repository}:1"]);
            await GatewayFixture.RunAsync("buildah", [.. Store, "pull", "--authfile", At("auth"), "--tls-verify=false", $"docker://{portal.Address}/{repository}:1"]);
            Assert.Equal(["1"], await TagsAsync(repository));
        }
        finally
        {
            await GatewayFixture.RunAsync("buildah", [.. Store, "rm", "--all"]);
            await GatewayFixture.RunAsync("buildah", [.. Store, "rmi", "--all", "--force"]);
        }
    }

    [Theory]
    [InlineData("buildah", "oci")]
    [InlineData("podman", "oci")]
    [InlineData("podman", "v2s2")]
    public async Task ManifestList_CreatedAndPushedWithAll_HoldsEveryPlatform(string program, string format)
    {
        var (source, repository) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository());
        await portal.PushAsync(source, GatewayFixture.Image(Guid.NewGuid().ToString()), "amd64");
        await portal.PushAsync(source, GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64"), "arm64");
        try
        {
            await GatewayFixture.RunAsync(program, [.. Store, "manifest", "create", "both"]);
            foreach (var platform in (string[])["amd64", "arm64"])
                await GatewayFixture.RunAsync(program, [.. Store, "manifest", "add", "--tls-verify=false", "--creds", Credentials, "both", $"docker://{portal.Address}/{source}:{platform}"]);
            await GatewayFixture.RunAsync(program, [.. Store, "manifest", "push", "--all", "--format", format, "--tls-verify=false", "--creds", Credentials, "both", $"docker://{portal.Address}/{repository}:multi"]);
        }
        finally
        {
            await GatewayFixture.RunAsync(program, [.. Store, "rmi", "--all", "--force"]);
        }
        var index = (await portal.Client().GetManifestAsync(repository, Tag("multi"))).Value;
        Assert.Equal(format == "oci" ? MediaTypes.OciIndex : MediaTypes.DockerManifestList, index.MediaType);
        var document = ManifestDocument.Parse(index.Bytes, index.MediaType).Value;
        Assert.Equal(["amd64", "arm64"], document.Children.Select(c => c.Platform!.Architecture).Order());
        foreach (var child in document.Children) Assert.True((await portal.Client("guest").GetManifestAsync(repository, child.Digest)).Ok);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("zstd:chunked")]
    public async Task Skopeo_OtherCompressions_AreKeptAndReadBack(string compression)
    {
        var (source, repository) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository());
        await portal.PushAsync(source, GatewayFixture.Image(Guid.NewGuid().ToString()), "1");
        await CopyAsync(["--dest-compress-format", compression, "--format", "oci"], $"docker://{portal.Address}/{source}:1", $"docker://{portal.Address}/{repository}:1");
        var layer = Assert.Single((await DocumentAsync(repository)).Layers);
        Assert.Equal(MediaTypes.OciLayerZstd, layer.MediaType);
        Assert.Equal(compression == "zstd:chunked", layer.Annotations.Keys.Any(k => k.Contains("zstd-chunked", StringComparison.Ordinal)));
        await CopyAsync([], $"docker://{portal.Address}/{repository}:1", $"dir:{At("back")}");
        Assert.Equal(layer.Digest, Digest.Sha256(await File.ReadAllBytesAsync(At($"back/{layer.Digest.Hex}"))));
    }

    [Fact]
    public async Task Skopeo_EncryptedLayers_AreKeptAndOpenWithTheKeyAlone()
    {
        var (source, repository) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository());
        var image = GatewayFixture.Image(Guid.NewGuid().ToString());
        await portal.PushAsync(source, image, "1");
        await GatewayFixture.RunAsync("openssl", "genrsa", "-out", At("private.pem"), "2048");
        await GatewayFixture.RunAsync("openssl", "rsa", "-in", At("private.pem"), "-pubout", "-out", At("public.pem"));
        await CopyAsync(["--encryption-key", $"jwe:{At("public.pem")}"], $"docker://{portal.Address}/{source}:1", $"docker://{portal.Address}/{repository}:1");
        var layer = Assert.Single((await DocumentAsync(repository)).Layers);
        Assert.EndsWith("+encrypted", layer.MediaType, StringComparison.Ordinal);
        await CopyAsync(["--decryption-key", At("private.pem")], $"docker://{portal.Address}/{repository}:1", $"dir:{At("open")}");
        Assert.Equal(image.Blobs[^1].Bytes(), await File.ReadAllBytesAsync(At($"open/{image.Blobs[^1].Digest.Hex}")));
    }

    [Fact]
    public async Task Skopeo_SyncInspectAndDelete_GoThrough()
    {
        var source = GatewayFixture.NewRepository();
        var image = GatewayFixture.Image(Guid.NewGuid().ToString());
        await portal.PushAsync(source, image, "1", "2");
        await GatewayFixture.RunAsync("skopeo", "sync", "--all", "--src", "docker", "--dest", "docker", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", Credentials, "--dest-creds", Credentials,
            $"{portal.Address}/{source}", $"{portal.Address}/team/synced");
        var copy = "team/synced/api";
        Assert.Equal(["1", "2"], await TagsAsync(copy));
        var seen = JsonNode.Parse(await GatewayFixture.RunAsync("skopeo", "inspect", "--tls-verify=false", "--creds", Credentials, $"docker://{portal.Address}/{copy}:2"))!;
        Assert.Equal(image.Digest.Text, seen["Digest"]!.GetValue<string>());
        Assert.Contains("GREETING", (await GatewayFixture.RunAsync("skopeo", "inspect", "--config", "--raw", "--tls-verify=false", "--creds", Credentials, $"docker://{portal.Address}/{copy}:2")), StringComparison.Ordinal);
        // skopeo deletes by digest, and both tags go with it
        await GatewayFixture.RunAsync("skopeo", "delete", "--tls-verify=false", "--creds", Credentials, $"docker://{portal.Address}/{copy}:1");
        Assert.Empty(await TagsAsync(copy));
    }

    [Fact]
    public async Task Podman_SearchTags_ListsThem()
    {
        var repository = GatewayFixture.NewRepository();
        await portal.PushAsync(repository, GatewayFixture.Image(Guid.NewGuid().ToString()), "1.0", "2.0");
        await GatewayFixture.RunAsync("podman", "login", "--authfile", At("auth"), "--tls-verify=false", "-u", "dev", "-p", PortalHost.Password, portal.Address);
        var listed = JsonNode.Parse(await GatewayFixture.RunAsync("podman", [.. Store, "search", "--list-tags", "--format", "json", "--tls-verify=false", "--authfile", At("auth"), $"{portal.Address}/{repository}"]))!;
        Assert.Equal(["1.0", "2.0"], listed[0]!["Tags"]!.AsArray().Select(t => t!.GetValue<string>()));
    }

    Task CopyAsync(string[] options, string from, string to)
    {
        string[] access = [.. from.StartsWith("docker", StringComparison.Ordinal) ? ["--src-tls-verify=false", "--src-creds", Credentials] : Array.Empty<string>(),
            .. to.StartsWith("docker", StringComparison.Ordinal) ? ["--dest-tls-verify=false", "--dest-creds", Credentials] : Array.Empty<string>()];
        return GatewayFixture.RunAsync("skopeo", ["copy", .. options, .. access, from, to]);
    }

    async Task<ManifestDocument> DocumentAsync(string repository)
    {
        var manifest = (await portal.Client().GetManifestAsync(repository, Tag("1"))).Value;
        return ManifestDocument.Parse(manifest.Bytes, manifest.MediaType).Value;
    }

    async Task<string[]> TagsAsync(string repository)
    {
        using var http = portal.Http();
        return [.. JsonNode.Parse(await http.GetStringAsync($"v2/{repository}/tags/list"))!["tags"]!.AsArray().Select(t => t!.GetValue<string>())];
    }

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);
}

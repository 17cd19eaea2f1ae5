using System.Diagnostics;
using System.Security.Cryptography;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Tests.Registry.Client;

public sealed class RegistryClientTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>
{
    static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    static BuiltArtifact Image(string text, string architecture = "amd64") =>
        new OciImageBuilder(Time).On("linux", architecture).File("etc/motd", text).Env("A", "b").Cmd("/bin/true").Build();

    [Fact]
    public async Task Ping_RightAndWrongPassword_AreTold()
    {
        Assert.True((await fixture.Client.PingAsync()).Ok);
        Assert.Equal(ErrorKind.Unauthenticated, (await fixture.ClientWith(new("portal", "wrong")).PingAsync()).Error!.Kind);
        Assert.Equal(ErrorKind.Unauthenticated, (await fixture.ClientWith(null).PingAsync()).Error!.Kind);
    }

    [Fact]
    public async Task Ping_NobodyThere_IsUnavailable()
    {
        using var http = new HttpMessageInvoker(RegistryClient.CreateHandler());
        Assert.Equal("REGISTRY_UNREACHABLE", (await new RegistryClient(http, new(new Uri("http://127.0.0.1:1/"))).PingAsync()).Error!.Code);
    }

    [Fact]
    public async Task Push_MultiArchIndex_ComesBackByteForByte()
    {
        var index = OciArtifacts.AttestedIndex([Image("one"), Image("two", "arm64")], Time);
        Assert.True((await ImagePusher.PushAsync(fixture.Client, "demo/multi", index, [Tag("v1"), Tag("v2")])).Ok);
        var head = (await fixture.Client.HeadManifestAsync("demo/multi", Tag("v1"))).Value;
        Assert.Equal((index.Digest, MediaTypes.OciIndex, (long)index.Manifest.Length), (head.Digest, head.MediaType, head.Size));
        var got = (await fixture.Client.GetManifestAsync("demo/multi", index.Digest)).Value;
        Assert.Equal(index.Manifest, got.Bytes.ToArray());
        Assert.Equal(2, got.Parse().Value.Children.Count(c => c.IsAttestation));
        Assert.Equal(["v1", "v2"], (await fixture.Client.AllTagsAsync("demo/multi")).Value.Order());
    }

    [Fact]
    public async Task Push_EveryKindOfArtifact_IsTakenAndClassified()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var image = Image("signed");
        var docker = new OciImageBuilder(Time).AsDocker().File("a", "b").Build();
        (BuiltArtifact Made, string Tag, ArtifactKind Kind)[] all =
        [
            (image, "image", ArtifactKind.Image),
            (docker, "docker", ArtifactKind.Image),
            (OciArtifacts.Index([docker]), "list", ArtifactKind.Index),
            (OciArtifacts.HelmChart("web", "1.2.3", "9.9", "A chart", Time), "1.2.3", ArtifactKind.Chart),
            (OciArtifacts.Artifact("application/vnd.acme.rocket.v1", [("a.txt", "text/plain", "hello"u8.ToArray())]), "rocket", ArtifactKind.Other),
            (OciArtifacts.Artifact("application/vnd.acme.nothing.v1", []), "nothing", ArtifactKind.Other),
            (OciArtifacts.Sbom(image, [("zlib", "1.3", "pkg:deb/debian/zlib@1.3")], Time), "sbom", ArtifactKind.Sbom),
            (OciArtifacts.CosignSignature(image, "localhost/demo/kinds", key, false), ArtifactKinds.CosignTagOf(image.Digest, "sig"), ArtifactKind.Signature),
            (OciArtifacts.CosignSignature(image, "localhost/demo/kinds", key, true), "sig", ArtifactKind.Signature),
        ];
        foreach (var (made, tag, kind) in all)
        {
            var pushed = await ImagePusher.PushAsync(fixture.Client, "demo/kinds", made, [Tag(tag)]);
            Assert.True(pushed.Ok, $"{tag}: {pushed.Error}");
            var document = (await fixture.Client.GetManifestAsync("demo/kinds", Tag(tag))).Value.Parse().Value;
            Assert.Equal(made.Digest, document.Digest);
            Assert.Equal(kind, ArtifactKinds.Classify(document, tag));
        }
    }

    [Fact]
    public async Task Push_ImageAndIndex_AreReadBySkopeo()
    {
        var index = OciArtifacts.AttestedIndex([Image("one"), new OciImageBuilder(Time).On("linux", "arm64", "v8").RandomLayer(100_000, 1).Build()], Time);
        Assert.True((await ImagePusher.PushAsync(fixture.Client, "demo/skopeo", index, [Tag("v1")])).Ok);
        var folder = Directory.CreateTempSubdirectory("portal-skopeo-").FullName;
        try
        {
            var info = new ProcessStartInfo("skopeo",
            [
                "--insecure-policy", "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--src-creds", $"{fixture.Registry.Credentials!.User}:{fixture.Registry.Credentials.Secret}",
                $"docker://{fixture.Registry.Url.Authority}/demo/skopeo:v1", $"dir:{folder}/copy",
            ])
            { RedirectStandardError = true };
            using var skopeo = Process.Start(info)!;
            var errors = await skopeo.StandardError.ReadToEndAsync();
            await skopeo.WaitForExitAsync();
            Assert.True(skopeo.ExitCode == 0, errors);
            Assert.Equal(index.Manifest, await File.ReadAllBytesAsync(Path.Combine(folder, "copy", "manifest.json")));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task Blob_LargeRandomLayer_StreamsAndRangesHold()
    {
        var image = new OciImageBuilder(Time).RandomLayer(5_000_001, 7).Build();
        Assert.True((await ImagePusher.PushAsync(fixture.Client, "demo/large", image, [Tag("big")])).Ok);
        var layer = image.Blobs[1];
        Assert.Equal(layer.Size, (await fixture.Client.HeadBlobAsync("demo/large", layer.Digest)).Value);
        Assert.Equal(layer.Bytes(), (await fixture.Client.GetBlobAsync("demo/large", layer.Digest, layer.Size)).Value);
        Assert.Equal(ErrorKind.TooLarge, (await fixture.Client.GetBlobAsync("demo/large", layer.Digest, layer.Size - 1)).Error!.Kind);
        await using var part = (await fixture.Client.OpenBlobAsync("demo/large", layer.Digest, 1000, 1999)).Value;
        using var read = new MemoryStream();
        await part.Content.CopyToAsync(read);
        Assert.Equal(layer.Bytes()[1000..2000], read.ToArray());
        Assert.Equal(layer.Size, part.TotalLength);
    }

    [Fact]
    public async Task Upload_UnknownLengthOrWrongDigest_IsTakenOrRefused()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        Assert.True((await fixture.Client.UploadBlobAsync("demo/upload", Digest.Sha256(content), new MemoryStream(content), null)).Ok);
        Assert.True((await fixture.Client.HeadBlobAsync("demo/upload", Digest.Sha256(content))).Ok);
        var wrong = await fixture.Client.UploadBlobAsync("demo/upload", Digest.Sha256("other"u8), new MemoryStream(content), content.Length);
        Assert.Equal("DIGEST_INVALID", wrong.Error!.Code);
    }

    [Fact]
    public async Task Mount_BlobOfAnotherRepository_IsKnownHere()
    {
        var content = RandomNumberGenerator.GetBytes(64);
        var digest = Digest.Sha256(content);
        Assert.True((await fixture.Client.UploadBlobAsync("demo/source", digest, new MemoryStream(content), content.Length)).Ok);
        Assert.True((await fixture.Client.MountBlobAsync("demo/target", digest, "demo/source")).Value);
        Assert.True((await fixture.Client.HeadBlobAsync("demo/target", digest)).Ok);
        Assert.False((await fixture.Client.MountBlobAsync("demo/target", Digest.Sha256("absent"u8), "demo/source")).Value);
    }

    [Fact]
    public async Task Delete_ByDigest_RemovesTheManifest()
    {
        var image = Image("short-lived");
        Assert.True((await ImagePusher.PushAsync(fixture.Client, "demo/delete", image, [Tag("x")])).Ok);
        Assert.Equal("DIGEST_INVALID", (await fixture.Client.DeleteManifestAsync("demo/delete", Tag("x"))).Error!.Code);
        Assert.True((await fixture.Client.DeleteManifestAsync("demo/delete", image.Digest)).Ok);
        var gone = (await fixture.Client.GetManifestAsync("demo/delete", Tag("x"))).Error!;
        Assert.Equal(("MANIFEST_UNKNOWN", ErrorKind.NotFound), (gone.Code, gone.Kind));
        Assert.Equal(ErrorKind.NotFound, (await fixture.Client.HeadManifestAsync("demo/delete", image.Digest)).Error!.Kind);
    }

    [Fact]
    public async Task Catalog_PagesOfOne_FollowTheLinks()
    {
        foreach (var name in new[] { "paged/a", "paged/b", "paged/c" })
            Assert.True((await ImagePusher.PushAsync(fixture.Client, name, Image(name), [Tag("t")])).Ok);
        var all = new List<string>();
        Uri? next = null;
        do
        {
            var page = (await fixture.Client.CatalogAsync(next, 1)).Value;
            Assert.True(page.Items.Count <= 1);
            all.AddRange(page.Items);
            next = page.Next;
        }
        while (next is not null);
        Assert.Subset(all.ToHashSet(), new HashSet<string> { "paged/a", "paged/b", "paged/c" });
    }

    [Theory]
    [InlineData("../../etc")]
    [InlineData("UPPER")]
    [InlineData("a b")]
    public async Task Any_BadRepositoryName_IsRefusedWithoutARequest(string name) =>
        Assert.Equal("NAME_INVALID", (await fixture.Client.HeadBlobAsync(name, Digest.Sha256([]))).Error!.Code);
}

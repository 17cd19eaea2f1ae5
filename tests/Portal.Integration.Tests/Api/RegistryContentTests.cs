using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>What the REST face does with content that a registry really holds: copies, charts, counts.</summary>
public sealed class RegistryContentTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    static string Path(string repository)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        return $"/api/v2.0/projects/{repository[..slash]}/repositories/{repository[(slash + 1)..].Replace("/", "%252F", StringComparison.Ordinal)}";
    }

    async Task<Answer> SendAsync(string? user, string method, string path)
    {
        using var client = portal.Host.Client(user);
        using var request = new HttpRequestMessage(new(method), path);
        using var response = await client.SendAsync(request);
        return new(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }

    Task<Answer> CopyAsync(string user, string from, string to) => SendAsync(user, "POST", $"{Path(to)}/artifacts?from={Uri.EscapeDataString(from)}");

    [Fact]
    public async Task Copy_IndexByTag_BringsChildrenAttachmentsAndThatTag()
    {
        var (from, to) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository());
        var images = new[] { GatewayFixture.Image(Guid.NewGuid().ToString()), GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64") };
        var index = OciArtifacts.Index(images);
        var sbom = OciArtifacts.Sbom(images[0], [], GatewayFixture.Time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var signature = OciArtifacts.CosignSignature(index, from, key, asReferrer: false);
        var signatureTag = ArtifactKinds.CosignTagOf(index.Digest, "sig");
        await portal.PushAsync(from, index, "1.0", "other");
        await portal.PushAsync(from, sbom);
        await portal.PushAsync(from, signature, signatureTag);

        var copied = await CopyAsync("dev", $"{from}:1.0", to);

        Assert.Equal((HttpStatusCode.Created, $"{Path(to)}/artifacts/{index.Digest}"), (copied.Status, copied.Headers["Location"]));
        var client = portal.Client();
        Assert.Equal(index.Digest, (await client.GetManifestAsync(to, Tag("1.0"))).Value.Digest);
        Assert.Equal(signature.Digest, (await client.GetManifestAsync(to, Tag(signatureTag))).Value.Digest);
        Assert.Equal(index.Digest, (await client.GetManifestAsync(to, Tag("other"))).Value.Digest);
        var backend = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(portal.Registry.Url));
        foreach (var artifact in (BuiltArtifact[])[index, .. images, sbom, signature])
        {
            Assert.True((await client.GetManifestAsync(to, artifact.Digest)).Ok);
            Assert.True((await backend.GetManifestAsync(to, artifact.Digest)).Ok);
            foreach (var blob in artifact.Blobs) Assert.Equal(blob.Bytes(), (await client.GetBlobAsync(to, blob.Digest, 1 << 20)).Value);
        }
        var seen = (await SendAsync("guest", "GET", $"{Path(to)}/artifacts?with_accessory=true")).Json.AsArray().Single()!;
        Assert.Equal((index.Digest.Text, 1, 2), ((string)seen["digest"]!, seen["accessories"]!.AsArray().Count, seen["references"]!.AsArray().Count));
        var audited = await portal.DatabaseAsync(db => db.AuditEvents.Where(e => e.Resource == $"{to}@{index.Digest}" && e.Action == AuditActions.Create).Select(e => new { e.Actor, e.After }).SingleAsync());
        Assert.Equal(("dev", $"{from}:1.0", 5), (audited.Actor, (string)JsonNode.Parse(audited.After!)!["from"]!, (int)JsonNode.Parse(audited.After!)!["artifacts"]!));
    }

    [Fact]
    public async Task Copy_ByDigest_TakesTheTagsAlongAndMayBeRepeated()
    {
        var (from, to, image) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(from, image, "1.0");
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.Created, (await CopyAsync("dev", $"{from}@{image.Digest}", to)).Status);
        Assert.True((await portal.Client().GetManifestAsync(to, image.Digest)).Ok);
        Assert.Equal(image.Digest, (await portal.Client().GetManifestAsync(to, Tag("1.0"))).Value.Digest);
    }

    [Fact]
    public async Task Copy_WithoutTheRights_IsRefusedAndBringsNothing()
    {
        var (from, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(from, image, "1.0");
        await portal.Host.CreateUserAsync("elsewhere-owner");
        var elsewhere = await portal.Host.CreateProjectAsync("elsewhere");
        await portal.Host.AddMemberAsync(elsewhere, "elsewhere-owner", Access.BuiltInRoles.ProjectAdmin);
        await portal.Host.AddMemberAsync(elsewhere, "guest", Access.BuiltInRoles.Developer);

        var foreign = await CopyAsync("elsewhere-owner", $"{from}:1.0", "elsewhere/copy");
        var missing = await CopyAsync("elsewhere-owner", "none/such:1.0", "elsewhere/copy");
        Assert.Equal((HttpStatusCode.NotFound, missing.Text), (foreign.Status, foreign.Text));
        Assert.Equal(HttpStatusCode.Forbidden, (await CopyAsync("guest", $"{from}:1.0", "team/copy-of-guest")).Status);
        Assert.False(await portal.DatabaseAsync(db => db.Repositories.AnyAsync(r => r.Name == "copy" || r.Name == "copy-of-guest")));
        Assert.Equal(HttpStatusCode.Created, (await CopyAsync("guest", $"{from}:1.0", "elsewhere/copy")).Status);
    }

    [Fact]
    public async Task Copy_WhatIsAttached_GoesWithItsSubjectOnly()
    {
        var (from, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        var sbom = OciArtifacts.Sbom(image, [], GatewayFixture.Time);
        await portal.PushAsync(from, image, "1.0");
        await portal.PushAsync(from, sbom);
        var refused = await CopyAsync("dev", $"{from}@{sbom.Digest}", GatewayFixture.NewRepository());
        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Copy_AgainstAGuard_IsRefusedLikeAPush()
    {
        var guard = new FakeGuard();
        await using var host = await PortalHost.StartAsync(configure: builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Portal:Registry:Address"] = portal.Registry.Url.GetLeftPart(UriPartial.Authority) });
            builder.Services.AddSingleton<IPushGuard>(guard);
        });
        await host.CreateProjectAsync("guarded");
        var image = GatewayFixture.Image(Guid.NewGuid().ToString());
        var client = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(host.BaseAddress, new RegistryCredentials("admin", PortalHost.AdminPassword)));
        Assert.True((await ImagePusher.PushAsync(client, "guarded/app", image, [Tag("1.0")])).Ok);
        using var http = host.Client("admin");
        async Task<HttpStatusCode> Copy(string to) => (await http.PostAsync(new Uri($"/api/v2.0/projects/guarded/repositories/{to}/artifacts?from=guarded/app:1.0", UriKind.Relative), null)).StatusCode;

        Assert.Equal(HttpStatusCode.PreconditionFailed, await Copy("frozen-blob"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await Copy("frozen-manifest"));
        Assert.Equal(HttpStatusCode.Created, await Copy("free"));

        Assert.Equal("MANIFEST_UNKNOWN", (await client.GetManifestAsync("guarded/frozen-manifest", Tag("1.0"))).Error!.Code);
        Assert.True((await client.GetManifestAsync("guarded/free", Tag("1.0"))).Ok);
    }

    /// <summary>Refuses blobs or manifests by the name of the repository.</summary>
    sealed class FakeGuard : IPushGuard
    {
        static readonly Error Frozen = new("DENIED_HERE", "This repository is frozen.", ErrorKind.Denied);

        public ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation) => new(push.Repository.Path == "frozen-manifest" ? Frozen : Result.Success);

        public ValueTask<Result> CheckBlobAsync(BlobPushContext push, CancellationToken cancellation) => new(push.Repository.Path == "frozen-blob" ? Frozen : Result.Success);
    }

    [Theory]
    [InlineData("team/app"), InlineData("team/app@1.0"), InlineData("app:1.0"), InlineData("team/app:not a tag"), InlineData("team/app@sha256:12"), InlineData(":1")]
    public async Task Copy_UnreadableSource_NamesTheField(string from)
    {
        var refused = await CopyAsync("dev", from, "team/unreadable");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.StartsWith("from is ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chart_Additions_AreReadFromItsArchive()
    {
        var repository = GatewayFixture.NewRepository();
        await portal.PushAsync(repository, Chart("# Demo <script>"), "1.0");
        var artifact = $"{Path(repository)}/artifacts/1.0";

        var links = (await SendAsync("guest", "GET", artifact)).Json["addition_links"]!.AsObject();
        Assert.Equal(["dependencies", "readme.md", "values.yaml"], links.Select(l => l.Key).Order(StringComparer.Ordinal));
        var readme = await SendAsync("guest", "GET", (string)links["readme.md"]!["href"]!);
        Assert.Equal(("# Demo <script>", "text/markdown; charset=utf-8", "nosniff"), (readme.Text, readme.Headers["Content-Type"], readme.Headers["X-Content-Type-Options"]));
        var values = await SendAsync("guest", "GET", (string)links["values.yaml"]!["href"]!);
        Assert.Equal(("replicas: 2\n", "text/plain; charset=utf-8"), (values.Text, values.Headers["Content-Type"]));
        Assert.Equal("db", (string)(await SendAsync("guest", "GET", (string)links["dependencies"]!["href"]!)).Json[0]!["name"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("stranger", "GET", $"{artifact}/additions/values.yaml")).Status);

        var plain = GatewayFixture.NewRepository();
        await portal.PushAsync(plain, Chart(null), "1.0");
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("guest", "GET", $"{Path(plain)}/artifacts/1.0/additions/readme.md")).Status);
    }

    [Fact]
    public async Task LatestInRepository_OfAType_IsTheNewestPushOfEach()
    {
        var project = await portal.Host.CreateProjectAsync("latest");
        await portal.Host.AddMemberAsync(project, "dev", Access.BuiltInRoles.Maintainer);
        var images = Enumerable.Range(0, 3).Select(_ => GatewayFixture.Image(Guid.NewGuid().ToString())).ToList();
        await portal.PushAsync("latest/a", images[0], "1");
        await portal.PushAsync("latest/a", images[1], "2");
        await portal.PushAsync("latest/b", images[2], "1");
        await portal.PushAsync("latest/b", Chart(null), "chart");
        const string list = "/api/v2.0/projects/latest/artifacts?latest_in_repository=true";
        foreach (var field in (string[])["media_type", "artifact_type"])
        {
            var found = (await SendAsync("dev", "GET", $"{list}&q={field}={MediaTypes.OciConfig.Replace("+", "%252B", StringComparison.Ordinal)}")).Json.AsArray();
            Assert.Equal(images.Skip(1).Select(i => i.Digest.Text).Order(StringComparer.Ordinal), found.Select(a => (string)a!["digest"]!).Order(StringComparer.Ordinal));
        }
        foreach (var q in (string[])["", "&q=type=IMAGE", "&q=media_type=a,artifact_type=b", "&q=media_type=~a"])
            Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("dev", "GET", list + q)).Status);
    }

    [Fact]
    public async Task TagsOfCosign_AreNoTagsOfTheRepository()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await portal.PushAsync(repository, image, "1.0", "sha256-notes.sig");
        await portal.PushAsync(repository, OciArtifacts.CosignSignature(image, repository, key, asReferrer: false), ArtifactKinds.CosignTagOf(image.Digest, "sig"));
        var repositories = portal.Host.Services.GetRequiredService<RepositoryQueries>();
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        Assert.Equal(2, (await repositories.FindAsync(portal.Host.Admin, repository[..slash], repository[(slash + 1)..], CancellationToken.None)).Value.TagCount);
        var push = (await portal.Host.Services.GetRequiredService<HomeQueries>().RecentPushesAsync(portal.Host.Admin, null, 100, CancellationToken.None)).Single(p => repository.EndsWith(p.Repository, StringComparison.Ordinal));
        Assert.Equal((image.Digest.Text, 2), (push.Digest, push.TagCount));
        var listed = (await SendAsync("guest", "GET", $"{Path(repository)}/artifacts")).Json.AsArray().Single()!;
        Assert.Equal(["1.0", "sha256-notes.sig"], listed["tags"]!.AsArray().Select(t => (string)t!["name"]!).Order(StringComparer.Ordinal));
        // clients find signatures by listing tags, so there they stay
        using var client = await portal.BearerAsync("guest", $"repository:{repository}:pull");
        Assert.Contains(ArtifactKinds.CosignTagOf(image.Digest, "sig"), await client.GetStringAsync($"v2/{repository}/tags/list"), StringComparison.Ordinal);
    }

    static BuiltArtifact Chart(string? readme)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip))
        {
            Add("demo/Chart.yaml", "name: demo\nversion: 1.0.0\n");
            Add("demo/charts/db/values.yaml", "not: this\n");
            Add("demo/values.yaml", "replicas: 2\n");
            if (readme is not null) Add("demo/README.md", readme);

            void Add(string name, string text) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }
        var config = BuiltBlob.Of(MediaTypes.HelmConfig, """{"name":"demo","version":"1.0.0","dependencies":[{"name":"db","version":"2.x"}]}"""u8.ToArray());
        var layer = BuiltBlob.Of(MediaTypes.HelmChart, packed.ToArray());
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new { schemaVersion = 2, mediaType = MediaTypes.OciManifest, config = Descriptor(config), layers = new[] { Descriptor(layer) } });
        return new(manifest, MediaTypes.OciManifest, [config, layer], []);

        static object Descriptor(BuiltBlob blob) => new { mediaType = blob.MediaType, digest = blob.Digest.Text, size = blob.Size };
    }
}

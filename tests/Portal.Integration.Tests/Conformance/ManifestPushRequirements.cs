using System.Net;
using System.Text;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class ManifestPushRequirements
{
    const string Empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("manifest-tag", Level.Must, "A manifest pushed by tag is 201 with a `Location` that can be pulled.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PrepareAsync(name);
            using var put = await p.PutManifestAsync(name, "v1", manifest);
            Probe.Status(HttpStatusCode.Created, put);
            using var pulled = await p.GetAsync(Probe.Location(put), ("Accept", MediaTypes.OciManifest));
            Assert.Equal(manifest, await pulled.Content.ReadAsByteArrayAsync());
        }),
        new("manifest-digest", Level.Must, "A manifest pushed by its digest is 201, and `Docker-Content-Digest` names it.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PrepareAsync(name);
            using var put = await p.PutManifestAsync(name, Probe.DigestOf(manifest), manifest);
            Probe.Status(HttpStatusCode.Created, put);
            Assert.Equal(Probe.DigestOf(manifest), Probe.Header(put, "Docker-Content-Digest"));
        }),
        new("manifest-digest-differs", Level.Must, "A manifest pushed by another digest than its own is refused with 400 `DIGEST_INVALID`.", async p =>
        {
            var name = p.NewName();
            using var put = await p.PutManifestAsync(name, Probe.DigestOf(Probe.Bytes(3)), await p.PrepareAsync(name));
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, put, "DIGEST_INVALID");
        }),
        new("manifest-retag", Level.Must, "A tag pushed again names the new manifest; the old one stays by digest.", async p =>
        {
            var name = p.NewName();
            var (first, second) = (await p.PushAsync(name, "v"), await p.PushAsync(name, "v"));
            using var tagged = await p.GetManifestAsync(name, "v");
            Assert.Equal(second, await tagged.Content.ReadAsByteArrayAsync());
            using var old = await p.GetManifestAsync(name, Probe.DigestOf(first));
            Probe.Status(HttpStatusCode.OK, old);
        }),
        new("manifest-blob-unknown", Level.Must, "A manifest that names a blob which is not there is refused with `MANIFEST_BLOB_UNKNOWN`.", async p =>
        {
            using var put = await MissingAsync(p, Probe.DigestOf(Probe.Bytes(3)));
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, put, "MANIFEST_BLOB_UNKNOWN");
        }),
        new("manifest-blob-unknown-detail", Level.Should, "`detail` names the missing digest under `digest`.", async p =>
        {
            var missing = Probe.DigestOf(Probe.Bytes(3));
            using var put = await MissingAsync(p, missing);
            Assert.Equal(missing, (await Probe.RefusedAsync(HttpStatusCode.BadRequest, put, "MANIFEST_BLOB_UNKNOWN"))["detail"]!["digest"]!.GetValue<string>());
        }),
        new("manifest-json", Level.Must, "What is no manifest is refused with 400 `MANIFEST_INVALID`.", p => RefusedAsync(p, (_, _) => "{]")),
        new("manifest-doubled", Level.Should, "A key given twice is refused, because readers differ on which one counts.", p => RefusedAsync(p, (c, l) =>
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{c}},"layers":[{{l}}],"layers":[]}""")),
        new("manifest-two-kinds", Level.Should, "A document with `layers` and `manifests` is refused.", p => RefusedAsync(p, (c, l) =>
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{c}},"layers":[{{l}}],"manifests":[]}""")),
        new("manifest-type-differs", Level.Should, "A `mediaType` that differs from `Content-Type` is refused.", p => RefusedAsync(p, (c, l) =>
            $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.DockerManifest}}","config":{{c}},"layers":[{{l}}]}""")),
        new("manifest-no-type", Level.Should, "An OCI manifest without `mediaType` is taken by its `Content-Type`.", async p =>
        {
            var name = p.NewName();
            using var put = await p.PutManifestAsync(name, "1", Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"config":{{await ConfigAsync(p, name)}},"layers":[]}"""));
            Probe.Status(HttpStatusCode.Created, put);
        }),
        new("manifest-schema1", Level.May, "Docker's schema 1 is refused with 4xx.", async p =>
        {
            using var put = await p.PutManifestAsync(p.NewName(), "1", "{\"schemaVersion\":1,\"name\":\"a\",\"tag\":\"1\",\"architecture\":\"amd64\",\"fsLayers\":[],\"history\":[]}"u8.ToArray(), MediaTypes.DockerSchema1);
            Assert.InRange((int)put.StatusCode, 400, 499);
        }),
        new("manifest-large", Level.Should, "A manifest just below 4 MiB is taken.", async p =>
        {
            var name = p.NewName();
            var head = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{{await ConfigAsync(p, name)}},"layers":[],"annotations":{"a":"{{new string('x', 4 * 1024 * 1024 - 2_000)}}"} }""";
            using var put = await p.PutManifestAsync(name, "1", Encoding.UTF8.GetBytes(head));
            Probe.Status(HttpStatusCode.Created, put);
        }),
        new("manifest-too-large", Level.Should, "A manifest that is too large is refused with 413.", async p =>
        {
            using var put = await p.PutManifestAsync(p.NewName(), "1", new byte[4 * 1024 * 1024 + 1]);
            Probe.Status(HttpStatusCode.RequestEntityTooLarge, put);
        }),
        new("manifest-elsewhere", Level.Should, "Layers that are kept elsewhere (`urls`) need not be pushed.", async p =>
        {
            var name = p.NewName();
            await ConfigAsync(p, name);
            foreach (var (type, config, layer) in new[]
            {
                (MediaTypes.OciManifest, MediaTypes.OciConfig, MediaTypes.OciNondistributablePrefix + "v1.tar+gzip"),
                (MediaTypes.DockerManifest, MediaTypes.DockerConfig, MediaTypes.DockerForeignLayer),
            })
            {
                var manifest = Probe.Manifest(type, (config, Empty, 2), [(layer, Probe.DigestOf(Probe.Bytes(9)), 9)], urls: "https://layers.example.com/base");
                using var put = await p.PutManifestAsync(name, "1", manifest, type);
                Probe.Status(HttpStatusCode.Created, put);
                using var pulled = await p.GetManifestAsync(name, "1");
                Assert.Equal(manifest, await pulled.Content.ReadAsByteArrayAsync());
            }
        }),
        new("index", Level.Must, "An index of manifests that are there is taken and sent back as it was.", async p =>
        {
            var name = p.NewName();
            var child = await p.PushAsync(name, "child");
            var index = Probe.Index(MediaTypes.OciIndex, null, (MediaTypes.OciManifest, Probe.DigestOf(child), child.Length));
            using var put = await p.PutManifestAsync(name, "all", index, MediaTypes.OciIndex);
            Probe.Status(HttpStatusCode.Created, put);
            using var pulled = await p.GetManifestAsync(name, "all");
            Assert.Equal((MediaTypes.OciIndex, index.Length), (Probe.Header(pulled, "Content-Type"), (await pulled.Content.ReadAsByteArrayAsync()).Length));
        }),
        new("index-missing", Level.May, "An index of manifests that are not there is refused.", async p =>
        {
            using var put = await p.PutManifestAsync(p.NewName(), "all", Probe.Index(MediaTypes.OciIndex, null, (MediaTypes.OciManifest, Probe.DigestOf(Probe.Bytes(9)), 9)), MediaTypes.OciIndex);
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, put, "MANIFEST_BLOB_UNKNOWN");
        }),
        new("index-blobs", Level.May, "An index may name blobs, as BuildKit's caches do, and they can be pulled.", async p =>
        {
            var name = p.NewName();
            var layer = await p.PushBlobAsync(name, Probe.Bytes(100));
            await ConfigAsync(p, name);
            using var put = await p.PutManifestAsync(name, "cache", Probe.Index(MediaTypes.OciIndex, null, (MediaTypes.OciLayerGzip, layer, 100), ("application/vnd.buildkit.cacheconfig.v0", Empty, 2)), MediaTypes.OciIndex);
            Probe.Status(HttpStatusCode.Created, put);
            using var pulled = await p.GetAsync($"v2/{name}/blobs/{layer}");
            Probe.Status(HttpStatusCode.OK, pulled);
        }),
    ];

    /// <summary>The empty object as a config, pushed.</summary>
    static async Task<string> ConfigAsync(Probe p, string name)
    {
        Assert.Equal(Empty, await p.PushBlobAsync(name, "{}"u8.ToArray()));
        return $$"""{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{Empty}}","size":2}""";
    }

    static async Task<HttpResponseMessage> MissingAsync(Probe p, string digest)
    {
        var name = p.NewName();
        await ConfigAsync(p, name);
        return await p.PutManifestAsync(name, "1", Probe.Manifest(MediaTypes.OciManifest, (MediaTypes.OciConfig, Empty, 2), [(MediaTypes.OciLayerGzip, digest, 3)]));
    }

    static async Task RefusedAsync(Probe p, Func<string, string, string> document)
    {
        var name = p.NewName();
        var config = await ConfigAsync(p, name);
        using var put = await p.PutManifestAsync(name, "1", Encoding.UTF8.GetBytes(document(config, config.Replace(MediaTypes.OciConfig, MediaTypes.OciLayer, StringComparison.Ordinal))));
        await Probe.RefusedAsync(HttpStatusCode.BadRequest, put, "MANIFEST_INVALID");
    }
}

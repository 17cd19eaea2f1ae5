using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry.Images;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>The registry protocol with blobs through the registry.</summary>
public sealed class ProxiedProtocolTests(GatewayFixture portal) : ProtocolTests(portal), IClassFixture<GatewayFixture>;

/// <summary>The registry protocol with blobs from the registry's folder.</summary>
public sealed class FolderProtocolTests(FolderFixture portal) : ProtocolTests(portal), IClassFixture<FolderFixture>;

public abstract class ProtocolTests(GatewayFixture portal)
{
    [Fact]
    public async Task Push_Image_IsIndexedAndPulledByTagAndDigest()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "1.0", "latest");
        var client = portal.Client("guest");
        foreach (var reference in (Reference[])[Tag("1.0"), Tag("latest"), image.Digest])
        {
            var manifest = await client.GetManifestAsync(repository, reference);
            Assert.True(manifest.Ok, manifest.Error?.ToString());
            Assert.Equal(image.Manifest, manifest.Value.Bytes.ToArray());
            Assert.Equal(image.MediaType, manifest.Value.MediaType);
            var head = await client.HeadManifestAsync(repository, reference);
            Assert.Equal((image.Digest, (long)image.Manifest.Length), (head.Value.Digest, head.Value.Size));
        }
        foreach (var blob in image.Blobs) Assert.Equal(blob.Bytes(), (await client.GetBlobAsync(repository, blob.Digest, 1 << 20)).Value);
        var row = await portal.DatabaseAsync(db => db.Artifacts.Include(a => a.Tags).Include(a => a.Blobs).SingleAsync(a => a.Digest == image.Digest.Text));
        Assert.Equal(("linux", "amd64", ArtifactKind.Image, "dev"), (row.Os, row.Architecture, row.Kind, row.PushedBy));
        Assert.Equal(image.Manifest.Length + image.Blobs.Sum(b => b.Size), row.Size);
        Assert.Equal(["1.0", "latest"], row.Tags.Select(t => t.Name).Order());
        Assert.Equal(2, row.Blobs.Count);
        Assert.Contains("GREETING", await portal.DatabaseAsync(db => db.ArtifactConfigs.Where(c => c.ArtifactId == row.Id).Select(c => c.Json).SingleAsync()), StringComparison.Ordinal);
        Assert.Equal(0, await portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Digest == image.Digest.Text)));
        Assert.Equal(image.Blobs.Select(b => b.Size).Sum(), await portal.DatabaseAsync(db => db.ProjectBlobs.Where(b => image.Blobs.Select(x => x.Digest.Text).Contains(db.Blobs.First(y => y.Id == b.BlobId).Digest)).SumAsync(b => b.Size)));
    }

    [Fact]
    public async Task Push_IndexOfTwoPlatforms_KeepsChildrenAndSumsSizes()
    {
        var repository = GatewayFixture.NewRepository();
        var images = new[] { GatewayFixture.Image("same"), GatewayFixture.Image("same", "arm64") };
        var index = OciArtifacts.Index(images);
        await portal.PushAsync(repository, index, "multi");
        var row = await portal.DatabaseAsync(db => db.Artifacts.Include(a => a.Children).SingleAsync(a => a.Digest == index.Digest.Text && a.Tags.Any(t => db.Repositories.Any(r => r.Id == t.RepositoryId && "team/" + r.Name == repository))));
        Assert.Equal(["amd64", "arm64"], row.Children.OrderBy(c => c.Position).Select(c => c.Architecture));
        var distinct = images.SelectMany(i => i.Blobs).DistinctBy(b => b.Digest).Sum(b => b.Size);
        Assert.Equal(index.Manifest.Length + images.Sum(i => i.Manifest.Length) + distinct, row.Size);
    }

    [Fact]
    public async Task Referrers_SignatureAndSbom_AreListedAndFiltered()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "1");
        var sbom = OciArtifacts.Sbom(image, [("zlib", "1.3", "pkg:deb/debian/zlib1g@1.3")], GatewayFixture.Time);
        var note = OciArtifacts.Artifact("application/vnd.example.note", [("note.txt", "text/plain", "hi"u8.ToArray())], image);
        await portal.PushAsync(repository, note);
        foreach (var blob in sbom.Blobs)
        {
            await using var content = blob.Open();
            Assert.True((await portal.Client().UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
        using var http = portal.Http();
        using var body = new ByteArrayContent(sbom.Manifest) { Headers = { ContentType = new(sbom.MediaType) } };
        using var put = await http.PutAsync($"v2/{repository}/manifests/{sbom.Digest}", body);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(image.Digest.Text, put.Headers.GetValues("OCI-Subject").Single());
        var all = JsonNode.Parse(await http.GetStringAsync($"v2/{repository}/referrers/{image.Digest}"))!["manifests"]!.AsArray();
        Assert.Equal([note.Digest.Text, sbom.Digest.Text], all.Select(m => m!["digest"]!.GetValue<string>()));
        using var filtered = await http.GetAsync($"v2/{repository}/referrers/{image.Digest}?artifactType={Uri.EscapeDataString(MediaTypes.SpdxJson)}");
        Assert.Equal("artifactType", filtered.Headers.GetValues("OCI-Filters-Applied").Single());
        Assert.Equal(sbom.Digest.Text, JsonNode.Parse(await filtered.Content.ReadAsStringAsync())!["manifests"]!.AsArray().Single()!["digest"]!.GetValue<string>());
        Assert.Empty(JsonNode.Parse(await http.GetStringAsync($"v2/{repository}/referrers/{sbom.Digest}"))!["manifests"]!.AsArray());
        using var bad = await http.GetAsync($"v2/{repository}/referrers/sha256:abc");
        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_INVALID"), (bad.StatusCode, await GatewayFixture.CodeAsync(bad)));
    }

    [Fact]
    public async Task Blob_Ranges_AreExactAndRefusedOutside()
    {
        var repository = GatewayFixture.NewRepository();
        var blob = BuiltBlob.Of(MediaTypes.OctetStream, RandomNumberGenerator.GetBytes(100_000));
        using (var content = blob.Open()) Assert.True((await portal.Client().UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        using var http = portal.Http();
        foreach (var (header, from, length) in new[] { ("bytes=0-99", 0, 100), ("bytes=99990-", 99_990, 10), ("bytes=-5", 99_995, 5), ("bytes=50000-200000", 50_000, 50_000) })
        {
            using var part = await SendAsync(http, HttpMethod.Get, $"v2/{repository}/blobs/{blob.Digest}", r => r.Headers.TryAddWithoutValidation("Range", header));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(blob.Bytes().AsSpan(from, length).ToArray(), await part.Content.ReadAsByteArrayAsync());
            Assert.Equal(from, part.Content.Headers.ContentRange!.From);
        }
        using var outside = await SendAsync(http, HttpMethod.Get, $"v2/{repository}/blobs/{blob.Digest}", r => r.Headers.TryAddWithoutValidation("Range", "bytes=100000-"));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "RANGE_INVALID"), (outside.StatusCode, await GatewayFixture.CodeAsync(outside)));
        using var known = await SendAsync(http, HttpMethod.Get, $"v2/{repository}/blobs/{blob.Digest}", r => r.Headers.TryAddWithoutValidation("If-None-Match", $"\"{blob.Digest}\""));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var delete = await http.DeleteAsync($"v2/{repository}/blobs/{blob.Digest}");
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "UNSUPPORTED"), (delete.StatusCode, await GatewayFixture.CodeAsync(delete)));
    }

    [Fact]
    public async Task Upload_InChunks_GoesOnWhereItStandsAndNowhereElse()
    {
        var repository = GatewayFixture.NewRepository();
        var bytes = RandomNumberGenerator.GetBytes(30_000);
        using var http = portal.Http();
        using var post = await http.PostAsync($"v2/{repository}/blobs/uploads/", null);
        Assert.Equal(HttpStatusCode.Accepted, post.StatusCode);
        using var first = await PatchAsync(http, post.Headers.Location!, bytes[..10_000], "0-9999");
        Assert.Equal((HttpStatusCode.Accepted, "0-9999"), (first.StatusCode, first.Headers.GetValues("Range").Single()));
        using var wrong = await PatchAsync(http, first.Headers.Location!, bytes[20_000..], "20000-29999");
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, wrong.StatusCode);
        using var status = await http.GetAsync(first.Headers.Location!);
        Assert.Equal((HttpStatusCode.NoContent, "0-9999"), (status.StatusCode, status.Headers.GetValues("Range").Single()));
        using var second = await PatchAsync(http, first.Headers.Location!, bytes[10_000..20_000], "10000-19999");
        var digest = Digest.Sha256(bytes);
        using var rest = new ByteArrayContent(bytes[20_000..]);
        using var put = await http.PutAsync(second.Headers.Location + "&digest=" + Uri.EscapeDataString(digest.Text), rest);
        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(bytes, await http.GetByteArrayAsync(put.Headers.Location!));
    }

    [Fact]
    public async Task Upload_SinglePost_StoresTheBlob()
    {
        var repository = GatewayFixture.NewRepository();
        var bytes = RandomNumberGenerator.GetBytes(5_000);
        using var http = portal.Http();
        using var body = new ByteArrayContent(bytes);
        using var post = await http.PostAsync($"v2/{repository}/blobs/uploads/?digest={Digest.Sha256(bytes)}", body);
        Assert.Equal(HttpStatusCode.Created, post.StatusCode);
        Assert.Equal(bytes, await http.GetByteArrayAsync(post.Headers.Location!));
    }

    [Fact]
    public async Task Upload_WrongDigest_IsRefusedAndNothingIsLinked()
    {
        var repository = GatewayFixture.NewRepository();
        using var http = portal.Http();
        using var body = new ByteArrayContent(RandomNumberGenerator.GetBytes(100));
        var other = Digest.Sha256("other"u8);
        using var post = await http.PostAsync($"v2/{repository}/blobs/uploads/?digest={other}", body);
        Assert.Equal((HttpStatusCode.BadRequest, "DIGEST_INVALID"), (post.StatusCode, await GatewayFixture.CodeAsync(post)));
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"v2/{repository}/blobs/{other}")).StatusCode);
        using var sha512 = await http.PostAsync($"v2/{repository}/blobs/uploads/?digest=sha512:{new string('a', 128)}", null);
        Assert.Equal("DIGEST_INVALID", await GatewayFixture.CodeAsync(sha512));
    }

    [Fact]
    public async Task Upload_Cancelled_IsGone()
    {
        using var http = portal.Http();
        using var post = await http.PostAsync($"v2/{GatewayFixture.NewRepository()}/blobs/uploads/", null);
        using var cancel = await http.DeleteAsync(post.Headers.Location!);
        Assert.Equal(HttpStatusCode.NoContent, cancel.StatusCode);
        using var status = await http.GetAsync(post.Headers.Location!);
        Assert.Equal((HttpStatusCode.NotFound, "BLOB_UPLOAD_UNKNOWN"), (status.StatusCode, await GatewayFixture.CodeAsync(status)));
    }

    [Fact]
    public async Task PutManifest_UnknownBlobsOrChildrenOrOtherDigest_IsRefused()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        var client = portal.Client();
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await client.PutManifestAsync(repository, Tag("1"), image.Manifest, image.MediaType)).Error!.Code);
        var index = OciArtifacts.Index([image]);
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await client.PutManifestAsync(repository, Tag("1"), index.Manifest, index.MediaType)).Error!.Code);
        foreach (var blob in image.Blobs)
        {
            await using var content = blob.Open();
            await client.UploadBlobAsync(repository, blob.Digest, content, blob.Size);
        }
        Assert.Equal("DIGEST_INVALID", (await client.PutManifestAsync(repository, index.Digest, image.Manifest, image.MediaType)).Error!.Code);
        Assert.Equal("MANIFEST_INVALID", (await client.PutManifestAsync(repository, Tag("1"), "{}"u8.ToArray(), image.MediaType)).Error!.Code);
        Assert.Equal("MANIFEST_UNKNOWN", (await client.GetManifestAsync(repository, Tag("1"))).Error!.Code);
        Assert.Equal(0, await portal.DatabaseAsync(db => db.Artifacts.CountAsync(a => a.Digest == image.Digest.Text)));
    }

    [Fact]
    public async Task PutManifest_TooLarge_IsRefusedWithItsBound()
    {
        using var http = portal.Http();
        using var body = new ByteArrayContent(new byte[5 * 1024 * 1024]) { Headers = { ContentType = new(MediaTypes.OciManifest) } };
        using var put = await http.PutAsync($"v2/{GatewayFixture.NewRepository()}/manifests/1", body);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, put.StatusCode);
    }

    [Fact]
    public async Task TagsAndCatalog_PagedByKey_AreCompleteAndInOrder()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        string[] tags = ["B", "a", "a1", "b", "z-1", "z_2"];
        await portal.PushAsync(repository, image, tags);
        using var http = portal.Http();
        using var first = await http.GetAsync($"v2/{repository}/tags/list?n=4");
        Assert.Equal(["B", "a", "a1", "b"], Names(await first.Content.ReadAsStringAsync(), "tags"));
        var next = first.Headers.GetValues("Link").Single();
        Assert.Equal(["z-1", "z_2"], Names(await http.GetStringAsync(next[(next.IndexOf('<', StringComparison.Ordinal) + 2)..next.IndexOf('>', StringComparison.Ordinal)]), "tags"));
        Assert.Empty(Names(await http.GetStringAsync($"v2/{repository}/tags/list?n=0"), "tags"));
        using var bad = await http.GetAsync($"v2/{repository}/tags/list?n=x");
        Assert.Equal("PAGINATION_NUMBER_INVALID", await GatewayFixture.CodeAsync(bad));
        Assert.Contains(repository, Names(await http.GetStringAsync("v2/_catalog"), "repositories"));
        using var stranger = portal.Http("stranger");
        Assert.DoesNotContain(repository, Names(await stranger.GetStringAsync("v2/_catalog"), "repositories"));
        using var missing = await http.GetAsync("v2/team/never/tags/list");
        Assert.Equal((HttpStatusCode.NotFound, "NAME_UNKNOWN"), (missing.StatusCode, await GatewayFixture.CodeAsync(missing)));
    }

    static Reference Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    static IEnumerable<string> Names(string json, string list) => JsonNode.Parse(json)![list]!.AsArray().Select(n => n!.GetValue<string>());

    static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, Action<HttpRequestMessage> prepare)
    {
        using var request = new HttpRequestMessage(method, path);
        prepare(request);
        return await http.SendAsync(request);
    }

    static async Task<HttpResponseMessage> PatchAsync(HttpClient http, Uri location, byte[] bytes, string range)
    {
        using var body = new ByteArrayContent(bytes);
        body.Headers.TryAddWithoutValidation("Content-Range", range);
        body.Headers.ContentType = new MediaTypeHeaderValue(MediaTypes.OctetStream);
        return await http.PatchAsync(location, body);
    }
}

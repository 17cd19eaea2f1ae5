using System.Net;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class PullRequirements
{
    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("pull-manifest", Level.Must, "A manifest is sent by tag and by digest, byte for byte as it was pushed.", p => EachAsync(p, async (answer, manifest) => Assert.Equal(manifest, await answer.Content.ReadAsByteArrayAsync()))),
        new("pull-manifest-type", Level.Must, "`Content-Type` is the type that it was pushed with, without parameters.", p => EachAsync(p, (answer, _) =>
        {
            Assert.Equal(MediaTypes.OciManifest, Probe.Header(answer, "Content-Type"));
            return Task.CompletedTask;
        })),
        new("pull-manifest-digest", Level.Must, "`Docker-Content-Digest` is the digest of the bytes.", p => EachAsync(p, (answer, manifest) =>
        {
            Assert.Equal(Probe.DigestOf(manifest), Probe.Header(answer, "Docker-Content-Digest"));
            return Task.CompletedTask;
        })),
        new("pull-manifest-unknown", Level.Must, "A manifest that is not there is 404 `MANIFEST_UNKNOWN`, by tag and by digest.", async p =>
        {
            var name = p.NewName();
            await p.PushAsync(name, "1");
            foreach (var reference in (string[])["2", Probe.DigestOf(Probe.Bytes(9))])
            {
                using var answer = await p.GetManifestAsync(name, reference);
                await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "MANIFEST_UNKNOWN");
            }
        }),
        new("pull-repository-unknown", Level.Must, "A repository that is not there is 404.", async p =>
        {
            using var answer = await p.GetManifestAsync(p.NewName(), "1");
            Probe.Status(HttpStatusCode.NotFound, answer);
        }),
        new("pull-accept-none", Level.Should, "Without `Accept` the manifest is sent with its true type.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            using var answer = await p.GetAsync($"v2/{name}/manifests/1");
            Probe.Status(HttpStatusCode.OK, answer);
            Assert.Equal(manifest, await answer.Content.ReadAsByteArrayAsync());
        }),
        new("pull-accept-other", Level.Should, "`Accept` never turns one manifest into another: a list stays a list, and schema 1 is never made.", async p =>
        {
            var name = p.NewName();
            var child = await p.PushAsync(name, "child", type: MediaTypes.DockerManifest, configType: MediaTypes.DockerConfig);
            var list = Probe.Index(MediaTypes.DockerManifestList, null, (MediaTypes.DockerManifest, Probe.DigestOf(child), child.Length));
            using var put = await p.PutManifestAsync(name, "list", list, MediaTypes.DockerManifestList);
            Probe.Status(HttpStatusCode.Created, put);
            foreach (var accept in (string[])[MediaTypes.DockerManifest, MediaTypes.DockerSchema1Signed])
            {
                using var answer = await p.GetManifestAsync(name, "list", accept);
                Probe.Status(HttpStatusCode.OK, answer);
                Assert.Equal(list, await answer.Content.ReadAsByteArrayAsync());
                Assert.Equal(MediaTypes.DockerManifestList, Probe.Header(answer, "Content-Type"));
            }
        }),
        new("pull-manifest-etag", Level.Should, "A client that shows the manifest's `ETag` in `If-None-Match` gets 304.", async p =>
        {
            var name = p.NewName();
            await p.PushAsync(name, "1");
            using var first = await p.GetManifestAsync(name, "1");
            using var answer = await p.GetAsync($"v2/{name}/manifests/1", ("Accept", MediaTypes.OciManifest), ("If-None-Match", Probe.Header(first, "ETag")));
            Probe.Status(HttpStatusCode.NotModified, answer);
        }),
        new("pull-blob", Level.Must, "A blob is sent by digest, with its length and digest.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(5_000));
            var digest = await p.PushBlobAsync(name, bytes);
            using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}");
            Probe.Status(HttpStatusCode.OK, answer);
            Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal(("5000", digest), (Probe.Header(answer, "Content-Length"), Probe.Header(answer, "Docker-Content-Digest")));
        }),
        new("pull-blob-unknown", Level.Must, "A blob that is not there is 404 `BLOB_UNKNOWN`.", async p =>
        {
            var name = p.NewName();
            await p.PushBlobAsync(name, Probe.Bytes(5));
            using var answer = await p.GetAsync($"v2/{name}/blobs/{Probe.DigestOf(Probe.Bytes(9))}");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "BLOB_UNKNOWN");
        }),
        new("pull-blob-range", Level.Should, "A range of a blob is 206 with `Content-Range`: closed, open, and from the end.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(5_000));
            var digest = await p.PushBlobAsync(name, bytes);
            foreach (var (range, from, to) in new[] { ("bytes=10-19", 10, 20), ("bytes=4990-", 4_990, 5_000), ("bytes=-7", 4_993, 5_000) })
            {
                using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}", ("Range", range));
                Probe.Status(HttpStatusCode.PartialContent, answer);
                Assert.Equal(bytes[from..to], await answer.Content.ReadAsByteArrayAsync());
                Assert.Equal($"bytes {from}-{to - 1}/5000", Probe.Header(answer, "Content-Range"));
            }
        }),
        new("pull-blob-range-outside", Level.Should, "A range that a blob does not have is 416 with the true length and an error body.", async p =>
        {
            var name = p.NewName();
            var digest = await p.PushBlobAsync(name, Probe.Bytes(50));
            using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}", ("Range", "bytes=50-60"));
            await Probe.RefusedAsync(HttpStatusCode.RequestedRangeNotSatisfiable, answer, "RANGE_INVALID");
            Assert.Equal("bytes */50", Probe.Header(answer, "Content-Range"));
        }),
        new("pull-blob-etag", Level.Should, "A client that shows the blob's `ETag` in `If-None-Match` gets 304.", async p =>
        {
            var name = p.NewName();
            var digest = await p.PushBlobAsync(name, Probe.Bytes(50));
            using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}", ("If-None-Match", $"\"{digest}\""));
            Probe.Status(HttpStatusCode.NotModified, answer);
        }),
        new("head-manifest", Level.Must, "HEAD of a manifest has the headers of GET, with length, type and digest, by tag and by digest.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            foreach (var reference in (string[])["1", Probe.DigestOf(manifest)])
            {
                using var answer = await p.SendAsync(HttpMethod.Head, $"v2/{name}/manifests/{reference}", null, null, ("Accept", MediaTypes.OciManifest));
                Probe.Status(HttpStatusCode.OK, answer);
                Assert.Equal((manifest.Length, MediaTypes.OciManifest, Probe.DigestOf(manifest)), ((int)answer.Content.Headers.ContentLength!, Probe.Header(answer, "Content-Type"), Probe.Header(answer, "Docker-Content-Digest")));
            }
        }),
        new("head-blob", Level.Must, "HEAD of a blob has its length and digest; 404 when it is not there.", async p =>
        {
            var name = p.NewName();
            var digest = await p.PushBlobAsync(name, Probe.Bytes(5_000));
            using var answer = await p.HeadAsync($"v2/{name}/blobs/{digest}");
            Probe.Status(HttpStatusCode.OK, answer);
            Assert.Equal((5_000L, digest), (answer.Content.Headers.ContentLength!.Value, Probe.Header(answer, "Docker-Content-Digest")));
            using var missing = await p.HeadAsync($"v2/{name}/blobs/{Probe.DigestOf(Probe.Bytes(9))}");
            Probe.Status(HttpStatusCode.NotFound, missing);
        }),
        new("head-lists", Level.May, "HEAD works on tags, referrers and the catalogue as well, with their length.", async p =>
        {
            var name = p.NewName();
            var manifest = await p.PushAsync(name, "1");
            foreach (var address in (string[])[$"v2/{name}/tags/list", $"v2/{name}/referrers/{Probe.DigestOf(manifest)}", "v2/_catalog"])
            {
                using var answer = await p.HeadAsync(address);
                Probe.Status(HttpStatusCode.OK, answer);
                Assert.True(answer.Content.Headers.ContentLength > 0, address);
            }
        }),
    ];

    static async Task EachAsync(Probe p, Func<HttpResponseMessage, byte[], Task> check)
    {
        var name = p.NewName();
        var manifest = await p.PushAsync(name, "v1");
        foreach (var reference in (string[])["v1", Probe.DigestOf(manifest)])
        {
            using var answer = await p.GetManifestAsync(name, reference);
            Probe.Status(HttpStatusCode.OK, answer);
            await check(answer, manifest);
        }
    }
}

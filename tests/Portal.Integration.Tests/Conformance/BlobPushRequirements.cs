using System.Net;
using System.Security.Cryptography;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Integration.Tests.Conformance;

static class BlobPushRequirements
{
    public static IReadOnlyList<Requirement> All { get; } =
    [
        new("blob-post-put", Level.Must, "POST opens an upload (202, `Location`), PUT with the bytes ends it (201, `Location`), and the blob can be pulled from there.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(1_000));
            using var done = await p.FinishAsync(await p.OpenUploadAsync(name), bytes, Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
            using var pulled = await p.GetAsync(Probe.Location(done));
            Assert.Equal(bytes, await pulled.Content.ReadAsByteArrayAsync());
        }),
        new("blob-digest-header", Level.Should, "The answer that ends an upload carries `Docker-Content-Digest`.", async p =>
        {
            var bytes = Probe.Bytes(10);
            using var done = await p.FinishAsync(await p.OpenUploadAsync(p.NewName()), bytes, Probe.DigestOf(bytes));
            Assert.Equal(Probe.DigestOf(bytes), Probe.Header(done, "Docker-Content-Digest"));
        }),
        new("blob-empty", Level.Should, "A blob of no bytes is a blob.", async p =>
        {
            var name = p.NewName();
            var digest = await p.PushBlobAsync(name, []);
            using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}");
            Probe.Status(HttpStatusCode.OK, answer);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }),
        new("blob-single-post", Level.Should, "POST with `digest` and the bytes ends at once (201); a registry without this answers 202 and waits for the PUT.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(1_000));
            using var post = await p.SendAsync(HttpMethod.Post, $"v2/{name}/blobs/uploads/?digest={Uri.EscapeDataString(Probe.DigestOf(bytes))}", bytes, MediaTypes.OctetStream);
            if (post.StatusCode == HttpStatusCode.Accepted)
            {
                using var put = await p.FinishAsync(Probe.Location(post), bytes, Probe.DigestOf(bytes));
                Probe.Status(HttpStatusCode.Created, put);
            }
            else Probe.Status(HttpStatusCode.Created, post);
            using var pulled = await p.GetAsync($"v2/{name}/blobs/{Probe.DigestOf(bytes)}");
            Assert.Equal(bytes, await pulled.Content.ReadAsByteArrayAsync());
        }),
        new("blob-single-post-at-once", Level.May, "POST with `digest` and the bytes is one request, not two.", async p =>
        {
            var bytes = Probe.Bytes(1_000);
            using var post = await p.SendAsync(HttpMethod.Post, $"v2/{p.NewName()}/blobs/uploads/?digest={Uri.EscapeDataString(Probe.DigestOf(bytes))}", bytes, MediaTypes.OctetStream);
            Probe.Status(HttpStatusCode.Created, post);
        }),
        new("blob-mismatch", Level.Must, "Bytes that do not have the digest are refused with 400 `DIGEST_INVALID`, and are not there afterwards.", async p =>
        {
            var (name, digest) = (p.NewName(), Probe.DigestOf(Probe.Bytes(8)));
            using var done = await p.FinishAsync(await p.OpenUploadAsync(name), Probe.Bytes(8), digest);
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, done, "DIGEST_INVALID");
            using var answer = await p.GetAsync($"v2/{name}/blobs/{digest}");
            Probe.Status(HttpStatusCode.NotFound, answer);
        }),
        new("blob-no-digest", Level.Must, "A PUT without `digest` is refused with 400.", async p =>
        {
            using var done = await p.SendAsync(HttpMethod.Put, await p.OpenUploadAsync(p.NewName()), [1], MediaTypes.OctetStream);
            await Probe.RefusedAsync(HttpStatusCode.BadRequest, done, "DIGEST_INVALID");
        }),
        new("blob-sha512", Level.May, "A blob under its sha512 digest is stored, or refused with 400 `DIGEST_INVALID` in words.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(10));
            using var done = await p.FinishAsync(await p.OpenUploadAsync(name), bytes, "sha512:" + Convert.ToHexStringLower(SHA512.HashData(bytes)));
            if (done.StatusCode != HttpStatusCode.Created)
                Assert.Contains("sha256", (await Probe.RefusedAsync(HttpStatusCode.BadRequest, done, "DIGEST_INVALID"))["message"]!.GetValue<string>(), StringComparison.Ordinal);
        }),
        new("chunk-ranges", Level.Must, "Chunks with `Content-Range` are 202 with `Location` and the `Range` so far; the last may come with the PUT.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(3_000));
            using var one = await p.PatchAsync(await p.OpenUploadAsync(name), bytes[..1_000], "0-999");
            Probe.Status(HttpStatusCode.Accepted, one);
            Assert.Equal("0-999", Probe.Header(one, "Range"));
            using var two = await p.PatchAsync(Probe.Location(one), bytes[1_000..2_000], "1000-1999");
            Assert.Equal("0-1999", Probe.Header(two, "Range"));
            using var done = await p.FinishAsync(Probe.Location(two), bytes[2_000..], Probe.DigestOf(bytes), "2000-2999");
            Probe.Status(HttpStatusCode.Created, done);
            using var pulled = await p.GetAsync($"v2/{name}/blobs/{Probe.DigestOf(bytes)}");
            Assert.Equal(bytes, await pulled.Content.ReadAsByteArrayAsync());
        }),
        new("chunk-stream", Level.Must, "Bytes without `Content-Range` in one PATCH and an empty PUT are taken as docker sends them.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(3_000));
            using var one = await p.PatchAsync(await p.OpenUploadAsync(name), bytes);
            Probe.Status(HttpStatusCode.Accepted, one);
            using var done = await p.FinishAsync(Probe.Location(one), [], Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
        }),
        new("chunk-order", Level.Must, "A chunk out of order is 416; the upload goes on from where it stood.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(2_000));
            using var one = await p.PatchAsync(await p.OpenUploadAsync(name), bytes[..1_000], "0-999");
            using var wrong = await p.PatchAsync(Probe.Location(one), bytes[1_500..], "1500-1999");
            Probe.Status(HttpStatusCode.RequestedRangeNotSatisfiable, wrong);
            using var again = await p.PatchAsync(Probe.Location(one), bytes[..1_000], "0-999");
            Probe.Status(HttpStatusCode.RequestedRangeNotSatisfiable, again);
            using var two = await p.PatchAsync(Probe.Location(one), bytes[1_000..], "1000-1999");
            Probe.Status(HttpStatusCode.Accepted, two);
            using var done = await p.FinishAsync(Probe.Location(two), [], Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
        }),
        new("chunk-order-headers", Level.Should, "The 416 carries `Location` and `Range`, so that the client can go on without asking.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(2_000));
            using var one = await p.PatchAsync(await p.OpenUploadAsync(name), bytes[..1_000], "0-999");
            using var wrong = await p.PatchAsync(Probe.Location(one), bytes[1_500..], "1500-1999");
            Assert.Equal("0-999", Probe.Header(wrong, "Range"));
            using var two = await p.PatchAsync(Probe.Location(wrong), bytes[1_000..], "1000-1999");
            Probe.Status(HttpStatusCode.Accepted, two);
        }),
        new("chunk-status", Level.Must, "GET of an upload is 204 with `Location` and `Range`, and the upload goes on from there.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(2_000));
            using var one = await p.PatchAsync(await p.OpenUploadAsync(name), bytes[..1_000], "0-999");
            using var status = await p.GetAsync(Probe.Location(one));
            Probe.Status(HttpStatusCode.NoContent, status);
            Assert.Equal("0-999", Probe.Header(status, "Range"));
            using var done = await p.FinishAsync(Probe.Location(status), bytes[1_000..], Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
        }),
        new("chunk-range-form", Level.Must, "A `Content-Range` that is not `first-last` is refused with 4xx, and the upload stays open.", async p =>
        {
            var (name, bytes) = (p.NewName(), Probe.Bytes(100));
            var location = await p.OpenUploadAsync(name);
            using var wrong = await p.PatchAsync(location, bytes, "zero-ninety");
            Assert.InRange((int)wrong.StatusCode, 400, 499);
            using var done = await p.FinishAsync(location, bytes, Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
        }),
        new("chunk-length", Level.Should, "A `Content-Range` that differs from `Content-Length` is refused with 400 or 416.", async p =>
        {
            using var wrong = await p.PatchAsync(await p.OpenUploadAsync(p.NewName()), Probe.Bytes(100), "0-49");
            Assert.Contains((int)wrong.StatusCode, (int[])[400, 416]);
        }),
        new("chunk-type", Level.May, "A chunk is taken whatever type the client gives it.", async p =>
        {
            var bytes = Probe.Bytes(100);
            using var one = await p.SendAsync(HttpMethod.Patch, await p.OpenUploadAsync(p.NewName()), bytes, "application/x-www-form-urlencoded");
            Probe.Status(HttpStatusCode.Accepted, one);
            using var done = await p.FinishAsync(Probe.Location(one), [], Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.Created, done);
        }),
        new("upload-cancel", Level.Must, "DELETE of an upload is 204; it is 404 `BLOB_UPLOAD_UNKNOWN` afterwards.", async p =>
        {
            var location = await p.OpenUploadAsync(p.NewName());
            using var cancelled = await p.DeleteAsync(location);
            Probe.Status(HttpStatusCode.NoContent, cancelled);
            using var status = await p.GetAsync(location);
            await Probe.RefusedAsync(HttpStatusCode.NotFound, status, "BLOB_UPLOAD_UNKNOWN");
            using var chunk = await p.PatchAsync(location, [1]);
            await Probe.RefusedAsync(HttpStatusCode.NotFound, chunk, "BLOB_UPLOAD_UNKNOWN");
        }),
        new("upload-ended", Level.Must, "An upload that has ended is 404.", async p =>
        {
            var bytes = Probe.Bytes(10);
            var location = await p.OpenUploadAsync(p.NewName());
            using var done = await p.FinishAsync(location, bytes, Probe.DigestOf(bytes));
            using var again = await p.FinishAsync(location, bytes, Probe.DigestOf(bytes));
            Probe.Status(HttpStatusCode.NotFound, again);
        }),
        new("upload-unknown", Level.Must, "An upload that never was is 404 with an error of its kind.", async p =>
        {
            var name = p.NewName();
            await p.PushBlobAsync(name, [1]);
            using var answer = await p.GetAsync($"v2/{name}/blobs/uploads/3f8b5b53-3c7b-4a53-9d5a-0b7b5d4a1c11");
            await Probe.RefusedAsync(HttpStatusCode.NotFound, answer, "BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID");
        }),
        new("mount", Level.Must, "A mount from a repository that holds the blob is 201 with `Location`, or 202 and an upload.", async p =>
        {
            var (source, target, bytes) = (p.NewName(), p.NewName(), Probe.Bytes(1_000));
            var digest = await p.PushBlobAsync(source, bytes);
            using var mount = await MountAsync(p, target, digest, source);
            Probe.Status(HttpStatusCode.Created, mount);
            using var pulled = await p.GetAsync(Probe.Location(mount));
            Assert.Equal(bytes, await pulled.Content.ReadAsByteArrayAsync());
        }),
        new("mount-without-from", Level.May, "A mount without `from` is 201, or 202 and an upload.", async p =>
        {
            var (source, target, bytes) = (p.NewName(), p.NewName(), Probe.Bytes(1_000));
            var digest = await p.PushBlobAsync(source, bytes);
            using var mount = await MountAsync(p, target, digest, null);
            if (mount.StatusCode != HttpStatusCode.Created) await GoesOnAsync(p, mount, bytes);
        }),
        new("mount-fails", Level.Should, "A mount from a repository without the blob, or that is not there, falls back to an upload (202).", async p =>
        {
            var source = p.NewName();
            await p.PushBlobAsync(source, [1]);
            foreach (var from in (string[])[source, p.NewName(), p.Prefix + "/NOT-A-NAME"])
            {
                var bytes = Probe.Bytes(100);
                using var mount = await MountAsync(p, p.NewName(), Probe.DigestOf(bytes), from);
                await GoesOnAsync(p, mount, bytes);
            }
        }),
    ];

    static Task<HttpResponseMessage> MountAsync(Probe p, string name, string digest, string? from) =>
        p.SendAsync(HttpMethod.Post, $"v2/{name}/blobs/uploads/?mount={Uri.EscapeDataString(digest)}{(from is null ? "" : "&from=" + Uri.EscapeDataString(from))}", []);

    static async Task GoesOnAsync(Probe p, HttpResponseMessage mount, byte[] bytes)
    {
        Probe.Status(HttpStatusCode.Accepted, mount);
        using var done = await p.FinishAsync(Probe.Location(mount), bytes, Probe.DigestOf(bytes));
        Probe.Status(HttpStatusCode.Created, done);
    }
}

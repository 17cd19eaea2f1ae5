using System.Net;
using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Benchmarks;

/// <summary>The requests of a push as clients send them: HEAD, POST and PUT for each blob, HEAD and PUT for the manifest.</summary>
sealed class RawPush(HttpClient http, IPeer peer)
{
    /// <summary>Pushes an artifact of its own with a 1 KiB layer and a config; true when all of it was taken.</summary>
    public async Task<bool> ArtifactAsync(string repository, string tag, string? authorization)
    {
        var layer = RandomNumberGenerator.GetBytes(1024);
        var config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{"User":"{{{Guid.NewGuid()}}}"},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Sha256(layer)}}}"]}}""");
        foreach (var blob in (byte[][])[layer, config])
            if (!await BlobAsync(repository, authorization, blob)) return false;
        return await ManifestAsync(repository, tag, authorization, Manifest(config, layer, ""));
    }

    /// <summary>An image's manifest; <paramref name="note"/> makes it one of its own.</summary>
    public static byte[] Manifest(byte[] config, byte[] layer, string note) => Encoding.UTF8.GetBytes($$$"""
        {"schemaVersion":2,"mediaType":"{{{MediaTypes.OciManifest}}}","config":{"mediaType":"{{{MediaTypes.OciConfig}}}","digest":"{{{Digest.Sha256(config)}}}","size":{{{config.Length}}}},"layers":[{"mediaType":"{{{MediaTypes.OciLayer}}}","digest":"{{{Digest.Sha256(layer)}}}","size":{{{layer.Length}}}}],"annotations":{"note":"{{{note}}}"}}
        """);

    public async Task<bool> ManifestAsync(string repository, string reference, string? authorization, byte[] manifest)
    {
        using (var head = await SendAsync(HttpMethod.Head, new Uri(peer.Url, $"v2/{repository}/manifests/{reference}"), authorization, null, null)) { }
        using var content = new ByteArrayContent(manifest);
        using var put = await SendAsync(HttpMethod.Put, new Uri(peer.Url, $"v2/{repository}/manifests/{reference}"), authorization, content, MediaTypes.OciManifest);
        return put.StatusCode == HttpStatusCode.Created;
    }

    public async Task<bool> BlobAsync(string repository, string? authorization, byte[] blob)
    {
        var digest = Digest.Sha256(blob);
        using (var head = await SendAsync(HttpMethod.Head, new Uri(peer.Url, $"v2/{repository}/blobs/{digest}"), authorization, null, null))
            if (head.StatusCode == HttpStatusCode.OK) return true;
        if (await OpenAsync(repository, authorization) is not { } upload) return false;
        using var content = new ByteArrayContent(blob);
        using var put = await SendAsync(HttpMethod.Put, Closing(upload, digest), authorization, content, "application/octet-stream");
        return put.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Pushes a blob in pieces of <paramref name="chunk"/> bytes.</summary>
    public async Task<bool> ChunkedAsync(string repository, string? authorization, byte[] blob, Digest digest, int chunk)
    {
        if (await OpenAsync(repository, authorization) is not { } upload) return false;
        for (var at = 0; at < blob.Length; at += chunk)
        {
            var length = Math.Min(chunk, blob.Length - at);
            using var content = new ByteArrayContent(blob, at, length);
            content.Headers.TryAddWithoutValidation("Content-Range", FormattableString.Invariant($"{at}-{at + length - 1}"));
            using var patch = await SendAsync(HttpMethod.Patch, upload, authorization, content, "application/octet-stream");
            if (patch.StatusCode != HttpStatusCode.Accepted || patch.Headers.Location is not { } location) return false;
            upload = new(peer.Url, location);
        }
        using var put = await SendAsync(HttpMethod.Put, Closing(upload, digest), authorization, null, null);
        return put.StatusCode == HttpStatusCode.Created;
    }

    /// <summary>Pushes a blob in one piece.</summary>
    public async Task<bool> WholeAsync(string repository, string? authorization, byte[] blob, Digest digest)
    {
        if (await OpenAsync(repository, authorization) is not { } upload) return false;
        using var content = new ByteArrayContent(blob);
        using var put = await SendAsync(HttpMethod.Put, Closing(upload, digest), authorization, content, "application/octet-stream");
        return put.StatusCode == HttpStatusCode.Created;
    }

    async Task<Uri?> OpenAsync(string repository, string? authorization)
    {
        using var content = new ByteArrayContent([]);
        using var post = await SendAsync(HttpMethod.Post, new Uri(peer.Url, $"v2/{repository}/blobs/uploads/"), authorization, content, null);
        return post.StatusCode == HttpStatusCode.Accepted && post.Headers.Location is { } location ? new(peer.Url, location) : null;
    }

    static Uri Closing(Uri upload, Digest digest) => new(upload.AbsoluteUri + (upload.Query.Length > 0 ? "&" : "?") + "digest=" + Uri.EscapeDataString(digest.Text));

    async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri url, string? authorization, HttpContent? body, string? type)
    {
        using var request = new HttpRequestMessage(method, url) { Content = body };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null && type is not null) body.Headers.ContentType = new(type);
        return await http.SendAsync(request);
    }
}

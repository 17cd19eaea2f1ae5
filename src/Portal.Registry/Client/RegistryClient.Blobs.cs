using System.Net;
using System.Net.Http.Headers;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Client;

public sealed partial class RegistryClient
{
    /// <summary>Size of a blob in bytes; <c>NotFound</c> when the repository does not hold it.</summary>
    public async Task<Result<long>> HeadBlobAsync(string repository, Digest digest, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"blobs/{digest}", HttpMethod.Head, "pull", ct);
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            return response.Value.Content.Headers.ContentLength is { } size ? size : RegistryErrors.BadAnswer("The registry did not tell the blob's size.");
        }
    }

    /// <summary>
    /// Opens a blob, from a byte on when <paramref name="from"/> is given and up to <paramref name="to"/> (inclusive). A registry that
    /// ignores the range is made up for. Read as a whole, the digest is checked at the end.
    /// </summary>
    public async Task<Result<BlobContent>> OpenBlobAsync(string repository, Digest digest, long from = 0, long? to = null, CancellationToken ct = default)
    {
        if (from < 0 || to < from) return OciErrors.RangeInvalid.Because($"The range {from}-{to} is invalid.");
        var ranged = from > 0 || to is not null;
        var response = await SendAsync(repository, $"blobs/{digest}", HttpMethod.Get, "pull", ct, request =>
        {
            request.Headers.AcceptEncoding.Add(new("identity"));
            if (ranged) request.Headers.Range = new RangeHeaderValue(from, to);
        });
        if (!response.Ok) return response.Error;
        var answer = response.Value;
        if (!answer.IsSuccessStatusCode)
            using (answer)
                return await RegistryErrors.FromAsync(answer, "The registry", ct);
        var partial = answer.StatusCode == HttpStatusCode.PartialContent;
        var range = answer.Content.Headers.ContentRange;
        if (partial && (!ranged || range?.From != from))
        {
            answer.Dispose();
            return RegistryErrors.BadAnswer("The registry answered with another range than was asked for.");
        }
        var total = partial ? range!.Length : answer.Content.Headers.ContentLength;
        var body = await answer.Content.ReadAsStreamAsync(ct);
        if (!ranged) return new BlobContent(new DigestStream(body, digest), answer, 0, total);
        if (!partial)
        {
            var skipped = await GuardAsync(async () => await SkipAsync(body, from, ct), ct);
            if (!skipped.Ok)
            {
                answer.Dispose();
                return skipped.Error;
            }
        }
        return new BlobContent(to is { } last ? new BoundedStream(body, last - from + 1) : body, answer, from, total);
    }

    /// <summary>A small blob as bytes, its digest checked; <c>SIZE_INVALID</c> when larger than <paramref name="max"/> bytes.</summary>
    public async Task<Result<byte[]>> GetBlobAsync(string repository, Digest digest, long max, CancellationToken ct = default)
    {
        var blob = await OpenBlobAsync(repository, digest, ct: ct);
        if (!blob.Ok) return blob.Error;
        await using var content = blob.Value;
        if (content.TotalLength > max) return OciErrors.TooLarge.Because($"The blob has {content.TotalLength} bytes; at most {max} are read here.");
        return await GuardAsync(async () =>
        {
            try
            {
                return await content.Content.ReadCappedAsync(max, ct);
            }
            catch (InvalidDataException e)
            {
                return new Error("DIGEST_MISMATCH", e.Message, ErrorKind.Unavailable);
            }
        }, ct);
    }

    /// <summary>
    /// Uploads a blob by POST and one PUT, or as <see cref="RegistryTarget.UploadStyle"/> says. The stream is read once, from where it stands; a seekable one can be sent again after a challenge.
    /// </summary>
    /// <param name="repository">The repository.</param>
    /// <param name="digest">Digest of the content; the registry checks it.</param>
    /// <param name="content">The content; left open.</param>
    /// <param name="size">Its bytes; null when unknown, and the request is then chunked.</param>
    /// <param name="ct">Ends the upload.</param>
    public async Task<Result> UploadBlobAsync(string repository, Digest digest, Stream content, long? size, CancellationToken ct = default)
    {
        var session = await SendAsync(repository, "blobs/uploads/", HttpMethod.Post, "pull,push", ct, request => request.Content = new ByteArrayContent([]));
        if (!session.Ok) return session.Error;
        Result<Uri> location;
        using (session.Value)
        {
            if (!session.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(session.Value, "The registry", ct);
            location = UploadLocation(session.Value, repository);
        }
        if (!location.Ok) return location.Error;
        var start = content.CanSeek ? content.Position : 0;
        Func<HttpRequestMessage> Sending(HttpMethod method, Uri address) => () =>
        {
            if (content.CanSeek) content.Position = start;
            var body = new StreamContent(new UnownedStream(content), 128 * 1024);
            body.Headers.ContentType = new(MediaTypes.OctetStream);
            body.Headers.ContentLength = size;
            return new HttpRequestMessage(method, address) { Content = body };
        };
        var scope = $"repository:{repository}:pull,push";
        if (_target.UploadStyle == UploadStyle.Put) return await DoneAsync(await _transport.SendAsync(Sending(HttpMethod.Put, WithQuery(location.Value, "digest", digest.Text)), scope, content.CanSeek, ct), ct);

        var patch = await _transport.SendAsync(Sending(HttpMethod.Patch, location.Value), scope, content.CanSeek, ct);
        if (!patch.Ok) return patch.Error;
        using (patch.Value)
        {
            if (!patch.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(patch.Value, "The registry", ct);
            location = UploadLocation(patch.Value, repository);
        }
        if (!location.Ok) return location.Error;
        return await DoneAsync(await _transport.SendAsync(() => new(HttpMethod.Put, WithQuery(location.Value, "digest", digest.Text)) { Content = new ByteArrayContent([]) }, scope, true, ct), ct);
    }

    static async Task<Result> DoneAsync(Result<HttpResponseMessage> answer, CancellationToken ct)
    {
        if (!answer.Ok) return answer.Error;
        using (answer.Value)
            return answer.Value.IsSuccessStatusCode ? Result.Success : await RegistryErrors.FromAsync(answer.Value, "The registry", ct);
    }

    /// <summary>
    /// Makes a blob of another repository of the same registry known to this one. False when the registry would rather have it
    /// uploaded; the upload it opened is cancelled.
    /// </summary>
    public async Task<Result<bool>> MountBlobAsync(string repository, Digest digest, string from, CancellationToken ct = default)
    {
        if (from.Length > 255 || !RepositoryGrammar().IsMatch(from)) return RegistryErrors.RepositoryName(from);
        var path = $"blobs/uploads/?mount={Uri.EscapeDataString(digest.Text)}&from={Uri.EscapeDataString(from)}";
        var response = await SendAsync(repository, path, HttpMethod.Post, "pull,push", ct, request => request.Content = new ByteArrayContent([]), $"repository:{from}:pull");
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (response.Value.StatusCode == HttpStatusCode.Created) return true;
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            var location = UploadLocation(response.Value, repository);
            if (!location.Ok) return false;
            // best effort: the registry drops forgotten uploads by itself
            var cancelled = await _transport.SendAsync(() => new(HttpMethod.Delete, location.Value), $"repository:{repository}:pull,push", true, ct);
            if (cancelled.Ok) cancelled.Value.Dispose();
            return false;
        }
    }

    /// <summary>Deletes a blob from a repository, where the registry offers that.</summary>
    public async Task<Result> DeleteBlobAsync(string repository, Digest digest, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"blobs/{digest}", HttpMethod.Delete, "delete", ct);
        if (!response.Ok) return response.Error;
        using (response.Value)
            return response.Value.IsSuccessStatusCode ? Result.Success : await RegistryErrors.FromAsync(response.Value, "The registry", ct);
    }

    Result<Uri> UploadLocation(HttpResponseMessage response, string repository) => response.Headers.Location is { } named
        ? _transport.Resolve(response.RequestMessage?.RequestUri ?? new Uri(_target.Root, $"v2/{repository}/blobs/uploads/"), named)
        : RegistryErrors.BadAnswer("The registry opened an upload without saying where.");

    static Uri WithQuery(Uri address, string key, string value)
    {
        var builder = new UriBuilder(address);
        builder.Query = (builder.Query.Length > 1 ? builder.Query[1..] + "&" : "") + key + "=" + Uri.EscapeDataString(value);
        return builder.Uri;
    }

    static async Task<Result<long>> SkipAsync(Stream body, long bytes, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        for (var left = bytes; left > 0;)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), ct);
            if (read == 0) return OciErrors.RangeInvalid.Because("The range starts behind the end of the blob.");
            left -= read;
        }
        return bytes;
    }
}

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Win32.SafeHandles;
using Portal.Artifacts;
using Portal.Gateway.Uploads;
using Portal.Kernel;

namespace Portal.Gateway.Steps;

/// <summary>Finds a blob in this repository; that another one holds the digest is never told.</summary>
sealed class FindBlob(ArtifactLookup lookup, BlobService blobs) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (!Digest.TryParse(request.RawReference, out var digest)) return GatewayErrors.Digest;
        if (request.Repository is not { Id: var repository }) return GatewayErrors.NoBlob;
        // whoever asks whether it is here will rely on the answer; whoever reads it has it then
        var held = HttpMethods.IsHead(request.Http.Request.Method) ? await blobs.UseAsync(repository, digest, request.Aborted) : await lookup.BlobSizeAsync(repository, digest, request.Aborted);
        if (held is not { } size) return GatewayErrors.NoBlob;
        (request.Reference, request.BlobSize) = (digest, size);
        return null;
    }
}

/// <summary>Sends a blob or a part of it: from the registry's file where Portal may read it, else through the registry.</summary>
sealed class SendBlob(RegistryBackend backend, BackendForwarder forwarder) : IGatewayStep
{
    const int BufferSize = 256 * 1024;

    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var (http, digest, size) = (request.Http, request.Reference.Digest, request.BlobSize);
        var headers = http.Response.Headers;
        var tag = $"\"{digest}\"";
        headers["Docker-Content-Digest"] = digest.Text;
        headers.AcceptRanges = "bytes";
        headers.ETag = tag;
        if (http.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal))
        {
            request.Answer(StatusCodes.Status304NotModified);
            return null;
        }
        var head = HttpMethods.IsHead(http.Request.Method);
        // a range is only meant when the content is what the client thinks it is
        var wanted = head || http.Request.Headers.IfRange is [var condition] && condition != tag ? null : http.Request.Headers.Range.ToString();
        var range = ByteRange.Parse(wanted, size);
        if (range.Kind == RangeKind.Outside)
        {
            headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{size}");
            return GatewayErrors.Range;
        }
        if (head)
        {
            Describe(http.Response, range, size);
            return null;
        }
        return await SendFileAsync(request, digest, range, size) ? null : await ForwardAsync(request, digest, range, size);
    }

    static void Describe(HttpResponse response, ByteRange range, long size)
    {
        response.StatusCode = range.Kind == RangeKind.Part ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        response.ContentType = "application/octet-stream";
        response.ContentLength = range.Length;
        if (range.Kind == RangeKind.Part) response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {range.From}-{range.To}/{size}");
    }

    /// <summary>False when the file is not there, cannot be read or has another size than the index says.</summary>
    async Task<bool> SendFileAsync(GatewayRequest request, Digest digest, ByteRange range, long size)
    {
        if (backend.BlobFile(digest) is not { } path || Open(path) is not { } file) return false;
        using (file)
        {
            if (RandomAccess.GetLength(file) != size) return false;
            var response = request.Http.Response;
            Describe(response, range, size);
            var body = response.BodyWriter;
            for (long at = range.From, left = range.Length; left > 0;)
            {
                var memory = body.GetMemory((int)Math.Min(left, BufferSize));
                if (memory.Length > left) memory = memory[..(int)left];
                var read = await RandomAccess.ReadAsync(file, memory, at, request.Aborted);
                if (read == 0) throw new IOException($"{path} ended {left} bytes early.");
                body.Advance(read);
                (at, left) = (at + read, left - read);
                if ((await body.FlushAsync(request.Aborted)).IsCompleted) break;
            }
            return true;
        }
    }

    static SafeFileHandle? Open(string path)
    {
        try
        {
            return File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // not on this disk: the registry knows better
            return null;
        }
    }

    async Task<Error?> ForwardAsync(GatewayRequest request, Digest digest, ByteRange range, long size)
    {
        var http = request.Http;
        // the registry breaks off the body of a range that it cannot meet, so it only sees ranges that it can
        if (range.Kind == RangeKind.Part) http.Request.Headers.Range = string.Create(CultureInfo.InvariantCulture, $"bytes={range.From}-{range.To}");
        else http.Request.Headers.Remove("Range");
        http.Request.Headers.Remove("If-Range");
        return await forwarder.ReceiveAsync(request, $"/v2/{request.Name}/blobs/{digest}", answer =>
        {
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent) Describe(http.Response, answer.StatusCode == HttpStatusCode.OK ? ByteRange.Parse(null, size) : range, size);
            // the storage hands the client on to a place that serves it directly
            else if (answer.Headers.Location is { } elsewhere) http.Response.Headers.Location = elsewhere.OriginalString;
        });
    }
}

/// <summary>Blobs go when nothing names them any more, not one by one.</summary>
sealed class RefuseBlobDelete : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request) => new(GatewayErrors.BlobDelete);
}

using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Registry;
using Portal.Registry.Manifests;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Gateway.Uploads;

/// <summary>What the backing registry answered to a forwarded request.</summary>
/// <param name="Location">Path and query of its <c>Location</c>; null when there is none.</param>
/// <param name="Sent">Bytes of the body that went there.</param>
sealed record BackendAnswer(HttpStatusCode Status, string? Location, long Sent);

/// <summary>Streams requests to the backing registry without keeping them in memory. The caller's credentials never go there.</summary>
sealed class BackendForwarder(IHttpForwarder forwarder, RegistryBackend backend, BackendUploads uploads, IUploadLimit limit, IOptions<GatewayOptions> options, ILogger<BackendForwarder> log)
{
    readonly ForwarderRequestConfig _config = new()
    {
        ActivityTimeout = TimeSpan.FromSeconds(options.Value.TransferIdleSeconds),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        AllowResponseBuffering = false,
    };

    /// <summary>
    /// Sends the request's body there and gives the answer, which the client does not see. An upload for which there is no room ends there, whatever it has sent.
    /// </summary>
    /// <param name="digest">What the upload is, in its last request.</param>
    public async Task<Result<BackendAnswer>> SendBodyAsync(GatewayRequest request, HttpMethod method, string pathAndQuery, Digest? digest = null)
    {
        var push = new BlobPushContext(request.Describe(), request.Project!, request.Name, digest, null);
        var room = await limit.OpenAsync(push, UploadLimits.Key(pathAndQuery), request.Aborted);
        if (room is null) return (await SendBodyAsync(request, method, pathAndQuery, (UploadRoom?)null)).Answer;
        var goesOn = false;
        try
        {
            var (answer, refused) = await SendBodyAsync(request, method, pathAndQuery, room);
            goesOn = answer.Ok && digest is null;
            if (refused) await uploads.CancelAsync(pathAndQuery, CancellationToken.None);
            return answer;
        }
        finally
        {
            room.Close(goesOn);
        }
    }

    async Task<(Result<BackendAnswer> Answer, bool Refused)> SendBodyAsync(GatewayRequest request, HttpMethod method, string pathAndQuery, UploadRoom? room)
    {
        var (http, offset) = (request.Http, request.Upload?.Offset ?? 0);
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = options.Value.MaxUploadBytes;
        if (http.Request.ContentLength > options.Value.MaxUploadBytes) return (OciErrors.TooLarge.Because($"One upload request carries at most {options.Value.MaxUploadBytes} bytes."), false);
        if (room is not null && await room.GrowAsync(offset + (http.Request.ContentLength ?? 0), request.Aborted) is { } full) return (full, true);
        var counted = new CountingStream(http.Request.Body, room is null ? null : count => room.GrowAsync(offset + count, request.Aborted));
        http.Request.Body = counted;
        var transformer = new Transformer(backend, method, pathAndQuery, null);
        var error = await forwarder.SendAsync(http, backend.Prefix, backend.Http, _config, transformer);
        if (counted.Refusal is { } none) return (none, true);
        if (error != ForwarderError.None || transformer.Answer is null) return (Failed(http, error), false);
        if (transformer.Refusal is { } refusal) return (refusal, false);
        return (transformer.Answer with { Sent = counted.Count }, false);
    }

    /// <summary>Streams an answer to the client; <paramref name="headers"/> fills in the response's own headers.</summary>
    public async Task<Error?> ReceiveAsync(GatewayRequest request, string pathAndQuery, Action<HttpResponseMessage> headers)
    {
        var transformer = new Transformer(backend, HttpMethod.Get, pathAndQuery, headers);
        var error = await forwarder.SendAsync(request.Http, backend.Prefix, backend.Http, _config, transformer);
        if (error != ForwarderError.None) return request.Http.Response.HasStarted ? null : Failed(request.Http, error);
        return transformer.Refusal;
    }

    Error Failed(HttpContext http, ForwarderError error)
    {
        var cause = http.GetForwarderErrorFeature()?.Exception;
        if (!http.RequestAborted.IsCancellationRequested) log.LogWarning("Forwarding {Method} {Path} to the backing registry failed: {Error} {Reason}", http.Request.Method, http.Request.Path, error, cause?.Message);
        return cause is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
            ? OciErrors.TooLarge.Because($"One upload request carries at most {options.Value.MaxUploadBytes} bytes.")
            : GatewayErrors.Backend;
    }

    /// <summary>Points the request at the backing registry and keeps its answer back, or lets the body through.</summary>
    sealed class Transformer(RegistryBackend backend, HttpMethod method, string pathAndQuery, Action<HttpResponseMessage>? pass) : HttpTransformer
    {
        static readonly MediaTypeHeaderValue Octets = new(MediaTypes.OctetStream);

        public BackendAnswer? Answer { get; private set; }
        public Error? Refusal { get; private set; }

        public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.Method = method;
            proxyRequest.RequestUri = new Uri(backend.Prefix + pathAndQuery);
            var headers = proxyRequest.Headers;
            headers.Host = null;
            headers.Authorization = backend.Authorization;
            // whatever a client calls its bytes, the registry takes them under this name alone
            if (proxyRequest.Content is { } content) content.Headers.ContentType = Octets;
            foreach (var name in (ReadOnlySpan<string>)["Cookie", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "If-None-Match", "If-Match", "If-Modified-Since", "Accept-Encoding"])
                headers.Remove(name);
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
        {
            if (proxyResponse is null) return false;
            var status = proxyResponse.StatusCode;
            var location = proxyResponse.Headers.Location is { } l ? (l.IsAbsoluteUri ? l.PathAndQuery : l.OriginalString) : null;
            Answer = new(status, location, 0);
            if ((int)status >= 400)
            {
                Refusal = await BackendErrors.ReadAsync(proxyResponse, cancellationToken);
                return false;
            }
            if (pass is null) return false;
            pass(proxyResponse);
            return true;
        }
    }
}

/// <summary>Turns the backing registry's refusals into ours.</summary>
static class BackendErrors
{
    public static async Task<Error> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        // that it refuses Portal or is broken is not the client's business
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || (int)response.StatusCode >= 500) return GatewayErrors.Backend;
        var body = new byte[OciErrors.MaxBodyBytes];
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        var said = OciErrors.Read(body.AsSpan(0, length)) is [var first, ..] ? first.Code : null;
        var code = OciErrors.All.FirstOrDefault(c => c.Code == said) ?? (response.StatusCode == HttpStatusCode.NotFound ? OciErrors.BlobUploadUnknown : OciErrors.BlobUploadInvalid);
        return code.Because();
    }
}

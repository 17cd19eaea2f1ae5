using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Portal.Access;
using Portal.Kernel;

namespace Portal.Api;

/// <summary>What every request to <c>/api</c> passes: request id, size, who is calling, the proof that a browser meant it, and one shape of errors.</summary>
sealed partial class ApiRequests(RequestDelegate next, CredentialService credentials, IAntiforgery antiforgery, ILogger<ApiRequests> log)
{
    public const string CsrfHeader = "X-Harbor-CSRF-Token";
    const string Bearer = "Bearer ";
    const string RequestId = "X-Request-Id";

    /// <summary>The largest body: 4 MiB.</summary>
    const long MaxBody = 4 * 1024 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers[RequestId] = http.Request.Headers[RequestId] is [{ Length: > 0 and <= 128 } id] && id.All(c => c is > ' ' and < '\x7f') ? id : Guid.NewGuid().ToString();
        headers.CacheControl = "no-store";
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = MaxBody;
        try
        {
            if (await RefuseAsync(http) is { } refusal) await ApiErrors.WriteAsync(http, refusal);
            else await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null }) await ApiErrors.WriteAsync(http, http.Response.StatusCode);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            var bound = Unbound().Match(e.Message);
            if (bound.Success) await ApiErrors.WriteAsync(http, ApiErrors.Unprocessable($"{System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(bound.Groups[1].Value)} does not have the documented type"));
            else await ApiErrors.WriteAsync(http, e.StatusCode, e.StatusCode == 400 ? "the request body is not the documented JSON" : null);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            log.LogError(e, "{Method} {Path} failed, request {Request}", http.Request.Method, http.Request.Path, headers[RequestId]);
            await ApiErrors.WriteAsync(http, StatusCodes.Status500InternalServerError);
        }
    }

    async Task<Error?> RefuseAsync(HttpContext http)
    {
        if (http.Request.Headers.Authorization is [{ } authorization, ..])
        {
            // Wrong credentials fall through to anonymous: what is public still works, and a cookie sent along does not count.
            var verified = BasicCredentials.TryRead(authorization, out var name, out var secret)
                ? await credentials.VerifyAsync(name, secret, http.AnonymousCaller(), http.RequestAborted)
                : authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
                    ? await credentials.VerifyBearerAsync(authorization[Bearer.Length..].Trim(), http.AnonymousCaller(), http.RequestAborted)
                    : AccessErrors.WrongCredentials;
            if (!verified.Ok) ApiErrors.KeepSignInRefusal(http, verified.Error);
            http.SetCaller(verified.Ok ? verified.Value : http.AnonymousCaller());
            return null;
        }
        if (http.Caller().IsAnonymous) return null;
        if (http.Session() is { MustChangePassword: true }) return AccessErrors.PasswordChangeRequired with { Code = "FORBIDDEN", Kind = ErrorKind.Forbidden };
        if (IsSafe(http.Request.Method))
        {
            if (antiforgery.GetAndStoreTokens(http).RequestToken is { } token) http.Response.Headers[CsrfHeader] = token;
            return null;
        }
        return SameOrigin(http.Request) || await HasTokenAsync(http) ? null
            : new Error("FORBIDDEN", $"A change by a browser's session needs to come from Portal's own pages, or the header {CsrfHeader}.", ErrorKind.Forbidden);
    }

    async Task<bool> HasTokenAsync(HttpContext http) =>
        // Only the header counts: a form field would let a body be read here.
        http.Request.Headers.ContainsKey(CsrfHeader) && !http.Request.HasFormContentType && await antiforgery.IsRequestValidAsync(http);

    static bool SameOrigin(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"] is [{ } site]) return site is "same-origin" or "none";
        return request.Headers.Origin is [{ Length: > 0 } origin] && string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    [GeneratedRegex("^(?:Failed to bind parameter|Required parameter) \"(?:[^\"]* )?([A-Za-z_]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Unbound();
}

/// <summary>Reads an <c>Authorization: Basic</c> header.</summary>
static class BasicCredentials
{
    /// <summary>The longest header that is looked at, in characters.</summary>
    const int MaxLength = 4096;

    public static bool TryRead(string header, out string name, out string secret)
    {
        (name, secret) = ("", "");
        if (header.Length > MaxLength || !header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length)) return false;
        var text = System.Text.Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return false;
        (name, secret) = (text[..colon], text[(colon + 1)..]);
        return true;
    }
}

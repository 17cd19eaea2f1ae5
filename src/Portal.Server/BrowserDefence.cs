using Portal.Access;

namespace Portal.Server;

/// <summary>Headers and checks that protect people's browsers.</summary>
static class BrowserDefence
{
    const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app) => app.Use((http, next) =>
    {
        // The registry API is for programs; headers for browsers only cost them bytes. Its own answers say nosniff.
        if (http.Request.Path.StartsWithSegments("/v2")) return next(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        // A page of another origin must not open a circuit with this person's cookie.
        if (http.Request.Path.StartsWithSegments("/_blazor") && http.Request.Headers.Origin is { Count: > 0 } origin
            && !string.Equals(origin.ToString(), $"{http.Request.Scheme}://{http.Request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }
        return next(http);
    });

    /// <summary>Until a first password has been replaced, a signed-in browser reaches the page that replaces it and nothing else.</summary>
    public static void UsePasswordChangeGate(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Session() is not { MustChangePassword: true } || Allowed(http.Request.Path)) return next(http);
        if (HttpMethods.IsGet(http.Request.Method) && !http.Request.Path.StartsWithSegments("/api")) http.Response.Redirect("/first-run");
        else http.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    });

    static bool Allowed(PathString path) => path.StartsWithSegments("/first-run") || path.StartsWithSegments("/sign-out") || path.StartsWithSegments("/_content") || path.StartsWithSegments("/_framework")
        || path.StartsWithSegments("/v2") || path.StartsWithSegments("/service") || path.StartsWithSegments("/healthz") || (path.Value?.EndsWith(".css", StringComparison.Ordinal) ?? false);
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Protection;
using Portal.Web.Kit;

namespace Portal.Web.Protection;

/// <summary>While the system is read-only, a form that would change something leads back to its page, which says so. Signing in and out and the switch itself still work.</summary>
static class ReadOnlyPages
{
    static readonly string[] Open = [PortalUrls.SignIn, PortalUrls.SignOut, PortalUrls.FirstRun, PortalUrls.Onboard, PortalUrls.System, "/c/oidc"];

    public static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        if (!IsChange(http.Request) || !await http.RequestServices.GetRequiredService<ReadOnlyMode>().IsOnAsync(http.RequestAborted))
        {
            await next(http);
            return;
        }
        http.RequestServices.GetRequiredService<ToastQueue>().Add(new(ProtectionErrors.ReadOnly.Message, Failed: true));
        http.Response.Redirect(http.Request.PathBase + http.Request.Path + http.Request.QueryString);
    }

    static bool IsChange(HttpRequest request) => HttpMethods.IsPost(request.Method) && !Open.Any(o => request.Path.StartsWithSegments(o)) && !request.Path.StartsWithSegments("/_blazor")
        && !((string[])["/v2", "/api", "/service", "/_framework"]).Any(o => request.Path.StartsWithSegments(o));
}

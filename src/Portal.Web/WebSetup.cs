using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Search;
using Radzen;

namespace Portal.Web;

/// <summary>Puts the web portal into a host.</summary>
public static class WebSetup
{
    // Styles may be inline because bars carry their length in one; scripts are files only.
    const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self' ws: wss:; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Registers pages, the shell and what they need. Queries and services come from the capabilities.</summary>
    public static IServiceCollection AddPortalWeb(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentCaller>();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddAuthorization();
        services.AddAntiforgery();
        services.AddHttpContextAccessor();
        services.AddDataProtection();
        services.AddRadzenComponents();
        services.TryAddSingleton(TimeProvider.System);
        services.AddScoped<ShellContext>();
        services.AddScoped<ToastQueue>();
        return services;
    }

    /// <summary>
    /// Maps static files and pages. Call it after UseAuthentication and UseAuthorization, and after the endpoints of
    /// <c>/v2</c> and <c>/api</c>, which keep their own error answers.
    /// </summary>
    public static WebApplication MapPortalWeb(this WebApplication app)
    {
        app.UseWhen(IsPage, pages =>
        {
            pages.UseExceptionHandler(PortalUrls.Error, createScopeForErrors: true);
            pages.UseStatusCodePagesWithReExecute(PortalUrls.NotFound, createScopeForStatusCodePages: true);
        });
        app.UseAntiforgery();
        app.Use(SecureHeaders);
        app.MapStaticAssets().AllowAnonymous();
        app.MapSearch();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'");
        return app;
    }

    static bool IsPage(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/v2") && !context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments("/service");

    static Task SecureHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers["Referrer-Policy"] = "same-origin";
            // Pages show what one person may see; no shared cache may keep them.
            headers.CacheControl = "no-store";
        }

        return next(context);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Web.Account;
using Portal.Web.Administration;
using Portal.Web.Artifacts;
using Portal.Web.Audit;
using Portal.Web.Home;
using Portal.Web.Jobs;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Portal.Web.Retention;
using Portal.Web.Protection;
using Portal.Web.Search;
using Radzen;

namespace Portal.Web;

/// <summary>Puts the web portal into a host.</summary>
public static class WebSetup
{
    // Styles may be inline because bars carry their length in one; scripts are files only.
    const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
        "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Registers pages, the shell and what they need. Queries and services come from the capabilities.</summary>
    public static IServiceCollection AddPortalWeb(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<CurrentCaller>();
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddAuthentication();
        services.AddAuthorization();
        services.AddAntiforgery(options => options.SuppressXFrameOptionsHeader = true); // SecureHeaders says it for every page
        services.AddHttpContextAccessor();
        services.AddDataProtection();
        services.AddRadzenComponents();
        services.TryAddSingleton(TimeProvider.System);
        services.AddExceptionHandler<OtherDoorsExceptionHandler>();
        services.AddScoped<ShellContext>();
        services.AddScoped<ToastQueue>();
        services.AddScoped<ProjectAccess>();
        services.AddScoped<AdministrationAccess>();
        services.AddSingleton<AccessAnswers>().AddSingleton<NextQuestions>();
        services.AddScoped<DeletionUndo>();
        services.AddScoped<Trash.TrashDesk>();
        services.AddSingleton<HomeAttention>();
        services.AddSingleton<Quotas.QuotaPosts>();
        services.AddSingleton<JobPosts>().AddSingleton<JobBoards>();
        return services;
    }

    /// <summary>
    /// Puts error pages, authentication, authorization and antiforgery into the pipeline, in this order, and maps static files
    /// and pages. Call it after forwarded headers and before middleware that needs the user. Paths below <c>/v2</c>,
    /// <c>/api</c> and <c>/service</c> keep their own error answers; their exception handlers are registered before AddPortalWeb.
    /// </summary>
    public static WebApplication MapPortalWeb(this WebApplication app)
    {
        app.UseExceptionHandler(PortalUrls.Error, createScopeForErrors: true);
        app.UseStatusCodePagesWithReExecute(PortalUrls.NotFound, createScopeForStatusCodePages: true);
        app.Use(KeepOtherDoorsAnswers);
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(ReadOnlyPages.RunAsync);
        app.UseAntiforgery();
        app.Use(SecureHeaders);
        app.MapStaticAssets().AllowAnonymous();
        app.MapAccount();
        app.MapOidcPages();
        app.MapAuditExport();
        app.MapAccessExport();
        app.MapRetentionExport();
        app.MapSearch();
        app.MapJobFragments();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }

    static bool IsPage(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/v2") && !context.Request.Path.StartsWithSegments("/api") && !context.Request.Path.StartsWithSegments("/service");

    /// <summary>A client of the registry or of the API must not get a page where its own door gave a bare status.</summary>
    static Task KeepOtherDoorsAnswers(HttpContext context, RequestDelegate next)
    {
        if (!IsPage(context) && context.Features.Get<IStatusCodePagesFeature>() is { } pages) pages.Enabled = false;
        return next(context);
    }

    /// <summary>The last resort of the other doors: a bare 500, so that no page is drawn for them.</summary>
    sealed class OtherDoorsExceptionHandler : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            if (IsPage(httpContext)) return ValueTask.FromResult(false);
            httpContext.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return ValueTask.FromResult(true);
        }
    }

    static Task SecureHeaders(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "same-origin";
            // Pages show what one person may see, so nobody may keep them. Antiforgery says so itself where there is a form.
            context.Response.OnStarting(static state =>
            {
                var late = (IHeaderDictionary)state;
                if (late.CacheControl.Count == 0) late.CacheControl = "no-store";
                return Task.CompletedTask;
            }, headers);
        }

        return next(context);
    }
}

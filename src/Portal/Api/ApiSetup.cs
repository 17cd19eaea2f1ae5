using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Api;

public static class ApiSetup
{
    /// <summary>Adds the JSON habits, the antiforgery header and the refusal of unreadable parameters.</summary>
    public static IServiceCollection AddPortalApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(o => WireJson.Configure(o.SerializerOptions));
        services.Configure<AntiforgeryOptions>(o => o.HeaderName = ApiRequests.CsrfHeader);
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>Puts what every request to <c>/api</c> passes into the pipeline: after UseAuthentication, before anything that may refuse.</summary>
    public static void UsePortalApi(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments("/api"), api => api.UseMiddleware<ApiRequests>());
}

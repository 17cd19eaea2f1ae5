using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Api;

namespace Portal.Protection;

/// <summary>Refuses every change on <c>/api</c> while the system is read-only, but for the settings that switch it off. Source: Harbor v2.0 API, order of processing.</summary>
public static class ReadOnlyRequests
{
    const string Settings = "/api/v2.0/configurations";

    /// <summary>Comes behind what finds out who is calling.</summary>
    public static void UseReadOnlyMode(this WebApplication app)
    {
        var mode = app.Services.GetRequiredService<ReadOnlyMode>();
        app.Use(async (http, next) =>
        {
            if (Changes(http.Request) && await mode.IsOnAsync(http.RequestAborted)) await ApiErrors.WriteAsync(http, ProtectionErrors.ReadOnly);
            else await next(http);
        });
    }

    static bool Changes(HttpRequest request) => request.Path.StartsWithSegments("/api")
        && !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) && !request.Path.Equals(Settings, StringComparison.OrdinalIgnoreCase);
}

using Microsoft.AspNetCore.Diagnostics.HealthChecks;

namespace Portal.Server;

/// <summary>Puts the whole portal together; the Launcher and the tests start the same one.</summary>
public static class PortalServer
{
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddHealthChecks();
        configure?.Invoke(builder);
        var app = builder.Build();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
        return app;
    }
}

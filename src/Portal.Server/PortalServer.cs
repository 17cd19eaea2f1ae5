using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Gateway;
using Portal.Immutability;
using Portal.Jobs;
using Portal.Projects;
using Portal.Protection;
using Portal.GarbageCollection;
using Portal.Quotas;
using Portal.Retention;
using Portal.Trash;
using Portal.Web;

namespace Portal.Server;

/// <summary>Puts the whole portal together; the Launcher and the tests start the same one.</summary>
public static class PortalServer
{
    /// <summary>Builds the application without starting it. <paramref name="configure"/> runs first and may give settings and a clock of its own.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        // A line for every request and every statement would cost more than answering it.
        foreach (var chatty in (string[])["Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "Microsoft.Extensions", "System.Net.Http", "Yarp", "Quartz"])
            builder.Logging.AddFilter(chatty, LogLevel.Warning);
        // The keys lie in the database beside what they protect; docs/operations/configuration.md says so.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);
        configure?.Invoke(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddDatabaseProvider();
        services.AddPortalData(builder.Configuration);
        services.AddAudit();
        services.AddAccess(builder.Configuration);
        services.AddProjects();
        services.AddArtifacts(builder.Configuration);
        services.AddProtection();
        services.AddImmutability();
        services.AddQuotas();
        services.AddJobs(builder.Configuration);
        services.AddRetention(builder.Configuration);
        services.AddTrash();
        services.AddGarbageCollection();
        services.AddGateway(builder.Configuration);
        services.AddRestApi();
        services.AddPortalWeb();
        services.AddHostedService<Startup>();
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database").AddCheck<JobHealth>("jobservice");
        builder.WebHost.UsePortalKestrel(builder.Configuration);
        services.AddForwardedAddresses(builder.Configuration);

        var app = builder.Build();
        app.UseForwardedHeaders();
        // Ahead of everything that pages need; named here, the next three do not run for what the gateway answers.
        app.MapGateway();
        app.UseSecurityHeaders();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealthChecks("/healthz", new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
        app.MapPortalApi();
        app.MapPortalWeb();
        app.UseRestApi();
        app.UseReadOnlyMode();
        app.UsePasswordChangeGate();
        return app;
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Portal.Data;
using Portal.Data.PostgreSql;
using Portal.Data.SqlServer;

namespace Portal.Server;

static class DatabaseProviders
{
    /// <summary>Chooses the provider that the configuration names.</summary>
    public static IServiceCollection AddDatabaseProvider(this IServiceCollection services) => services.AddSingleton<IDatabaseProvider>(s =>
    {
        IDatabaseProvider[] known = [new PostgreSqlProvider(), new SqlServerProvider()];
        var wanted = s.GetRequiredService<IOptions<DatabaseOptions>>().Value.Provider;
        return Array.Find(known, p => string.Equals(p.Name, wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"{DatabaseOptions.Section}:Provider is '{wanted}'; it is one of {string.Join(", ", known.Select(p => p.Name))}.");
    });
}

sealed class DatabaseHealth(Microsoft.EntityFrameworkCore.IDbContextFactory<PortalDbContext> contexts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Database.CanConnectAsync(cancellationToken) ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The database does not answer.");
    }
}

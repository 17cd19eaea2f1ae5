using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portal.Data;

public static class DataSetup
{
    /// <summary>Adds the context, the change feed and the shared data-protection keys. The host adds both <see cref="IDatabaseProvider"/>s and one is chosen by name.</summary>
    public static IServiceCollection AddPortalData(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<DatabaseOptions>().Bind(configuration.GetSection(DatabaseOptions.Section))
            .Validate(o => o.ConnectionString.Length > 0, $"{DatabaseOptions.Section}:ConnectionString is not set.")
            .Validate(o => o.StartTimeoutSeconds is >= 0 and <= 600, $"{DatabaseOptions.Section}:StartTimeoutSeconds is 0 to 600.")
            .ValidateOnStart();
        services.AddPooledDbContextFactory<PortalDbContext>((s, b) =>
        {
            s.GetRequiredService<IDatabaseProvider>().Configure(b, s.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString);
            // A failed statement is thrown, and logged by whoever cannot go on; the first look at an empty database, or a lost race, is no failure.
            b.ConfigureWarnings(w => w.Log((RelationalEventId.CommandError, LogLevel.Debug)));
            b.AddInterceptors(s.GetRequiredService<ChangeFeedCommits>());
        });
        services.AddSingleton<ChangeFeedCommits>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<IChangeFeed>(s => s.GetRequiredService<ChangeFeed>());
        services.AddHostedService(s => s.GetRequiredService<ChangeFeed>());
        services.AddDataProtection().SetApplicationName("portal");
        services.AddSingleton<IXmlRepository, DataProtectionKeyRepository>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(s =>
            new ConfigureOptions<KeyManagementOptions>(o => o.XmlRepository = s.GetRequiredService<IXmlRepository>()));
        services.AddSingleton<DatabaseStart>();
        services.AddSingleton<SharedKeys>();
        services.AddSingleton<Transactions>();
        return services;
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;

namespace Portal.Access.Federation;

static class FederationSetup
{
    /// <summary>Tokens of identity providers: their issuers, their keys, and the trusts of robots.</summary>
    public static IServiceCollection AddFederation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FederationOptions>().Bind(configuration.GetSection(FederationOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FederationOptions>, FederationOptionsValidation>();
        services.AddSingleton<IssuerHttp>().AddSingleton<IssuerDirectory>().AddSingleton<TokenUses>();
        services.AddSingleton(s => new WorkloadAudit(s.GetRequiredService<IDbContextFactory<PortalDbContext>>(), s.GetRequiredService<AuditLog>(), s.GetRequiredService<SignInAttempts>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton<WorkloadTokens>();
        services.AddSingleton<TrustChanges>().AddSingleton<FederationService>();
        services.AddSingleton<ICredentialSource, TrustCredentials>();
        services.AddHostedService<FederationUpkeep>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Portal.Access.Federation;

static class FederationSetup
{
    /// <summary>Tokens of identity providers: their issuers, their keys, and the trusts of robots.</summary>
    public static IServiceCollection AddFederation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<FederationOptions>().Bind(configuration.GetSection(FederationOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FederationOptions>, FederationOptionsValidation>();
        services.AddSingleton<IssuerHttp>().AddSingleton<IssuerDirectory>();
        services.AddSingleton<WorkloadAudit>().AddSingleton<WorkloadTokens>();
        services.AddSingleton<ICredentialSource, TrustCredentials>();
        services.AddHostedService<FederationUpkeep>();
        return services;
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Jobs;
using Portal.Retention.Clusters;
using Portal.Retention.Planning;

namespace Portal.Retention;

public static class RetentionSetup
{
    public static IServiceCollection AddRetention(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionValidation>();
        services.AddSingleton<FactsReader>().AddSingleton<RetentionPlanner>().AddSingleton<PlanStore>().AddSingleton<RetentionBrake>().AddSingleton<RetentionJobs>();
        services.AddSingleton<RetentionRunner>().AddSingleton<IJobHandler, RetentionJob>();
        services.AddSingleton(s => new RetentionService(s.GetRequiredService<Transactions>(), s.GetRequiredService<IAccessPolicy>(), s.GetRequiredService<AuditLog>(), s.GetRequiredService<RetentionJobs>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RetentionQueries.Needs>().AddSingleton(s => new RetentionQueries(s.GetRequiredService<RetentionQueries.Needs>()));
        return services.AddSingleton<ClusterService>().AddSingleton<ClusterQueries>();
    }
}

sealed class RetentionValidation : IValidateOptions<RetentionOptions>
{
    public ValidateOptionsResult Validate(string? name, RetentionOptions options) => options.Problems().ToList() is { Count: > 0 } all ? ValidateOptionsResult.Fail(all) : ValidateOptionsResult.Success;
}

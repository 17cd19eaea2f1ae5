using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Projects;

namespace Portal.Artifacts;

public static class ArtifactsSetup
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RegistryOptions>().Bind(configuration.GetSection(RegistryOptions.Section)).ValidateOnStart();
        services.AddOptions<ArtifactOptions>().Bind(configuration.GetSection(ArtifactOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RegistryOptions>, ArtifactsValidation>();
        services.AddSingleton<IValidateOptions<ArtifactOptions>, ArtifactsValidation>();
        services.AddArtifactQueries();
        services.AddSingleton<RegistryBackend>().AddSingleton<GuardChain>().AddSingleton<RepositoryDirectory>().AddSingleton<ManifestCache>().AddSingleton<ArtifactLookup>();
        services.AddSingleton<GarbageBook>().AddSingleton<BlobLinks>().AddSingleton<PushIntents>().AddSingleton<IndexMemory>();
        services.AddSingleton(s => new BlobService(s.GetRequiredService<RepositoryDirectory>(), s.GetRequiredService<RegistryBackend>(), s.GetRequiredService<ArtifactLookup>(), s.GetRequiredService<BlobLinks>(),
            s.GetRequiredService<GuardChain>()));
        services.AddSingleton<ManifestReader>().AddSingleton<ManifestStore>().AddSingleton<TagWriter>().AddSingleton<ManifestIndexer>().AddSingleton<RegistryQueries>();
        services.AddSingleton(s => new PushService(s.GetRequiredService<IDbContextFactory<PortalDbContext>>(), s.GetRequiredService<RepositoryDirectory>(), s.GetRequiredService<GuardChain>(),
            s.GetRequiredService<ManifestReader>(), s.GetRequiredService<ManifestStore>(), s.GetRequiredService<ManifestIndexer>()));
        services.AddSingleton<RepositoryAccess>().AddSingleton<DeletionAccess>().AddSingleton<DeletionWriter>().AddSingleton<DeletionEffects>();
        services.AddSingleton(s => new TagService(s.GetRequiredService<Transactions>(), s.GetRequiredService<RepositoryAccess>(), s.GetRequiredService<GuardChain>(), s.GetRequiredService<TagWriter>(),
            s.GetRequiredService<AuditLog>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ArtifactDeleter(s.GetRequiredService<Transactions>(), s.GetRequiredService<RepositoryAccess>(), s.GetRequiredService<ArtifactLookup>(), s.GetRequiredService<DeletionWriter>()));
        services.AddSingleton(s => new BulkDeleter(s.GetRequiredService<Transactions>(), s.GetRequiredService<GuardChain>(), s.GetRequiredService<AuditLog>(), s.GetRequiredService<IChangeFeed>(),
            s.GetRequiredService<ArtifactLookup>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RestoreElsewhere>().AddSingleton(s => new DeletionService(s.GetRequiredService<Transactions>(), s.GetRequiredService<DeletionAccess>(), s.GetRequiredService<ArtifactLookup>(),
            s.GetRequiredService<DeletionEffects>(), s.GetRequiredService<RestoreElsewhere>()));
        services.AddSingleton<IProjectTrash, ProjectTrash>();
        services.AddSingleton(s => new DeletionEnd(s.GetRequiredService<Transactions>(), s.GetRequiredService<IDbContextFactory<PortalDbContext>>(), s.GetRequiredService<AuditLog>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CopyPlanner>().AddSingleton(s => new ArtifactCopier(s.GetRequiredService<CopyPlanner>(), s.GetRequiredService<ProjectQueries>(), s.GetRequiredService<BlobService>(),
            s.GetRequiredService<PushService>(), s.GetRequiredService<GuardChain>(), s.GetRequiredService<AuditLog>()));
        services.AddSingleton<PullRecorder>().AddHostedService(s => s.GetRequiredService<PullRecorder>());
        services.AddSingleton<IntentIndexing>().AddSingleton<IntentReconciler>().AddHostedService(s => s.GetRequiredService<IntentReconciler>());
        services.AddHealthChecks().AddCheck<RegistryHealth>("registry");
        return services;
    }
}

sealed class ArtifactsValidation : IValidateOptions<RegistryOptions>, IValidateOptions<ArtifactOptions>
{
    public ValidateOptionsResult Validate(string? name, RegistryOptions options) => Of(options.Problems());
    public ValidateOptionsResult Validate(string? name, ArtifactOptions options) => Of(options.Problems());

    static ValidateOptionsResult Of(IEnumerable<string> problems) => problems.ToList() is { Count: > 0 } all ? ValidateOptionsResult.Fail(all) : ValidateOptionsResult.Success;
}

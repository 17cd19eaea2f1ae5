using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Jobs;

namespace Portal.GarbageCollection;

public static class GarbageSetup
{
    public static IServiceCollection AddGarbageCollection(this IServiceCollection services) =>
        services.AddSingleton<IRegistryStore, FileRegistryStore>().AddSingleton<GarbageMark>().AddSingleton<OrphanSearch>().AddSingleton<TagCheck>().AddSingleton<IndexSweep>().AddSingleton<StoreSweep>()
            .AddSingleton<UntaggedArtifacts>().AddSingleton<GarbageSearch>().AddSingleton<GarbageRemoval>()
            .AddSingleton(s => new GarbageSteps(s.GetRequiredService<IDbContextFactory<PortalDbContext>>(), s.GetRequiredService<GarbageSearch>(), s.GetRequiredService<GarbageRemoval>(), s.GetRequiredService<TimeProvider>()))
            .AddSingleton<IJobHandler>(s => new GarbageHandler(s.GetRequiredService<GarbageSteps>()))
            .AddSingleton<GarbageJobs>()
            .AddSingleton(s => new GarbageService(s.GetRequiredService<GarbageJobs>(), s.GetRequiredService<IAccessPolicy>(), s.GetRequiredService<AuthSettingsService>(), s.GetRequiredService<AuditLog>()))
            .AddSingleton(s => new GarbageQueries(s.GetRequiredService<GarbageJobs>(), s.GetRequiredService<IAccessPolicy>(), s.GetRequiredService<GarbageSteps>()));
}

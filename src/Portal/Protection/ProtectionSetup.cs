using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Projects;

namespace Portal.Protection;

public static class ProtectionSetup
{
    public static IServiceCollection AddProtection(this IServiceCollection services)
    {
        services.AddSingleton<ReadOnlyMode>().AddSingleton<ReadOnlyGuard>().AddSingleton<LockBook>().AddSingleton<LockGuard>().AddSingleton<ContentGuard>();
        // the widest refusal first
        services.AddSingleton<IPushGuard>(s => s.GetRequiredService<ReadOnlyGuard>()).AddSingleton<IPushGuard>(s => s.GetRequiredService<ContentGuard>()).AddSingleton<IPushGuard>(s => s.GetRequiredService<LockGuard>());
        services.AddSingleton<IDeleteGuard>(s => s.GetRequiredService<ReadOnlyGuard>()).AddSingleton<IDeleteGuard>(s => s.GetRequiredService<LockGuard>());
        services.AddSingleton<IProjectGuard>(s => s.GetRequiredService<ReadOnlyGuard>()).AddSingleton<IProjectGuard>(s => s.GetRequiredService<LockGuard>());
        services.AddSingleton<IHoldMarks>(s => s.GetRequiredService<LockGuard>());
        services.AddSingleton<LockService>().AddSingleton<LockQueries>();
        return services.AddSingleton(s => new ContentService(s.GetRequiredService<Transactions>(), s.GetRequiredService<ContentGuard>(), s.GetRequiredService<IAccessPolicy>(), s.GetRequiredService<AuditLog>(),
            s.GetRequiredService<IChangeFeed>(), s.GetRequiredService<TimeProvider>()));
    }
}

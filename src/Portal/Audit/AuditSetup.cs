using Microsoft.Extensions.DependencyInjection;

namespace Portal.Audit;

public static class AuditSetup
{
    public static IServiceCollection AddAudit(this IServiceCollection services) =>
        services.AddSingleton<AuditLog>().AddSingleton<AuditQueries>().AddHostedService(s => s.GetRequiredService<AuditLog>());
}

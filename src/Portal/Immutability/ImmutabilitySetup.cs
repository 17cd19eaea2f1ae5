using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;

namespace Portal.Immutability;

public static class ImmutabilitySetup
{
    public static IServiceCollection AddImmutability(this IServiceCollection services)
    {
        services.AddSingleton<ImmutabilityDirectory>().AddSingleton<ImmutabilityGuard>();
        services.AddSingleton<IPushGuard>(s => s.GetRequiredService<ImmutabilityGuard>());
        services.AddSingleton<IDeleteGuard>(s => s.GetRequiredService<ImmutabilityGuard>());
        services.AddSingleton<ITagMarks>(s => s.GetRequiredService<ImmutabilityGuard>());
        return services.AddSingleton<ImmutabilityService>().AddSingleton<ImmutabilityQueries>();
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Portal.Trash;

public static class TrashSetup
{
    public static IServiceCollection AddTrash(this IServiceCollection services) =>
        services.AddSingleton<TrashQueries>().AddSingleton<TrashService>().AddSingleton<TrashWindows>().AddSingleton<ProjectRestorer>().AddSingleton<BulkDeletion>();
}

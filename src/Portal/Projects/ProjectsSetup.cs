using Microsoft.Extensions.DependencyInjection;

namespace Portal.Projects;

public static class ProjectsSetup
{
    public static IServiceCollection AddProjects(this IServiceCollection services) =>
        services.AddSingleton<ProjectDirectory>().AddSingleton<ProjectService>().AddSingleton<ProjectQueries>().AddSingleton<BindingQueries>();
}

using Microsoft.Extensions.DependencyInjection;
using Portal.Access.Groups;

namespace Portal.Projects;

public static class ProjectsSetup
{
    public static IServiceCollection AddProjects(this IServiceCollection services) =>
        services.AddSingleton<ProjectDirectory>().AddSingleton<ProjectChanges>().AddSingleton<ProjectService>().AddSingleton<ProjectDeletionRecord>().AddSingleton<ProjectDeleter>().AddSingleton<ProjectQueries>().AddSingleton<BindingQueries>().AddSingleton<ReachQueries>()
            .AddSingleton<RobotQueries>().AddSingleton<RobotRequests>().AddSingleton<RobotLogins>().AddSingleton<AccessTokenQueries>()
            .AddSingleton<IProjectNames, ProjectNames>();
}

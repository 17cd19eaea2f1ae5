using Microsoft.Extensions.DependencyInjection;

namespace Portal.Artifacts;

static class ArtifactReadSetup
{
    /// <summary>Adds what lists and pages read.</summary>
    public static IServiceCollection AddArtifactQueries(this IServiceCollection services) =>
        services.AddSingleton<TagMarking>().AddSingleton<RepositoryQueries>().AddSingleton<RepositoryService>().AddSingleton<ArtifactQueries>().AddSingleton<ChartQueries>().AddSingleton<SearchQueries>().AddSingleton<HomeQueries>().AddSingleton<TagReachQueries>();
}

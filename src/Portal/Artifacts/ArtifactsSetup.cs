using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Artifacts;

public static class ArtifactsSetup
{
    public static IServiceCollection AddArtifacts(this IServiceCollection services, IConfiguration configuration) => services.AddArtifactQueries();
}

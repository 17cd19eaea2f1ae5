using Portal.Artifacts;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Gateway.Steps;

/// <summary>Reads the repository's name; one that was used before is known without being checked again.</summary>
sealed class ParseName(RepositoryDirectory repositories) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (repositories.TryGetKnown(request.RawName, out var known))
        {
            (request.Name, request.Repository) = (known!.Name, known);
            return default;
        }
        if (!RepositoryName.TryParse(request.RawName.ToString(), out var name)) return new(GatewayErrors.Name);
        request.Name = name;
        return default;
    }
}

/// <summary>Finds the project; whether it exists is not said before the caller's rights are known.</summary>
sealed class FindProject(ProjectDirectory projects) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        if (request.Repository is { } repository)
        {
            request.Project = await projects.FindAsync(repository.ProjectId, request.Aborted);
            if (request.Project is not null) return null;
            request.Repository = null; // of a project that is gone; another may bear its name now
        }
        request.Project = await projects.FindAsync(request.Name.Project, request.Aborted);
        return null;
    }
}

/// <summary>Finds the repository's row, when there is one.</summary>
sealed class FindRepository(RepositoryDirectory repositories) : IGatewayStep
{
    public ValueTask<Error?> RunAsync(GatewayRequest request) => request.Repository is null ? new(FindAsync(request)) : default;

    async Task<Error?> FindAsync(GatewayRequest request)
    {
        request.Repository = await repositories.FindAsync(request.Project!, request.Name, request.Aborted);
        return null;
    }
}

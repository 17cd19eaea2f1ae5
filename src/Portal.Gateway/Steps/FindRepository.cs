using Portal.Access;
using Portal.Artifacts;
using Portal.Gateway.Tokens;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry;

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

/// <summary>Asks for the caller's rights now, and whether the token covers the action. A missing project and one out of sight give the same answer.</summary>
sealed class Authorise(IAccessPolicy policy) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var needed = request.Route.Action switch { OciAction.Pull => ScopeActions.Pull, OciAction.Push => ScopeActions.Push, _ => ScopeActions.Delete };
        var rights = request.Project is { } project ? await policy.RightsAsync(request.Caller, project.Target, request.Aborted) : PermissionSet.None;
        if (!TokenGrant.Of(rights).HasFlag(needed))
            return request.Caller.IsAnonymous ? GatewayErrors.SignIn
                : rights.Has(Permissions.ProjectRead) ? OciErrors.Denied.Because($"You may not {Verb(needed)} in the project {request.Name.Project}. Ask its admin for the right.")
                : GatewayErrors.NoProject(request.Name.Project);
        return request.Token is { } token && !token.Allows(request.Name.Text, request.Project!.Id, needed) ? GatewayErrors.NewToken : null;
    }

    static string Verb(ScopeActions action) => action switch { ScopeActions.Pull => "pull", ScopeActions.Push => "push", _ => "delete" };
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

using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Gateway.Tokens;
using Portal.Kernel;
using Portal.Registry;
using Portal.Registry.Manifests;

namespace Portal.Gateway.Steps;

/// <summary>
/// Asks for the caller's rights on the repository now, or on some of its tags, and whether the token covers the action. A missing project and one out of sight
/// give the same answer; so do a missing repository and one that the caller's patterns do not match. The question whether a blob is there (HEAD) is never
/// answered by "you may not", because such an answer has no body: clients ask it before a push and would end with a bare 403, where after "not there" they begin
/// the upload and show the sentence that refuses it.
/// </summary>
sealed class Authorise(IAccessPolicy policy, RefusalWords words) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var needed = request.Route.Action switch { OciAction.Pull => ScopeActions.Pull, OciAction.Push => ScopeActions.Push, _ => ScopeActions.Delete };
        if (request.Project is not { } project) return request.Caller.IsAnonymous ? GatewayErrors.SignIn : GatewayErrors.NoProject(request.Name.Project);
        var target = project.TargetOf(request.Name.Path);
        var rights = await policy.RightsAsync(request.Caller, target, request.Aborted);
        if (TokenGrant.Of(rights).HasFlag(needed)) request.Reach = TagScope.All;
        else
        {
            request.Reach = await TokenGrant.ReachAsync(policy, request.Caller, needed, target, request.Aborted);
            if (!request.Reach.Some)
                return request.Caller.IsAnonymous ? GatewayErrors.SignIn
                    : !rights.Has(Permissions.ProjectRead) ? GatewayErrors.NoProject(request.Name.Project)
                    : request.Route.Resource == OciResource.Blob && HttpMethods.IsHead(request.Http.Request.Method) ? GatewayErrors.NoBlob
                    : await words.OnRepositoryAsync(request, needed);
        }
        return request.Token is { } token && !token.Allows(request.Name.Text, project.Id, needed) ? GatewayErrors.NewToken : null;
    }
}

/// <summary>Where rights are on some tags only: lets a push pass for a tag that matches, and for what has no tag yet, such as the platforms of an index.</summary>
sealed class AuthoriseTag(RefusalWords words, TagReachQueries reach) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var reference = request.Reference;
        if (request.Reach.Every || reference.IsDigest || request.Reach.Contains(reference.Tag.Text)) return null;
        // a signature by cosign's tag goes with the image that it is about
        if (ArtifactKinds.TagScheme(reference.Tag.Text)?.Subject is { } subject && request.Repository is { } repository && await reach.HoldsAsync(repository.Id, subject, request.Reach, request.Aborted)) return null;
        return words.OnTag(request, ScopeActions.Push);
    }
}

/// <summary>Where rights are on some tags only: what they do not reach is not there.</summary>
sealed class ReachManifest(TagReachQueries reach) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request) =>
        request.Reach.Every || await reach.HoldsAsync(request.Repository!.Id, request.Reference, request.Reach, request.Aborted) ? null : GatewayErrors.NoManifest(request.Name, request.Reference);
}

/// <summary>The same for a blob: it is there for who may read an artifact that names it.</summary>
sealed class ReachBlob(TagReachQueries reach) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request) =>
        request.Reach.Every || await reach.HoldsBlobAsync(request.Repository!.Id, request.Reference.Digest, request.Reach, request.Aborted) ? null : GatewayErrors.NoBlob;
}

/// <summary>Says what is missing, and where the caller has the right instead.</summary>
sealed class RefusalWords(IAccessPolicy policy)
{
    public async Task<Error> OnRepositoryAsync(GatewayRequest request, ScopeActions needed)
    {
        var places = await policy.PlacesAsync(request.Caller, TokenGrant.RightOf(needed), request.Project!.Target, request.Aborted);
        var elsewhere = places.Count == 0 ? "" : $" In this project you may {Verb(needed)} {(needed == ScopeActions.Push ? "to " : "")}{string.Join(", ", places)}.";
        return OciErrors.Denied.Because($"You may not {Verb(needed)} {(needed == ScopeActions.Push ? "to " : "")}{(places.Count == 0 ? $"the project {request.Name.Project}" : request.Name)}.{elsewhere} Ask a project admin for the right.");
    }

    public Error OnTag(GatewayRequest request, ScopeActions needed) => OciErrors.Denied.Because(
        $"You may not {Verb(needed)} the tag {request.Reference} of {request.Name}. Here you may {Verb(needed)} {string.Join(", ", request.Reach.Patterns.Select(p => p.Text).Distinct())}. Ask a project admin for the right.");

    static string Verb(ScopeActions action) => action switch { ScopeActions.Pull => "pull", ScopeActions.Push => "push", _ => "delete" };
}

using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Copying and deleting artifacts, setting and deleting tags on the Harbor v2.0 API.</summary>
static class ArtifactChangeEndpoints
{
    const string Tag = "artifact";

    public static void MapArtifactChanges(this IEndpointRouteBuilder repository)
    {
        repository.MapPost("", CopyAsync).Describe("CopyArtifact", Tag, "Copy an artifact of another repository here, with its children and what is attached to it", 400, 404, 412, 422).Answers(201);
        repository.MapDelete("/{reference}", DeleteAsync).Describe("deleteArtifact", Tag, "Move an artifact with all its tags to the trash", 404, 412).Answers();
        repository.MapPost("/{reference}/tags", CreateTagAsync).Describe("createTag", Tag, "Set a tag on an artifact", 400, 404, 409, 412).Answers(201);
        repository.MapDelete("/{reference}/tags/{tag_name}", DeleteTagAsync).Describe("deleteTag", Tag, "Take a tag off an artifact", 404, 412).Answers();
    }

    static async Task<IResult> CopyAsync(HttpContext http, ProjectQueries projects, ArtifactCopier copier, string project_name, string repository_name,
        [FromQuery, Description("What to copy: project/repository:tag, or project/repository@digest.")] string from, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.ArtifactCreate, cancellation);
        if (!name.Ok) return name.Error.Reply();
        if (!TryReadSource(from, out var source, out var wanted)) return ArtifactErrors.CopySource.Reply();
        var copied = await copier.CopyAsync(http.Caller(), source, wanted, name.Value, null, cancellation);
        return copied.Ok ? ResultReplies.Created($"/api/v2.0/projects/{name.Value.Project}/repositories/{PathNames.Encode(name.Value.Path)}/artifacts/{copied.Value.Digest}") : copied.Error.Reply();
    }

    static bool TryReadSource(string text, out RepositoryName repository, out Reference reference)
    {
        // a digest has a colon of its own, so the at sign is looked for first
        var at = text.IndexOf('@', StringComparison.Ordinal) is >= 0 and var sign ? sign : text.LastIndexOf(':');
        (repository, reference) = (default, default);
        return at > 0 && RepositoryName.TryParse(text[..at], out repository) && Reference.TryParse(text[(at + 1)..], out reference) && reference.IsDigest == (text[at] == '@');
    }

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, ArtifactDeleter deleter, string project_name, string repository_name, string reference, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.ArtifactDelete, cancellation);
        if (!name.Ok) return name.Error.Reply();
        if (!Reference.TryParse(reference, out var wanted)) return ArtifactErrors.ArtifactNotFound.Reply();
        var done = await deleter.DeleteArtifactAsync(http.Caller(), name.Value, wanted, cancellation);
        return done.Ok ? Results.Ok() : done.Error.Reply();
    }

    static async Task<IResult> CreateTagAsync(HttpContext http, ProjectQueries projects, TagService tags, string project_name, string repository_name, string reference, NewTagReq body, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.TagCreate, cancellation);
        if (!name.Ok) return name.Error.Reply();
        if (!Reference.TryParse(reference, out var source)) return ArtifactErrors.ArtifactNotFound.Reply();
        var set = await tags.SetAsync(http.Caller(), name.Value, source, body.Name, move: false, cancellation);
        return set.Ok ? ResultReplies.Created($"/api/v2.0/projects/{name.Value.Project}/repositories/{PathNames.Encode(name.Value.Path)}/artifacts/{reference}/tags/{body.Name}") : set.Error.Reply();
    }

    static async Task<IResult> DeleteTagAsync(HttpContext http, ProjectQueries projects, ArtifactQueries artifacts, ArtifactDeleter deleter, string project_name, string repository_name, string reference,
        string tag_name, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.TagDelete, cancellation);
        if (!name.Ok) return name.Error.Reply();
        // The tag has to be one of the artifact that the path names.
        var found = await artifacts.TagsAsync(http.Caller(), name.Value.Project, name.Value.Path, reference, new(0, 1), [new Condition("name", ConditionKind.Equal, [tag_name])], cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (found.Value.Items.Count == 0 || !TagName.TryParse(tag_name, out var tag)) return ArtifactErrors.TagNotFound.Reply();
        var done = await deleter.DeleteTagAsync(http.Caller(), name.Value, tag, cancellation);
        return done.Ok ? Results.Ok() : done.Error.Reply();
    }

    /// <summary>The full name of a repository in a path, for a caller with a right there, be it on some tags only; whoever changes something asks again, exactly.</summary>
    public static async Task<Result<RepositoryName>> RepositoryNameAsync(this ProjectQueries projects, Caller caller, string project, string repository, Permission needed, CancellationToken cancellation)
    {
        var path = PathNames.Repository(repository);
        var place = await projects.ResolveAsync(caller, project, path, needed, cancellation);
        if (!place.Ok) return place.Error;
        return RepositoryName.TryCreate(place.Value.Project.Name, path, out var name) ? name : ArtifactErrors.RepositoryNotFound;
    }
}

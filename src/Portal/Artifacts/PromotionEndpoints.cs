using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Where a copy goes.</summary>
public sealed class CopyReqJson
{
    /// <summary>The repository with its project: <c>release/api</c>. It need not exist yet.</summary>
    public string? To { get; init; }

    /// <summary>The tags that the copy gets: all that it has when left out, none when empty.</summary>
    public IReadOnlyList<string>? Tags { get; init; }
}

/// <summary>What a copy put into its target.</summary>
public sealed class CopyJson
{
    public string Digest { get; init; } = "";

    /// <summary>How many manifests: itself, its platforms, and what is attached to any of them.</summary>
    public int Artifacts { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>What a tag is to name again.</summary>
public sealed class RevertReqJson
{
    public string? Digest { get; init; }
}

/// <summary>Copying with a choice of tags, and taking a tag back to what it named, on <c>/api/portal</c>.</summary>
public static class PromotionEndpoints
{
    const string Tag = "artifact";

    public static void MapPromotion(this IEndpointRouteBuilder api)
    {
        var repository = api.MapProject("/projects/{project_name}/repositories/{repository_name}");
        repository.MapPost("/artifacts/{reference}/copy", CopyAsync).Describe("promoteArtifact", Tag, "Copy an artifact to another repository or project, with its platforms and what is attached to it", 400, 404, 412).Answers<CopyJson>();
        repository.MapPost("/tags/{tag_name}/revert", RevertAsync).Describe("revertTag", Tag, "Move a tag back to something it named before", 400, 404, 412).Answers();
    }

    static async Task<IResult> CopyAsync(HttpContext http, ProjectQueries projects, ArtifactCopier copier, string project_name, string repository_name, string reference, CopyReqJson body, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.ArtifactRead, cancellation);
        if (!name.Ok) return name.Error.Reply();
        if (!Reference.TryParse(reference, out var wanted)) return ArtifactErrors.ArtifactNotFound.Reply();
        if (!RepositoryName.TryParse(body.To, out var target)) return Error.Invalid("to", "to is a project and a repository: release/api").Reply();
        var tags = body.Tags is null ? null : new List<TagName>();
        foreach (var text in body.Tags ?? [])
        {
            if (!TagName.TryParse(text, out var tag)) return (ArtifactErrors.TagName with { Field = "tags" }).Reply();
            tags!.Add(tag);
        }
        var copied = await copier.CopyAsync(http.Caller(), name.Value, wanted, target, tags, cancellation);
        return copied.Reply(c => new CopyJson { Digest = c.Digest.Text, Artifacts = c.Artifacts, Tags = c.Tags });
    }

    static async Task<IResult> RevertAsync(HttpContext http, ProjectQueries projects, TagService tags, string project_name, string repository_name, string tag_name, RevertReqJson body, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.TagCreate, cancellation);
        if (!name.Ok) return name.Error.Reply();
        if (!Digest.TryParse(body.Digest, out var digest)) return Error.Invalid("digest", "digest is sha256: and 64 hexadecimal digits.").Reply();
        return (await tags.RevertAsync(http.Caller(), name.Value, tag_name, digest, cancellation)).Reply();
    }
}

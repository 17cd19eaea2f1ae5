using System.ComponentModel;
using System.Text;
using System.Text.Json.Nodes;
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

/// <summary>Artifacts and their tags on the Harbor v2.0 API.</summary>
public static class ArtifactEndpoints
{
    const string Tag = "artifact";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["push_time"] = "pushed", ["pull_time"] = "pulled", ["size"] = "size", ["pull_count"] = "pulls" };
    static readonly Dictionary<string, string> TagSorts = new(StringComparer.Ordinal) { ["name"] = "name", ["push_time"] = "pushed" };
    static readonly Dictionary<string, string> NoSorts = [];

    public static void MapArtifacts(this IEndpointRouteBuilder api)
    {
        var project = api.MapProject("/projects/{project_name_or_id}");
        project.MapGet("/artifacts", ListOfProjectAsync).Describe("listArtifactsOfProject", "project", "List the artifacts of all repositories of a project", 400, 404, 422).Answers<ArtifactJson[]>();
        var repository = api.MapProject("/projects/{project_name}/repositories/{repository_name}/artifacts");
        repository.MapGet("", ListAsync).Describe("listArtifacts", Tag, "List the artifacts of a repository", 400, 404, 422).Answers<ArtifactJson[]>();
        repository.MapGet("/{reference}", GetAsync).Describe("getArtifact", Tag, "One artifact by tag or digest", 404).Answers<ArtifactJson>();
        repository.MapGet("/{reference}/tags", TagsAsync).Describe("listTags", Tag, "The tags of an artifact", 400, 404, 422).Answers<TagJson[]>();
        repository.MapArtifactChanges();
        repository.MapGet("/{reference}/accessories", AccessoriesAsync).Describe("listAccessories", Tag, "What is attached to an artifact", 404, 422).Answers<AccessoryJson[]>();
        repository.MapGet("/{reference}/additions/{addition}", AdditionAsync).Describe("getAddition", Tag, "The build history of an image; the values, readme and dependencies of a chart", 404, 413, 422).Answers<JsonArray>();
    }

    static async Task<IResult> ListOfProjectAsync(HttpContext http, ProjectQueries projects, ArtifactQueries artifacts, [AsParameters] ProjectPath path, [AsParameters] ListQuery list,
        [AsParameters] ArtifactParts parts, [FromQuery(Name = "latest_in_repository"), Description("Only the newest of each repository; q then names one media_type or artifact_type.")] bool? latest, CancellationToken cancellation)
    {
        // roles on a pattern show the project and the list of what matches
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ArtifactList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var asked = Asked(list);
        if (!asked.Ok) return asked.Error.Reply();
        var (request, filter) = asked.Value;
        if (latest == true && filter.ConfigType is null) return Error.Invalid("q", "latest_in_repository needs exactly one of media_type and artifact_type in the query string, with =").Reply();
        filter = filter with { Latest = latest == true };
        return await AnswerAsync(http, artifacts, request, parts, await artifacts.ListOfProjectAsync(http.Caller(), entry.Value, request.Page, filter, request.Where, cancellation), cancellation);
    }

    static async Task<IResult> ListAsync(HttpContext http, ArtifactQueries artifacts, string project_name, string repository_name, [AsParameters] ListQuery list, [AsParameters] ArtifactParts parts,
        CancellationToken cancellation)
    {
        var asked = Asked(list);
        if (!asked.Ok) return asked.Error.Reply();
        var (request, filter) = asked.Value;
        var page = await artifacts.ListAsync(http.Caller(), project_name, PathNames.Repository(repository_name), request.Page, filter, request.Where, cancellation);
        return await AnswerAsync(http, artifacts, request, parts, page, cancellation);
    }

    static async Task<IResult> GetAsync(HttpContext http, ArtifactQueries artifacts, string project_name, string repository_name, string reference, [AsParameters] ArtifactParts parts, CancellationToken cancellation) =>
        (await artifacts.DetailAsync(http.Caller(), project_name, PathNames.Repository(repository_name), reference, cancellation))
            .Reply(detail => ArtifactJson.From(detail.Artifact, parts.Tags ?? true, parts.Accessories == true ? detail.Accessories : null, detail.Config));

    static async Task<IResult> TagsAsync(HttpContext http, ArtifactQueries artifacts, string project_name, string repository_name, string reference, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(TagSorts);
        if (!request.Ok) return request.Error.Reply();
        var (caller, repository) = (http.Caller(), PathNames.Repository(repository_name));
        var artifact = await artifacts.FindAsync(caller, project_name, repository, reference, cancellation, Permissions.TagList);
        if (!artifact.Ok) return artifact.Error.Reply();
        var page = await artifacts.TagsAsync(caller, project_name, repository, reference, request.Value.Page, request.Value.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, t => TagJson.From(artifact.Value, t)) : page.Error.Reply();
    }

    static async Task<IResult> AccessoriesAsync(HttpContext http, ArtifactQueries artifacts, string project_name, string repository_name, string reference, [AsParameters] ListQuery list,
        CancellationToken cancellation)
    {
        var request = list.Read(NoSorts);
        if (!request.Ok) return request.Error.Reply();
        var (caller, repository) = (http.Caller(), PathNames.Repository(repository_name));
        var artifact = await artifacts.FindAsync(caller, project_name, repository, reference, cancellation, Permissions.AccessoryList);
        if (!artifact.Ok) return artifact.Error.Reply();
        // At most a hundred hang on one artifact, so this list is cut here.
        var all = await artifacts.AccessoriesAsync(caller, project_name, repository, reference, cancellation);
        if (!all.Ok) return all.Error.Reply();
        var page = new Page<AccessoryRow>([.. all.Value.Skip(request.Value.Page.Skip).Take(request.Value.Page.Take)], all.Value.Count);
        return http.List(request.Value, page, a => AccessoryJson.From(artifact.Value, a));
    }

    static async Task<IResult> AdditionAsync(HttpContext http, ArtifactQueries artifacts, ChartQueries charts, string project_name, string repository_name, string reference, string addition, CancellationToken cancellation)
    {
        var found = await artifacts.ConfigAsync(http.Caller(), project_name, PathNames.Repository(repository_name), reference, cancellation);
        if (!found.Ok) return found.Error.Reply();
        var (artifact, config) = found.Value;
        if (!ArtifactWire.AdditionsOf(artifact.Kind).Contains(addition)) return ArtifactErrors.AdditionNotFound.Reply();
        if (addition is ArtifactWire.Readme or ArtifactWire.Values)
        {
            var file = await charts.FileAsync(http.Caller(), project_name, PathNames.Repository(repository_name), artifact.Digest, addition, cancellation);
            // never a type that a browser would run
            return file.Ok ? Results.Text(file.Value, addition == ArtifactWire.Readme ? "text/markdown" : "text/plain", Encoding.UTF8) : file.Error.Reply();
        }
        return config is null ? ArtifactErrors.AdditionNotFound.Reply() : Results.Ok(JsonNode.Parse(config)?[addition == ArtifactWire.BuildHistory ? "history" : "dependencies"] as JsonArray ?? []);
    }

    static async Task<IResult> AnswerAsync(HttpContext http, ArtifactQueries artifacts, ListRequest request, ArtifactParts parts, Result<Page<ArtifactRow>> page, CancellationToken cancellation)
    {
        if (!page.Ok) return page.Error.Reply();
        var accessories = parts.Accessories == true ? await artifacts.AccessoriesOfAsync(page.Value.Items, cancellation) : null;
        return http.List(request, page.Value, row => ArtifactJson.From(row, parts.Tags ?? true, accessories?[row.Id]));
    }

    // tags, base and type mean more than a column.
    static Result<(ListRequest Request, ArtifactListFilter Filter)> Asked(ListQuery list)
    {
        var asked = list.Read(Sorts, "-pushed");
        if (!asked.Ok) return asked.Error;
        var (tags, request) = asked.Value.Take("tags");
        (var children, request) = request.Take("base");
        (var type, request) = request.Take("type");
        // On the wire both carry the same value, for a plain image one that is not stored.
        var types = request.Where.Where(c => c is { Field: "media_type" or "artifact_type", Kind: ConditionKind.Equal }).ToList();
        if (types.Count == 1) request = request with { Where = [.. request.Where.Except(types)] };
        var filter = new ArtifactListFilter(WithChildren: children is { Value: "*" }, Kinds: type is null ? null : [.. type.Values.SelectMany(ArtifactWire.Kinds)], ConfigType: types.Count == 1 ? types[0].Value : null);
        switch (tags)
        {
            case null: break;
            case { Kind: ConditionKind.Equal, Value: "*" }: filter = filter with { Tagged = true }; break;
            case { Kind: ConditionKind.Equal, Value: "nil" }: filter = filter with { Tagged = false }; break;
            case { Kind: ConditionKind.Equal }: filter = filter with { Tag = tags.Value }; break;
            case { Kind: ConditionKind.Contains }: filter = filter with { TagContains = tags.Value }; break;
            default: return Error.Invalid("q", "tags in the query string is *, nil, a tag, or ~ and a part of one");
        }
        return (request, filter);
    }
}

/// <summary>Which parts of an artifact a client wants.</summary>
public sealed class ArtifactParts
{
    [FromQuery(Name = "with_tag")] public bool? Tags { get; init; }
    [FromQuery(Name = "with_accessory")] public bool? Accessories { get; init; }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A project's metadata key by key.</summary>
static class ProjectMetadataEndpoints
{
    const string Tag = "projectMetadata";

    public static void MapProjectMetadata(this IEndpointRouteBuilder project)
    {
        project.MapGet("/metadatas", ListAsync).Describe("listProjectMetadatas", Tag, "All metadata as a flat map", 404).Answers<Dictionary<string, string>>();
        project.MapPost("/metadatas", AddAsync).Describe("addProjectMetadatas", Tag, "Add exactly one key", 400, 404, 409).Answers();
        project.MapGet("/metadatas/{meta_name}", GetAsync).Describe("getProjectMetadata", Tag, "One key", 404).Answers<Dictionary<string, string>>();
        project.MapPut("/metadatas/{meta_name}", UpdateAsync).Describe("updateProjectMetadata", Tag, "Change one key", 400, 404).Answers();
        project.MapDelete("/metadatas/{meta_name}", DeleteAsync).Describe("deleteProjectMetadata", Tag, "Put one key back to its default", 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, [AsParameters] ProjectPath path, CancellationToken cancellation) =>
        (await ReadAsync(http, projects, path, Permissions.MetadataList, cancellation)).Reply(found => found.Map);

    static async Task<IResult> GetAsync(HttpContext http, ProjectQueries projects, [AsParameters] ProjectPath path, string meta_name, CancellationToken cancellation)
    {
        var found = await ReadAsync(http, projects, path, Permissions.MetadataRead, cancellation);
        if (!found.Ok) return found.Error.Reply();
        return found.Value.Map.TryGetValue(meta_name, out var value) ? Results.Ok(new Dictionary<string, string> { [meta_name] = value }) : Missing.Reply();
    }

    static async Task<IResult> AddAsync(HttpContext http, ProjectQueries projects, ProjectService service, [AsParameters] ProjectPath path, Dictionary<string, string?> body, CancellationToken cancellation)
    {
        var found = await ReadAsync(http, projects, path, Permissions.MetadataCreate, cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (body.Count != 1) return OneKey.Reply();
        var key = body.Keys.Single();
        var settings = ProjectMetadata.Read(body);
        if (!settings.Ok) return settings.Error.Reply();
        if (found.Value.Map.ContainsKey(key)) return new Error("CONFLICT", $"metadata {key} is there already", ErrorKind.Conflict).Reply();
        return (await service.UpdateAsync(http.Caller(), found.Value.Project.Id, settings.Value, cancellation)).Reply();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, ProjectQueries projects, ProjectService service, [AsParameters] ProjectPath path, string meta_name, Dictionary<string, string?> body,
        CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MetadataUpdate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        if (body.Count != 1 || !body.ContainsKey(meta_name)) return OneKey.Reply();
        var settings = ProjectMetadata.Read(body);
        return settings.Ok ? (await service.UpdateAsync(http.Caller(), entry.Value.Id, settings.Value, cancellation)).Reply() : settings.Error.Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, ProjectService service, [AsParameters] ProjectPath path, string meta_name, CancellationToken cancellation)
    {
        var found = await ReadAsync(http, projects, path, Permissions.MetadataDelete, cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (!found.Value.Map.ContainsKey(meta_name) || ProjectMetadata.Default(meta_name) is not { } settings) return Missing.Reply();
        return (await service.UpdateAsync(http.Caller(), found.Value.Project.Id, settings, cancellation)).Reply();
    }

    static Error Missing => Error.NotFound("The metadata");

    static Error OneKey => Error.Invalid("metadata", "the body holds exactly one key, the one that the path names");

    static async Task<Result<(ProjectEntry Project, IReadOnlyDictionary<string, string> Map)>> ReadAsync(HttpContext http, ProjectQueries projects, ProjectPath path, Permission needed, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, needed, cancellation);
        if (!entry.Ok) return entry.Error;
        return (await projects.FindAsync(http.Caller(), entry.Value, cancellation)).Map(row => (entry.Value, ProjectMetadata.Of(row)));
    }
}

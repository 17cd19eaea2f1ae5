using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary><c>/projects</c> of the Harbor v2.0 API.</summary>
public static class ProjectEndpoints
{
    const string Tag = "project";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["name"] = "name", ["creation_time"] = "created", ["update_time"] = "updated" };

    public static void MapProjects(this IEndpointRouteBuilder api)
    {
        api.MapGet("/projects", ListAsync).Describe("listProjects", Tag, "List the projects the caller may see", 400, 422).Answers<ProjectJson[]>();
        api.MapMethods("/projects", ["HEAD"], ExistsAsync).Describe("headProject", Tag, "Whether a project of this name is there for the caller", 400, 404).Answers();
        api.MapPost("/projects", CreateAsync).Describe("createProject", Tag, "Create a project", 400, 409).Answers(201);
        var one = api.MapProject("/projects/{project_name_or_id}");
        one.MapGet("", GetAsync).Describe("getProject", Tag, "One project", 404).Answers<ProjectJson>();
        one.MapPut("", UpdateAsync).Describe("updateProject", Tag, "Change a project's settings; only what is sent", 400, 404).Answers();
        one.MapDelete("", DeleteAsync).Describe("deleteProject", Tag, "Delete an empty project", 404, 412).Answers();
        one.MapGet("/_deletable", DeletableAsync).Describe("getProjectDeletable", Tag, "Whether the project can be deleted, and why not", 404).Answers<ProjectDeletableJson>();
        one.MapGet("/summary", SummaryAsync).Describe("getProjectSummary", Tag, "Counts of repositories and members, and the space used", 404).Answers<ProjectSummaryJson>();
        one.MapProjectMetadata();
        one.MapMembers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, [AsParameters] ListQuery list, [FromQuery] string? name, [FromQuery] bool? @public, [FromQuery] string? owner,
        [FromQuery, Description("false leaves out counts and roles.")] bool? with_detail, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts, "name");
        if (!asked.Ok) return asked.Error.Reply();
        var (ownerCondition, request) = asked.Value.Take("owner");
        var page = await projects.ListAsync(http.Caller(), request.Page with { Filter = name }, new(@public, Owner: ownerCondition?.Value ?? owner), request.Where, cancellation);
        return page.Ok ? http.List(request, page.Value, row => ProjectJson.From(row, with_detail ?? true)) : page.Error.Reply();
    }

    static async Task<IResult> ExistsAsync(HttpContext http, ProjectQueries projects, [FromQuery] string project_name, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var found = await projects.ResolveAsync(http.Caller(), project_name, Permissions.ProjectRead, cancellation);
        return found.Ok ? Results.Ok() : found.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, ProjectService service, ProjectReq body, [FromHeader(Name = "X-Resource-Name-In-Location")] bool? byName, CancellationToken cancellation)
    {
        var settings = Settings(body);
        if (!settings.Ok) return http.Caller().IsAnonymous ? AccessErrors.SignInNeeded.Reply() : settings.Error.Reply();
        var made = await service.CreateAsync(http.Caller(), body.ProjectName, settings.Value, body.StorageLimit, cancellation);
        return made.Ok ? ResultReplies.Created("/api/v2.0/projects/" + (byName == true ? made.Value.Name : made.Value.Id.ToString(CultureInfo.InvariantCulture))) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, ProjectQueries projects, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        return entry.Ok ? (await projects.FindAsync(http.Caller(), entry.Value, cancellation)).Reply(ProjectJson.From) : entry.Error.Reply();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, ProjectQueries projects, ProjectService service, [AsParameters] ProjectPath path, ProjectReq body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectUpdate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var settings = Settings(body);
        return settings.Ok ? (await service.UpdateAsync(http.Caller(), entry.Value.Id, settings.Value, cancellation)).Reply() : settings.Error.Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, ProjectDeleter deleter, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectDelete, cancellation);
        return entry.Ok ? (await deleter.DeleteAsync(http.Caller(), entry.Value.Id, cancellation)).Reply() : entry.Error.Reply();
    }

    static async Task<IResult> DeletableAsync(HttpContext http, ProjectQueries projects, ProjectDeleter deleter, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectDelete, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var possible = await deleter.CheckAsync(entry.Value, cancellation);
        return Results.Ok(new ProjectDeletableJson { Deletable = possible.Ok, Message = possible.Error?.Message ?? "" });
    }

    static async Task<IResult> SummaryAsync(HttpContext http, ProjectQueries projects, IAccessPolicy policy, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var caller = http.Caller();
        var entry = await projects.ResolveAsync(caller, path, Permissions.ProjectRead, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var rights = await policy.RightsAsync(caller, entry.Value.Target, cancellation);
        var members = rights.Has(Permissions.MemberList) ? (await projects.CountMembersAsync(entry.Value.Id, cancellation)).ToDictionary(m => m.Role, m => m.Count) : [];
        return (await projects.FindAsync(caller, entry.Value, cancellation)).Reply(row => new ProjectSummaryJson
        {
            RepoCount = row.RepositoryCount,
            ProjectAdminCount = members.GetValueOrDefault(BuiltInRoles.ProjectAdmin.Name),
            MaintainerCount = members.GetValueOrDefault(BuiltInRoles.Maintainer.Name),
            DeveloperCount = members.GetValueOrDefault(BuiltInRoles.Developer.Name),
            GuestCount = members.GetValueOrDefault(BuiltInRoles.Guest.Name),
            LimitedGuestCount = members.GetValueOrDefault(BuiltInRoles.LimitedGuest.Name),
            Quota = rights.Has(Permissions.QuotaRead) ? new() { Hard = new Dictionary<string, long> { ["storage"] = row.StorageLimit }, Used = new Dictionary<string, long> { ["storage"] = row.UniqueBytes } } : null,
        });
    }

    static Result<ProjectSettings> Settings(ProjectReq body)
    {
        if (body.RegistryId is > 0) return Error.Invalid("registry_id", "registry_id cannot be set: this server has no proxy projects");
        return ProjectMetadata.Read(body.Metadata).Map(s => s with { Public = s.Public ?? body.Public, Description = body.Description });
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Repositories, search and statistics of the Harbor v2.0 API.</summary>
public static class RepositoryEndpoints
{
    const string Tag = "repository";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal)
    {
        ["name"] = "name",
        ["creation_time"] = "created",
        ["update_time"] = "updated",
        ["pull_count"] = "pulls",
        ["artifact_count"] = "artifacts",
    };

    public static void MapRepositories(this IEndpointRouteBuilder api)
    {
        api.MapGet("/search", SearchAsync).Describe("search", "search", "Find projects and repositories by a part of their name", 422).Answers<SearchJson>();
        api.MapGet("/statistics", StatisticsAsync).Describe("getStatistic", "statistic", "Counts of projects and repositories; for administrators of all, with the space they take").Answers<StatisticJson>();
        api.MapGet("/repositories", ListAllAsync).Describe("listAllRepositories", Tag, "List the repositories the caller may see", 400, 422).Answers<RepositoryJson[]>();
        var project = api.MapProject("/projects/{project_name}/repositories");
        project.MapGet("", ListAsync).Describe("listRepositories", Tag, "List the repositories of a project", 400, 404, 422).Answers<RepositoryJson[]>();
        project.MapGet("/{repository_name}", GetAsync).Describe("getRepository", Tag, "One repository", 404).Answers<RepositoryJson>();
        project.MapPut("/{repository_name}", UpdateAsync).Describe("updateRepository", Tag, "Set the description", 400, 404).Answers();
        project.MapDelete("/{repository_name}", DeleteAsync).Describe("deleteRepository", Tag, "Move the repository and all its artifacts to the trash", 404, 412).Answers();
    }

    static async Task<IResult> SearchAsync(HttpContext http, ProjectQueries projects, RepositoryQueries repositories, [FromQuery] string q, CancellationToken cancellation)
    {
        if (q.Length > SearchQueries.MaxLength) return Error.Invalid("q", $"q has at most {SearchQueries.MaxLength} characters").Reply();
        var page = new PageRequest(0, PageRequest.MaxTake, "name", q);
        return Results.Ok(new SearchJson
        {
            Project = [.. (await projects.ListAsync(http.Caller(), page, new(), cancellation)).Items.Select(ProjectJson.From)],
            Repository = [.. (await repositories.ListAsync(http.Caller(), null, page, cancellation)).Items.Select(SearchRepositoryJson.From)],
        });
    }

    static async Task<IResult> StatisticsAsync(HttpContext http, ProjectQueries projects, RepositoryQueries repositories, IAccessPolicy policy, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var all = await policy.MayAsync(caller, Permissions.ProjectList, AccessTarget.System, cancellation);
        var project = await projects.CountAsync(caller, cancellation);
        var repository = await repositories.CountAsync(caller, cancellation);
        return Results.Ok(new StatisticJson
        {
            PrivateProjectCount = project.Own,
            PrivateRepoCount = repository.Own,
            PublicProjectCount = project.Public,
            PublicRepoCount = repository.Public,
            TotalProjectCount = all ? project.All : 0,
            TotalRepoCount = all ? repository.All : 0,
            TotalStorageConsumption = all ? repository.Bytes : 0,
        });
    }

    static async Task<IResult> ListAllAsync(HttpContext http, RepositoryQueries repositories, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "-created");
        if (!request.Ok) return request.Error.Reply();
        var page = await repositories.ListAsync(http.Caller(), null, request.Value.Page, request.Value.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, RepositoryJson.From) : page.Error.Reply();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, RepositoryQueries repositories, string project_name, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), project_name, Permissions.RepositoryList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var request = list.Read(Sorts, "-created");
        if (!request.Ok) return request.Error.Reply();
        var page = await repositories.ListAsync(http.Caller(), entry.Value.Id, request.Value.Page, request.Value.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, RepositoryJson.From) : page.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, RepositoryQueries repositories, string project_name, string repository_name, CancellationToken cancellation) =>
        (await repositories.FindAsync(http.Caller(), project_name, PathNames.Repository(repository_name), cancellation, Permissions.RepositoryRead)).Reply(RepositoryJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, RepositoryService service, string project_name, string repository_name, RepositoryReq body, CancellationToken cancellation) =>
        (await service.DescribeAsync(http.Caller(), project_name, PathNames.Repository(repository_name), body.Description ?? "", cancellation)).Reply();

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, ArtifactDeleter deleter, string project_name, string repository_name, CancellationToken cancellation)
    {
        var name = await projects.RepositoryNameAsync(http.Caller(), project_name, repository_name, Permissions.RepositoryDelete, cancellation);
        if (!name.Ok) return name.Error.Reply();
        var done = await deleter.DeleteRepositoryAsync(http.Caller(), name.Value, cancellation);
        return done.Ok ? Results.Ok() : done.Error.Reply();
    }
}

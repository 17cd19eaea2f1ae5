using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>Locks and content types of projects on <c>/api/portal</c>.</summary>
public static class ProtectionEndpoints
{
    const string Tag = "protection";
    static readonly Dictionary<string, string> NoSorts = [];

    public static void MapProtection(this IEndpointRouteBuilder api)
    {
        var project = api.MapProject("/projects/{project_name_or_id}");
        project.MapGet("/locks", ListAsync).Describe("listLocks", Tag, "The locks that hold in the project", 400, 404, 422).Answers<LockJson[]>();
        project.MapPost("/locks", LockAsync).Describe("createLock", Tag, "Lock the project, or a repository, tag or digest in it", 400, 404, 409, 412).Answers(201);
        project.MapDelete("/locks/{lock_id}", UnlockAsync).Describe("deleteLock", Tag, "Take a lock off", 404).Answers();
        project.MapGet("/content-types", TypesAsync).Describe("getContentTypes", Tag, "What may be pushed into the project", 404).Answers<ContentTypesJson>();
        project.MapPut("/content-types", ChangeTypesAsync).Describe("updateContentTypes", Tag, "Say what may be pushed; an empty list lets anything in", 400, 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, LockQueries locks, [AsParameters] ProjectPath path, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var request = list.Read(NoSorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await locks.ListAsync(http.Caller(), entry.Value, request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, LockJson.From) : page.Error.Reply();
    }

    static async Task<IResult> LockAsync(HttpContext http, ProjectQueries projects, LockService locks, [AsParameters] ProjectPath path, LockReqJson body, CancellationToken cancellation)
    {
        // the right is asked for on the thing itself, which may be wider than on the project
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var target = LockTarget.Read(entry.Value.Name, body.Repository, body.Tag, body.Digest);
        if (!target.Ok) return target.Error.Reply();
        var made = await locks.LockAsync(http.Caller(), entry.Value, target.Value, body.Reason, body.Until, cancellation);
        return made.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/portal/projects/{path.Text}/locks/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> UnlockAsync(HttpContext http, ProjectQueries projects, LockService locks, [AsParameters] ProjectPath path, int lock_id, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        return entry.Ok ? (await locks.UnlockAsync(http.Caller(), entry.Value, lock_id, cancellation)).Reply() : entry.Error.Reply();
    }

    static async Task<IResult> TypesAsync(HttpContext http, ProjectQueries projects, ContentService content, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        return entry.Ok ? (await content.FindAsync(http.Caller(), entry.Value, cancellation)).Reply(list => new ContentTypesJson { Allowed = list.Entries }) : entry.Error.Reply();
    }

    static async Task<IResult> ChangeTypesAsync(HttpContext http, ProjectQueries projects, ContentService content, [AsParameters] ProjectPath path, ContentTypesJson body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectUpdate, cancellation);
        return entry.Ok ? (await content.ChangeAsync(http.Caller(), entry.Value, body.Allowed, cancellation)).Reply() : entry.Error.Reply();
    }
}

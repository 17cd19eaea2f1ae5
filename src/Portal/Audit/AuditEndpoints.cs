using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Audit;

/// <summary>The audit log of the Harbor v2.0 API: of everything the caller may read about, and of one project. The older two addresses read the same rows.</summary>
public static class AuditEndpoints
{
    const string Tag = "auditlog";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["op_time"] = "op_time", ["id"] = "op_time" };

    public static void MapAudit(this IEndpointRouteBuilder api)
    {
        api.MapGet("/audit-logs", ListLegacyAsync).Describe("listAuditLogs", Tag, "The audit log in its older shape", 400, 422).Answers<AuditLogJson[]>();
        api.MapGet("/auditlog-exts", ListAsync).Describe("listAuditLogExts", Tag, "The audit log", 400, 422).Answers<AuditLogExtJson[]>();
        api.MapGet("/auditlog-exts/events", EventsAsync).Describe("listAuditLogEventTypes", Tag, "The kinds of event there are").Answers<AuditEventTypeJson[]>();
        var project = api.MapProject("/projects/{project_name_or_id}");
        project.MapGet("/logs", ProjectLegacyAsync).Describe("getLogs", "project", "A project's audit log in its older shape", 400, 404, 422).Answers<AuditLogJson[]>();
        project.MapGet("/auditlog-exts", ProjectAsync).Describe("getLogExts", "project", "A project's audit log", 400, 404, 422).Answers<AuditLogExtJson[]>();
    }

    static Task<IResult> ListLegacyAsync(HttpContext http, AuditQueries audit, IAccessPolicy policy, [AsParameters] ListQuery list, CancellationToken cancellation) =>
        OfSystemAsync(http, audit, policy, list, AuditLogJson.From, cancellation);

    static Task<IResult> ListAsync(HttpContext http, AuditQueries audit, IAccessPolicy policy, [AsParameters] ListQuery list, CancellationToken cancellation) =>
        OfSystemAsync(http, audit, policy, list, AuditLogExtJson.From, cancellation);

    static async Task<IResult> EventsAsync(HttpContext http, IAccessPolicy policy, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (!await policy.MayAsync(http.Caller(), Permissions.AuditLogList, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.AuditLogList).Reply();
        return Results.Ok(Events.Select(e => new AuditEventTypeJson { EventType = e }));
    }

    static Task<IResult> ProjectLegacyAsync(HttpContext http, AuditQueries audit, ProjectQueries projects, [AsParameters] ProjectPath path, [AsParameters] ListQuery list, CancellationToken cancellation) =>
        OfProjectAsync(http, audit, projects, path, list, AuditLogJson.From, cancellation);

    static Task<IResult> ProjectAsync(HttpContext http, AuditQueries audit, ProjectQueries projects, [AsParameters] ProjectPath path, [AsParameters] ListQuery list, CancellationToken cancellation) =>
        OfProjectAsync(http, audit, projects, path, list, AuditLogExtJson.From, cancellation);

    static async Task<IResult> OfSystemAsync<T>(HttpContext http, AuditQueries audit, IAccessPolicy policy, ListQuery list, Func<AuditEvent, T> wire, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        // Without the right on the system a caller reads of the projects whose log they may read, and of nothing else.
        if (await policy.MayAsync(caller, Permissions.AuditLogList, AccessTarget.System, cancellation)) return await AnswerAsync(http, audit, new(), null, list, wire, cancellation);
        var scope = await policy.ScopeAsync(caller, Permissions.LogList, cancellation);
        return await AnswerAsync(http, audit, new() { OfProjects = scope.Everywhere }, scope.Everywhere ? null : scope.Projects, list, wire, cancellation);
    }

    static async Task<IResult> OfProjectAsync<T>(HttpContext http, AuditQueries audit, ProjectQueries projects, ProjectPath path, ListQuery list, Func<AuditEvent, T> wire, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.LogList, cancellation);
        return entry.Ok ? await AnswerAsync(http, audit, new(entry.Value.Id), null, list, wire, cancellation) : entry.Error.Reply();
    }

    static async Task<IResult> AnswerAsync<T>(HttpContext http, AuditQueries audit, AuditFilter filter, IReadOnlyList<int>? projects, ListQuery list, Func<AuditEvent, T> wire, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "-op_time");
        if (!request.Ok) return request.Error.Reply();
        var page = await audit.PageAsync(filter, projects, request.Value.Page, request.Value.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, wire) : page.Error.Reply();
    }

    /// <summary>The combinations that are written.</summary>
    static IEnumerable<string> Events =>
    [
        "create_project", "update_project", "delete_project", "create_member", "update_member", "delete_member", "create_user", "update_user", "delete_user", "login_user", "logout_user",
        "create_artifact", "delete_artifact", "pull_artifact", "create_tag", "delete_tag", "update_repository", "delete_repository",
    ];
}

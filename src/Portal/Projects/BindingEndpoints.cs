using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary><c>/api/portal/bindings</c>: roles given to users, groups and robots on the system, in a project or on a pattern of it.</summary>
public static class BindingEndpoints
{
    const string Tag = "binding";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["subject"] = "name", ["role"] = "role", ["created_at"] = "since", ["until"] = "until" };
    static readonly Error UnknownKind = Error.Invalid("subjectKind", "subjectKind is user, group or robot.");

    public static void MapBindings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/bindings", ListAsync).Describe("listBindings", Tag, "Who has which role: everywhere, or in one project", 400, 404, 422).Answers<BindingJson[]>();
        api.MapPost("/bindings", GiveAsync).Describe("createBinding", Tag, "Give a role", 400, 404, 409).Answers(201);
        api.MapGet("/bindings/{binding_id}", GetAsync).Describe("getBinding", Tag, "One binding", 404).Answers<BindingJson>();
        api.MapPut("/bindings/{binding_id}", ChangeAsync).Describe("updateBinding", Tag, "Give another role or another end", 400, 404, 412).Answers();
        api.MapDelete("/bindings/{binding_id}", WithdrawAsync).Describe("deleteBinding", Tag, "Take a role back", 404, 412).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, BindingQueries bindings, [AsParameters] ListQuery list, [AsParameters] BindingsQuery query, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var request = list.Read(Sorts, "name");
        if (!request.Ok) return request.Error.Reply();
        SubjectKind? kind = null;
        if (query.SubjectKind is { Length: > 0 } text && (kind = Kind(text)) is null) return UnknownKind.Reply();
        var filter = new BindingFilter(kind, Empty(query.Role), false, Empty(query.Subject));
        if (Empty(query.Project) is not { } name)
        {
            var everywhere = await bindings.ListAsync(caller, request.Value.Page, cancellation, filter);
            return everywhere.Ok ? http.List(request.Value, everywhere.Value, BindingJson.From) : everywhere.Error.Reply();
        }
        var entry = await projects.ResolveAsync(caller, name, Permissions.MemberList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var page = await bindings.ListAsync(caller, entry.Value, request.Value.Page, cancellation, filter);
        return page.Ok ? http.List(request.Value, page.Value, BindingJson.From) : page.Error.Reply();
    }

    static async Task<IResult> GiveAsync(HttpContext http, ProjectQueries projects, BindingService service, BindingReqJson body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var place = BindingPlace.System;
        if (Empty(body.Project) is { } name)
        {
            var entry = await projects.ResolveAsync(caller, name, Permissions.MemberCreate, cancellation);
            if (!entry.Ok) return entry.Error.Reply();
            place = new(entry.Value.Target, entry.Value.Name);
        }
        place = place with { RepositoryPattern = body.RepositoryPattern ?? "", TagPattern = body.TagPattern ?? "" };
        var subject = new BindingSubject(Kind(body.SubjectKind ?? "") ?? SubjectKind.Anonymous, body.SubjectId, body.Subject ?? "");
        var made = await service.GiveAsync(caller, place, subject, body.Role ?? "", body.Until?.ToUniversalTime(), cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/bindings/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, BindingQueries bindings, int binding_id, CancellationToken cancellation) =>
        (await bindings.FindAsync(http.Caller(), binding_id, cancellation)).Reply(BindingJson.From);

    static Task<IResult> ChangeAsync(HttpContext http, ProjectQueries projects, BindingQueries bindings, BindingService service, int binding_id, BindingChangeJson body, CancellationToken cancellation) =>
        AtAsync(http, projects, bindings, binding_id, Permissions.MemberUpdate, place => body is { Until: not null, Forever: true }
            ? Task.FromResult<Result>(Error.Invalid("forever", "until and forever contradict each other."))
            : service.ChangeAsync(http.Caller(), place.Target, place.Name, binding_id, new(body.Role, body.Until?.ToUniversalTime(), body.Forever), cancellation), cancellation);

    static Task<IResult> WithdrawAsync(HttpContext http, ProjectQueries projects, BindingQueries bindings, BindingService service, int binding_id, CancellationToken cancellation) =>
        AtAsync(http, projects, bindings, binding_id, Permissions.MemberDelete, place => service.WithdrawAsync(http.Caller(), place.Target, place.Name, binding_id, cancellation), cancellation);

    // Who may not even read the binding gets the answer of a missing one; who may read it is told what they lack.
    static async Task<IResult> AtAsync(HttpContext http, ProjectQueries projects, BindingQueries bindings, int id, Permission needed, Func<BindingPlace, Task<Result>> change, CancellationToken cancellation)
    {
        var found = await bindings.FindAsync(http.Caller(), id, cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (found.Value.Project is not { } name) return (await change(BindingPlace.System)).Reply();
        var entry = await projects.ResolveAsync(http.Caller(), name, needed, cancellation);
        return entry.Ok ? (await change(new(entry.Value.Target, entry.Value.Name))).Reply() : entry.Error.Reply();
    }

    static SubjectKind? Kind(string text) => text switch { "user" => SubjectKind.User, "group" => SubjectKind.Group, "robot" => SubjectKind.Robot, _ => null };

    static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>What a list of bindings is narrowed to.</summary>
public sealed class BindingsQuery
{
    [FromQuery(Name = "project"), Description("The project's name; the whole system and every project when not given.")]
    public string? Project { get; init; }

    [FromQuery(Name = "subject"), Description("The exact name of a user, group or robot.")]
    public string? Subject { get; init; }

    [FromQuery(Name = "subjectKind"), Description("user, group or robot.")]
    public string? SubjectKind { get; init; }

    [FromQuery(Name = "role"), Description("The role's name.")]
    public string? Role { get; init; }
}

using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A project's members.</summary>
static class MemberEndpoints
{
    const string Tag = "member";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["entity_name"] = "name", ["role_id"] = "role", ["creation_time"] = "since" };

    public static void MapMembers(this IEndpointRouteBuilder project)
    {
        project.MapGet("/members", ListAsync).Describe("listProjectMembers", Tag, "List the members", 404, 422).Answers<MemberJson[]>();
        project.MapPost("/members", AddAsync).Describe("createProjectMember", Tag, "Add a user or a group with a role", 400, 404, 409).Answers(201);
        project.MapGet("/members/{mid}", GetAsync).Describe("getProjectMember", Tag, "One member", 404).Answers<MemberJson>();
        project.MapPut("/members/{mid}", ChangeAsync).Describe("updateProjectMember", Tag, "Give a member another role", 400, 404).Answers();
        project.MapDelete("/members/{mid}", RemoveAsync).Describe("deleteProjectMember", Tag, "Take a member out of the project", 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, MemberService members, [AsParameters] ProjectPath path, [AsParameters] ListQuery list,
        [FromQuery, Description("The exact name of a member.")] string? entityname, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MemberList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var request = list.Read(Sorts, "name");
        if (!request.Ok) return request.Error.Reply();
        var page = await members.ListAsync(http.Caller(), entry.Value.Target, request.Value.Page, cancellation, OfProject with { ExactName = string.IsNullOrEmpty(entityname) ? null : entityname });
        return page.Ok ? http.List(request.Value, page.Value, MemberJson.From) : page.Error.Reply();
    }

    static async Task<IResult> AddAsync(HttpContext http, ProjectQueries projects, MemberService members, [AsParameters] ProjectPath path, MemberReq body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MemberCreate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        if (Role(body.RoleId) is not { } role) return UnknownRole.Reply();
        if (Subject(body) is not { } subject) return Error.Invalid("member_user", "The body names one member: member_user by username or user_id, or member_group by id or group_name").Reply();
        var made = await members.AddAsync(http.Caller(), new(entry.Value.Target, entry.Value.Name), subject, role, null, cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/v2.0/projects/{entry.Value.Id}/members/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, ProjectQueries projects, MemberService members, [AsParameters] ProjectPath path, int mid, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MemberRead, cancellation);
        return entry.Ok ? (await members.FindAsync(http.Caller(), entry.Value.Target, mid, cancellation)).Reply(MemberJson.From) : entry.Error.Reply();
    }

    static async Task<IResult> ChangeAsync(HttpContext http, ProjectQueries projects, MemberService members, [AsParameters] ProjectPath path, int mid, RoleReq body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MemberUpdate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        return Role(body.RoleId) is { } role ? (await members.ChangeAsync(http.Caller(), entry.Value.Target, entry.Value.Name, mid, role, cancellation)).Reply() : UnknownRole.Reply();
    }

    static async Task<IResult> RemoveAsync(HttpContext http, ProjectQueries projects, MemberService members, [AsParameters] ProjectPath path, int mid, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.MemberDelete, cancellation);
        return entry.Ok ? (await members.RemoveAsync(http.Caller(), entry.Value.Target, entry.Value.Name, mid, cancellation)).Reply() : entry.Error.Reply();
    }

    // Groups of the directory that nobody has taken over yet are not found; their administrator makes them first.
    static BindingSubject? Subject(MemberReq body) => (body.MemberUser, body.MemberGroup) switch
    {
        ({ UserId: > 0 and var id }, null) => new(SubjectKind.User, id),
        ({ Username: { Length: > 0 } name }, null) => new(SubjectKind.User, 0, name),
        (null, { Id: > 0 and var id }) => new(SubjectKind.Group, id),
        (null, { GroupName: { Length: > 0 } name }) => new(SubjectKind.Group, 0, name),
        _ => null,
    };

    // This API knows neither patterns nor robots among members, so it shows who has a role in the whole project.
    static readonly BindingFilter OfProject = new(Whole: true);

    static string? Role(int id) => BuiltInRoles.OfProjects.FirstOrDefault(r => r.HarborId == id)?.Name;

    static Error UnknownRole => Error.Invalid("role_id", $"role_id is one of {string.Join(", ", BuiltInRoles.OfProjects.Select(r => FormattableString.Invariant($"{r.HarborId} ({r.Title})")))}");
}

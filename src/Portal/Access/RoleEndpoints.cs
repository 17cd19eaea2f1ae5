using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access;

/// <summary><c>/api/portal/roles</c> and <c>/api/portal/permissions</c>.</summary>
public static class RoleEndpoints
{
    const string Tag = "role";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["title"] = "name", ["strength"] = "role", ["holders"] = "holders" };

    public static void MapRoles(this IEndpointRouteBuilder api)
    {
        api.MapGet("/permissions", Catalogue).Describe("listPermissions", Tag, "Every right there is, in plain sentences").Answers<RightJson[]>();
        api.MapGet("/roles", ListAsync).Describe("listRoles", Tag, "List the roles, strongest first", 400, 422).Answers<RoleJson[]>();
        api.MapPost("/roles", CreateAsync).Describe("createRole", Tag, "Make a custom role, or clone one", 400, 404, 409, 412).Answers(201);
        api.MapGet("/roles/{role_id}", GetAsync).Describe("getRole", Tag, "One role", 404).Answers<RoleJson>();
        api.MapPut("/roles/{role_id}", UpdateAsync).Describe("updateRole", Tag, "Change a custom role; what is not sent stays", 400, 404, 409, 412).Answers();
        api.MapDelete("/roles/{role_id}", DeleteAsync).Describe("deleteRole", Tag, "Delete a custom role that nobody holds and no group rule gives", 404, 409, 412).Answers();
    }

    static IResult Catalogue(HttpContext http) => http.Caller().IsAnonymous ? AccessErrors.SignInNeeded.Reply() : Results.Ok(Permissions.All.Select(RightJson.From));

    static async Task<IResult> ListAsync(HttpContext http, RoleQueries roles, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await roles.ListAsync(http.Caller(), request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, RoleJson.From) : page.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, RoleService service, RoleReqJson body, CancellationToken cancellation)
    {
        if (body.From is not null && (body.Description is not null || body.Permissions is not null))
            return Error.Invalid("from", "A clone takes description and permissions from its source; change it afterwards.").Reply();
        var made = body.From is { } source
            ? await service.CloneAsync(http.Caller(), source, body.Title ?? "", cancellation)
            : await service.CreateAsync(http.Caller(), new(body.Title ?? "", body.Description ?? "", body.Permissions ?? []), cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/roles/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, RoleQueries roles, int role_id, CancellationToken cancellation) =>
        (await roles.FindAsync(http.Caller(), role_id, cancellation)).Reply(RoleJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, RoleQueries roles, RoleService service, int role_id, RoleReqJson body, CancellationToken cancellation)
    {
        if (body.From is not null) return Error.Invalid("from", "Only a new role is copied from another.").Reply();
        var present = await roles.FindAsync(http.Caller(), role_id, cancellation);
        if (!present.Ok) return present.Error.Reply();
        var draft = new RoleDraft(body.Title ?? present.Value.Title, body.Description ?? present.Value.Description, body.Permissions ?? present.Value.Permissions);
        return (await service.UpdateAsync(http.Caller(), role_id, draft, cancellation)).Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, RoleService service, int role_id, CancellationToken cancellation) =>
        (await service.DeleteAsync(http.Caller(), role_id, cancellation)).Reply();
}

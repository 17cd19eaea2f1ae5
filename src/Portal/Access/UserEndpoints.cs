using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access;

/// <summary><c>/users</c> and <c>/permissions</c> of the Harbor v2.0 API.</summary>
public static class UserEndpoints
{
    const string Tag = "user";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["username"] = "username", ["creation_time"] = "created" };

    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/users", ListAsync).Describe("listUsers", Tag, "List accounts", 400, 422).Answers<UserJson[]>();
        api.MapPost("/users", CreateAsync).Describe("createUser", Tag, "Create an account", 400, 409).Answers(201);
        api.MapGet("/users/current", CurrentAsync).Describe("getCurrentUserInfo", Tag, "The caller's own account").Answers<UserJson>();
        api.MapGet("/users/search", SearchAsync).Describe("searchUsers", Tag, "Find accounts by name", 422).Answers<UserNameJson[]>();
        api.MapGet("/users/{user_id}", GetAsync).Describe("getUser", Tag, "One account", 404).Answers<UserJson>();
        api.MapPut("/users/{user_id}", UpdateAsync).Describe("updateUserProfile", Tag, "Change e-mail, name and comment; only what is sent", 400, 404).Answers();
        api.MapDelete("/users/{user_id}", DeleteAsync).Describe("deleteUser", Tag, "Delete an account", 404, 412).Answers();
        api.MapPut("/users/{user_id}/sysadmin", SysAdminAsync).Describe("setUserSysAdmin", Tag, "Give or take the administrator role", 404, 412).Answers();
        api.MapPut("/users/{user_id}/password", PasswordAsync).Describe("updateUserPassword", Tag, "Set a password; the own one needs the present one", 400, 404, 412, 429).Answers();
        api.MapGet("/permissions", CatalogueAsync).Describe("getPermissions", "permissions", "What a robot may be given", 404).Answers<PermissionsJson>();
    }

    static async Task<IResult> ListAsync(HttpContext http, UserQueries users, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "username");
        if (!request.Ok) return request.Error.Reply();
        var page = await users.ListAsync(http.Caller(), request.Value.Page, request.Value.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, UserJson.From) : page.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, UserService service, UserCreationReq body, CancellationToken cancellation)
    {
        // Made by a program for a program: the contract knows no password that must be changed first.
        var made = await service.CreateAsync(http.Caller(), body.Username ?? "", body.Password ?? "", new(body.Realname ?? "", body.Email ?? "", body.Comment ?? ""), mustChange: false, cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/v2.0/users/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> CurrentAsync(HttpContext http, UserQueries users, CancellationToken cancellation) =>
        http.Caller().Kind == SubjectKind.Robot ? new Error("PRECONDITION", "A robot has no account of its own.", ErrorKind.Precondition).Reply()
        : (await users.FindAsync(http.Caller(), http.Caller().Id, cancellation)).Reply(UserJson.From);

    static async Task<IResult> SearchAsync(HttpContext http, UserQueries users, [FromQuery] string username, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await users.SearchAsync(http.Caller(), username, request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, u => new UserNameJson { UserId = u.Id, Username = u.Name }) : page.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, UserQueries users, int user_id, CancellationToken cancellation) =>
        (await users.FindAsync(http.Caller(), user_id, cancellation)).Reply(UserJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, UserQueries users, UserService service, int user_id, UserProfileReq body, CancellationToken cancellation)
    {
        var present = await users.FindAsync(http.Caller(), user_id, cancellation);
        if (!present.Ok) return present.Error.Reply();
        var profile = new UserProfile(body.Realname ?? present.Value.DisplayName, body.Email ?? present.Value.Email, body.Comment ?? present.Value.Comment);
        return (await service.UpdateProfileAsync(http.Caller(), user_id, profile, cancellation)).Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, UserService service, int user_id, CancellationToken cancellation) =>
        (await service.DeleteAsync(http.Caller(), user_id, cancellation)).Reply();

    static async Task<IResult> SysAdminAsync(HttpContext http, UserService service, int user_id, SysAdminReq body, CancellationToken cancellation) =>
        (await service.SetAdministratorAsync(http.Caller(), user_id, body.SysadminFlag, cancellation)).Reply();

    static async Task<IResult> PasswordAsync(HttpContext http, UserService service, int user_id, PasswordReq body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        var own = caller.Kind == SubjectKind.User && caller.Id == user_id;
        return (own
            ? await service.ChangeOwnPasswordAsync(caller, body.OldPassword ?? "", body.NewPassword ?? "", http.Session()?.Id, cancellation)
            : await service.ResetPasswordAsync(caller, user_id, body.NewPassword ?? "", cancellation, mustChange: false)).Reply();
    }

    static async Task<IResult> CatalogueAsync(HttpContext http, IAccessPolicy policy, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var scope = await policy.ScopeAsync(caller, Permissions.MemberCreate, cancellation);
        if (!scope.Everywhere && scope.Projects.Count == 0) return AccessErrors.Lacks(Permissions.MemberCreate).Reply();
        return Results.Ok(new PermissionsJson { System = scope.Everywhere ? Wire(RobotCatalogue.System) : null, Project = Wire(RobotCatalogue.Project) });
    }

    static List<PermissionJson> Wire(IReadOnlyList<Permission> permissions) => [.. permissions.Select(p => new PermissionJson { Resource = p.Resource, Action = p.Action })];
}

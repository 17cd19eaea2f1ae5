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

/// <summary>What the caller may do.</summary>
public static class CurrentPermissionEndpoints
{
    const string ProjectScope = "/project/";
    const string SystemScope = "/system";

    public static void MapCurrentPermissions(this IEndpointRouteBuilder api) =>
        api.MapGet("/users/current/permissions", GetAsync).Describe("getCurrentUserPermissions", "user", "What the caller may do in a scope", 400).Answers<PermissionJson[]>();

    static async Task<IResult> GetAsync(HttpContext http, ProjectQueries projects, IAccessPolicy policy, [FromQuery, Description("/system or /project/{id}; the system when not given.")] string? scope,
        [FromQuery, Description("true leaves the scope out of each resource.")] bool? relative, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (string.IsNullOrEmpty(scope) || scope == SystemScope)
            return Results.Ok(Wire(await policy.RightsAsync(caller, AccessTarget.System, cancellation), SystemScope, relative == true));
        if (!scope.StartsWith(ProjectScope, StringComparison.Ordinal) || !int.TryParse(scope.AsSpan(ProjectScope.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return Error.Invalid("scope", "scope is /system or /project/{id}").Reply();
        var entry = await projects.ResolveAsync(caller, id, Permissions.ProjectRead, cancellation);
        // Nothing may be done in a project that is missing or foreign.
        var rights = entry.Ok ? await policy.RightsAsync(caller, entry.Value.Target, cancellation) : PermissionSet.None;
        return Results.Ok(Wire(rights, scope, relative == true));
    }

    static IEnumerable<PermissionJson> Wire(PermissionSet rights, string scope, bool relative) =>
        Permissions.All.Where(rights.Has).Select(p => new PermissionJson { Resource = relative ? p.Resource : $"{scope}/{p.Resource}", Action = p.Action });
}

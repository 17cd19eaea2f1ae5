using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Groups;

/// <summary>Who may do what with groups, and that nobody gives more than they have by way of one.</summary>
public static class GroupRights
{
    public static Permission Read { get; } = Permissions.Named("user-group:read");
    public static Permission List { get; } = Permissions.Named("user-group:list");
    public static Permission Create { get; } = Permissions.Named("user-group:create");
    public static Permission Update { get; } = Permissions.Named("user-group:update");
    public static Permission Delete { get; } = Permissions.Named("user-group:delete");
    public static Permission DirectoryList { get; } = Permissions.Named("ldap-user:list");
    public static Permission DirectoryImport { get; } = Permissions.Named("ldap-user:create");

    /// <summary>The refusal for a caller who lacks the right on the system; null when they have it.</summary>
    internal static async ValueTask<Error?> RefuseAsync(this IAccessPolicy policy, Caller caller, Permission right, CancellationToken cancellation) =>
        caller.IsAnonymous ? AccessErrors.SignInNeeded
        : await policy.MayAsync(caller, right, AccessTarget.System, cancellation) ? null : AccessErrors.Lacks(right);

    /// <summary>The refusal for a caller who is no system administrator.</summary>
    internal static async ValueTask<Error?> RefuseAllButAdministratorsAsync(this IAccessPolicy policy, Caller caller, Permission right, CancellationToken cancellation) =>
        await policy.RefuseAsync(caller, right, cancellation) is { } refusal ? refusal
        : (await policy.RightsAsync(caller, AccessTarget.System, cancellation)).Covers(PermissionSet.Everything) ? null
        : new Error("FORBIDDEN", "Only a system administrator may do this, because it decides who becomes one.", ErrorKind.Forbidden);

    /// <summary>True when the caller has every right that the group's roles give, where they give it.</summary>
    internal static async Task<bool> CoversAsync(this IAccessPolicy policy, PortalDbContext db, Caller caller, int groupId, CancellationToken cancellation)
    {
        if ((await policy.RightsAsync(caller, AccessTarget.System, cancellation)).Covers(PermissionSet.Everything)) return true;
        var held = await db.Bindings.AsNoTracking().Where(b => b.SubjectKind == SubjectKind.Group && b.SubjectId == groupId)
            .Select(b => new { b.ProjectId, b.Role!.Everything, Rights = b.Role.Permissions.Select(p => p.Resource + ":" + p.Action).ToList() }).ToListAsync(cancellation);
        foreach (var binding in held)
        {
            var gives = binding.Everything ? PermissionSet.Everything : PermissionSet.Of(binding.Rights.Select(r => Permissions.TryParse(r, out var p) ? p : (Permission?)null).OfType<Permission>());
            var target = binding.ProjectId is { } id ? AccessTarget.Project(id, "", false) : AccessTarget.System;
            if (!(await policy.RightsAsync(caller, target, cancellation)).Covers(gives)) return false;
        }
        return true;
    }
}

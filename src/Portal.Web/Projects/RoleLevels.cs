using Portal.Access;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>How much of its square a role's badge fills.</summary>
static class RoleLevels
{
    public static RoleLevel Of(string role) =>
        role == BuiltInRoles.ProjectAdmin.Name || role == BuiltInRoles.SystemAdministrator.Name ? RoleLevel.Administrator
        : role == BuiltInRoles.Maintainer.Name ? RoleLevel.Maintainer
        : role == BuiltInRoles.Developer.Name ? RoleLevel.Developer
        : role == BuiltInRoles.Guest.Name ? RoleLevel.Guest
        : role == BuiltInRoles.LimitedGuest.Name ? RoleLevel.LimitedGuest
        : RoleLevel.Custom;
}

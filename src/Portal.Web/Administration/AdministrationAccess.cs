using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>Who reads a page of the administration, and what they may do on the whole system. It decides what is drawn; the services ask again.</summary>
public sealed record AdministrationPlace(Caller Caller, PermissionSet Rights)
{
    static readonly (AdministrationSections Section, Permission Needed)[] Table =
    [
        (AdministrationSections.Users, Permissions.UserList),
        (AdministrationSections.Groups, GroupRights.List),
        (AdministrationSections.GroupRules, GroupRights.List),
        (AdministrationSections.Roles, Permissions.RoleList),
        (AdministrationSections.Members, Permissions.MemberList),
        (AdministrationSections.Access, Permissions.UserList),
        (AdministrationSections.Robots, Permissions.RobotList),
        (AdministrationSections.Rules, Permissions.ImmutableTagList),
        (AdministrationSections.Retention, Permissions.RetentionRead),
        (AdministrationSections.Quotas, Permissions.QuotaList),
        (AdministrationSections.Trash, Permissions.Named("trash:list")),
        (AdministrationSections.Garbage, Permissions.Named("garbage-collection:list")),
        (AdministrationSections.SignIn, Permissions.ConfigurationRead),
        (AdministrationSections.System, Permissions.ConfigurationRead),
        (AdministrationSections.Audit, Permissions.AuditLogList),
    ];

    public bool May(Permission right) => Rights.Has(right);

    /// <summary>The sections the reader may open; the others are absent, not grey.</summary>
    public AdministrationSections Sections => Table.Where(row => May(row.Needed)).Aggregate(AdministrationSections.None, (all, row) => all | row.Section);
}

/// <summary>The first line of every page of the administration: who may not read it learns nothing of it.</summary>
public sealed class AdministrationAccess(CurrentCaller current, IAccessPolicy policy, ShellContext shell, NavigationManager navigation)
{
    /// <summary>Null when the reader lacks the right: the answer "not found" is given already, and the page returns.</summary>
    /// <param name="section">Where the page is.</param>
    /// <param name="needed">The right to read it, on the whole system.</param>
    public async Task<AdministrationPlace?> EnterAsync(AdministrationSections section, Permission needed, CancellationToken cancellation = default)
    {
        var caller = await current.GetAsync(cancellation);
        var place = new AdministrationPlace(caller, await policy.RightsAsync(caller, AccessTarget.System, cancellation));
        if (!place.May(needed))
        {
            navigation.NotFound();
            return null;
        }
        shell.EnterAdministration(place.Sections, section);
        return place;
    }

    /// <summary>Tells the shell where the reader is, on a page that has made sure of their rights itself.</summary>
    public async Task<AdministrationPlace> ShowAsync(Caller caller, AdministrationSections section, CancellationToken cancellation = default)
    {
        var place = new AdministrationPlace(caller, await policy.RightsAsync(caller, AccessTarget.System, cancellation));
        shell.EnterAdministration(place.Sections, section);
        return place;
    }
}

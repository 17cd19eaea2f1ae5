using Portal.Access;

namespace Portal.Web.Projects;

/// <summary>Where members are listed and who reads the list: a project, or the whole system. It decides what is drawn; the services ask again.</summary>
/// <param name="Name">The project's name, or <c>system</c>, as audit rows show it.</param>
public sealed record MemberPlace(Caller Caller, AccessTarget Target, string Name, PermissionSet Rights)
{
    public int? ProjectId => Target.ProjectId;

    public bool OnSystem => ProjectId is null;

    /// <summary>What sentences call it.</summary>
    public string Called => OnSystem ? "the whole system" : Name;

    /// <summary>The list's address.</summary>
    public string Url => OnSystem ? PortalUrls.SystemMembers : PortalUrls.Members(Name);

    /// <summary>The address of the page of effective access.</summary>
    public string AccessUrl => OnSystem ? PortalUrls.AdministrationAccess : PortalUrls.Access(Name);

    public bool May(Permission right) => Rights.Has(right);

    /// <summary>A role as a choice here; null when it gives nothing here.</summary>
    public RoleChoice? Choice(RoleRow role) => OnSystem ? RoleChoice.OnSystem(role, Rights) : RoleChoice.Of(role, Rights);

    public static MemberPlace Of(ProjectPlace place) => new(place.Caller, place.Target, place.Name, place.Rights);

    public static MemberPlace System(Caller caller, PermissionSet rights) => new(caller, BindingPlace.System.Target, BindingPlace.System.Name, rights);
}

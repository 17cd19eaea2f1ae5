namespace Portal.Web.Layout;

/// <summary>The entries of the main navigation.</summary>
public enum NavPlace { None, Home, Projects, Search, Jobs, Administration }

/// <summary>The sections of a project, as a set of what the caller may see.</summary>
[Flags]
public enum ProjectSections
{
    None = 0,
    Overview = 1,
    Repositories = 2,
    Members = 4,
    Audit = 8,
    Settings = 16,
    Robots = 32,
    Access = 64,
    Rules = 128,
    Retention = 256,
    Trash = 512,
    Jobs = 1024,
    All = Overview | Repositories | Trash | Members | Robots | Access | Retention | Rules | Jobs | Audit | Settings,
}

/// <summary>The sections of the administration, as a set of what the caller may see.</summary>
[Flags]
public enum AdministrationSections
{
    None = 0,
    Users = 1,
    Audit = 2,
    Robots = 4,
    Groups = 8,
    GroupRules = 16,
    SignIn = 32,
    Roles = 64,
    Access = 128,
    Members = 256,
    Rules = 512,
    System = 1024,
    Quotas = 2048,
    Retention = 4096,
    Trash = 8192,
    Garbage = 16384,
    All = Users | Groups | GroupRules | Roles | Members | Access | Robots | Rules | Retention | Quotas | Trash | Garbage | SignIn | System | Audit,
}

/// <summary>One link below Projects or Administration.</summary>
/// <param name="Group">The heading above it, shown before the first link of a group; null for none.</param>
/// <param name="Title">Its words.</param>
/// <param name="Url">Where it leads.</param>
/// <param name="Current">True for the section the reader is in.</param>
/// <param name="Count">A short figure beside it, such as <c>38</c>.</param>
public sealed record NavLinkItem(string? Group, string Title, string Url, bool Current, string? Count = null);

/// <summary>
/// What a page tells the layout: where it is and which sections its reader may see. One per request; a page fills it
/// in <c>OnInitialized(Async)</c> and the navigation draws itself again. A section that is not named is absent, not grey.
/// </summary>
public sealed class ShellContext
{
    /// <summary>Which entry of the main navigation is current.</summary>
    public NavPlace Place { get; private set; }

    /// <summary>The project whose sections are open; null outside one.</summary>
    public string? Project { get; private set; }

    /// <summary>The links of the open project or of the administration; empty elsewhere.</summary>
    public IReadOnlyList<NavLinkItem> Sections { get; private set; } = [];

    /// <summary>Raised after a page has said where it is.</summary>
    public event Action? Changed;

    /// <summary>For pages without sections.</summary>
    public void Enter(NavPlace place) => Set(place, null, []);

    /// <summary>For every page below a project.</summary>
    /// <param name="project">Its name.</param>
    /// <param name="visible">What the caller may see.</param>
    /// <param name="current">Where the page is; None for a page that belongs to no section.</param>
    /// <param name="counts">Figures beside sections, where known.</param>
    public void EnterProject(string project, ProjectSections visible, ProjectSections current, IReadOnlyDictionary<ProjectSections, string>? counts = null) =>
        Set(NavPlace.Projects, project, [.. ProjectTable
            .Where(row => visible.HasFlag(row.Section))
            .Select(row => new NavLinkItem(row.Group, row.Title, row.Url(project), row.Section == current, counts?.GetValueOrDefault(row.Section)))]);

    /// <summary>For every page below the administration.</summary>
    public void EnterAdministration(AdministrationSections visible, AdministrationSections current) =>
        Set(NavPlace.Administration, null, [.. AdministrationTable
            .Where(row => visible.HasFlag(row.Section))
            .Select(row => new NavLinkItem(null, row.Title, row.Url, row.Section == current))]);

    void Set(NavPlace place, string? project, IReadOnlyList<NavLinkItem> sections)
    {
        (Place, Project, Sections) = (place, project, sections);
        Changed?.Invoke();
    }

    static readonly (ProjectSections Section, string Group, string Title, Func<string, string> Url)[] ProjectTable =
    [
        (ProjectSections.Overview, "Content", "Overview", PortalUrls.Project),
        (ProjectSections.Repositories, "Content", "Repositories", PortalUrls.Repositories),
        (ProjectSections.Trash, "Content", "Trash", PortalUrls.Trash),
        (ProjectSections.Members, "Access", "Members", PortalUrls.Members),
        (ProjectSections.Robots, "Access", "Robots", PortalUrls.Robots),
        (ProjectSections.Access, "Access", "Effective access", PortalUrls.Access),
        (ProjectSections.Retention, "Policies", "Retention", PortalUrls.Retention),
        (ProjectSections.Rules, "Policies", "Rules", PortalUrls.Rules),
        (ProjectSections.Jobs, "Record", "Jobs", PortalUrls.ProjectJobs),
        (ProjectSections.Audit, "Record", "Audit", PortalUrls.Audit),
        (ProjectSections.Settings, "Record", "Settings", PortalUrls.Settings),
    ];

    static readonly (AdministrationSections Section, string Title, string Url)[] AdministrationTable =
    [
        (AdministrationSections.Users, "Users", PortalUrls.Users),
        (AdministrationSections.Groups, "Groups", PortalUrls.Groups),
        (AdministrationSections.GroupRules, "Group rules", PortalUrls.GroupRules),
        (AdministrationSections.Roles, "Roles", PortalUrls.Roles),
        (AdministrationSections.Members, "System members", PortalUrls.SystemMembers),
        (AdministrationSections.Access, "Effective access", PortalUrls.AdministrationAccess),
        (AdministrationSections.Robots, "Robots", PortalUrls.SystemRobots),
        (AdministrationSections.Rules, "Rules", PortalUrls.SystemRules),
        (AdministrationSections.Retention, "Retention", PortalUrls.SystemRetention),
        (AdministrationSections.Quotas, "Quotas", PortalUrls.Quotas),
        (AdministrationSections.Trash, "Trash", PortalUrls.SystemTrash),
        (AdministrationSections.Garbage, "Garbage collection", PortalUrls.GarbageCollection),
        (AdministrationSections.SignIn, "Sign-in settings", PortalUrls.SignInSettings),
        (AdministrationSections.System, "System", PortalUrls.System),
        (AdministrationSections.Audit, "Audit", PortalUrls.AdministrationAudit),
    ];
}

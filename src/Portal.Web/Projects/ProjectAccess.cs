using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Projects;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>The project that a page is about, who reads it, and what they may do there. It decides what is drawn; the services ask again.</summary>
public sealed record ProjectPlace(Caller Caller, ProjectEntry Project, PermissionSet Rights)
{
    public string Name => Project.Name;

    public AccessTarget Target => Project.Target;

    public bool May(Permission right) => Rights.Has(right);

    /// <summary>What they may do in the repository that the page is about; the rights on the project on any other page.</summary>
    public PermissionSet Here { get; init; } = Rights;

    /// <summary>May they, here?</summary>
    public bool MayHere(Permission right) => Here.Has(right);

    /// <summary>The sections the reader may open; the others are absent, not grey.</summary>
    public ProjectSections Sections => ProjectSections.Overview
        | (May(Permissions.RepositoryList) ? ProjectSections.Repositories : ProjectSections.None)
        | (May(Permissions.Named("trash:list")) ? ProjectSections.Trash : ProjectSections.None)
        | (May(Permissions.MemberList) ? ProjectSections.Members | ProjectSections.Access : ProjectSections.None)
        | (May(Permissions.RobotList) ? ProjectSections.Robots : ProjectSections.None)
        | (May(Permissions.RetentionRead) ? ProjectSections.Retention : ProjectSections.None)
        | (May(Permissions.ImmutableTagList) ? ProjectSections.Rules : ProjectSections.None)
        | (May(Permissions.LogList) ? ProjectSections.Jobs | ProjectSections.Audit : ProjectSections.None)
        | (May(Permissions.ProjectUpdate) || May(Permissions.ProjectDelete) ? ProjectSections.Settings : ProjectSections.None);
}

/// <summary>The first line of every page below a project: finds it for the reader and tells the shell where they are.</summary>
public sealed class ProjectAccess(CurrentCaller current, ProjectQueries projects, IAccessPolicy policy, ShellContext shell, NavigationManager navigation)
{
    /// <summary>Null when the project is missing or foreign: the answer "not found", or for nobody signed in the way to sign in, is given already, and the page returns.</summary>
    /// <param name="name">The project's name as the address has it.</param>
    /// <param name="section">Where the page is; None for a page that belongs to no section.</param>
    /// <param name="repository">The repository that the page is about, by its path; null for none.</param>
    public async Task<ProjectPlace?> EnterAsync(string name, ProjectSections section, string? repository = null, CancellationToken cancellation = default)
    {
        var caller = await current.GetAsync(cancellation);
        var found = await projects.ResolveAsync(caller, name, Permissions.ProjectRead, cancellation);
        if (!found.Ok)
        {
            // nobody signed in may simply lack the sign-in; a name that does not exist leads there all the same
            if (caller.IsAnonymous) navigation.NavigateTo(PortalUrls.SignInThen(new Uri(navigation.Uri).PathAndQuery));
            else navigation.NotFound();
            return null;
        }
        var place = new ProjectPlace(caller, found.Value, await policy.RightsAsync(caller, found.Value.Target, cancellation));
        if (repository is not null) place = place with { Here = await policy.RightsAsync(caller, found.Value.TargetOf(repository), cancellation) };
        shell.EnterProject(place.Name, place.Sections, section);
        return place;
    }
}

using Microsoft.AspNetCore.Components;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>A project at a glance: what it holds, who is in it, what came last.</summary>
public sealed partial class ProjectPage
{
    const int MaxRows = 6;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] RepositoryQueries Repositories { get; set; } = default!;

    [Inject] HomeQueries Pushes { get; set; } = default!;

    [Inject] TimeProvider Clock { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    ProjectPlace? _place;
    ProjectRow? _row;
    RegistryAddress _registry = new("");
    Page<RepositoryRow> _largest = Page<RepositoryRow>.Empty;
    IReadOnlyList<RecentPush> _pushes = [];
    IReadOnlyList<RoleCount> _members = [];
    (long? Tags, long Artifacts) _counts;

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(Project, ProjectSections.Overview) is not { } place) return;
        var found = await Projects.FindAsync(place.Caller, Project, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _registry = ThisRegistry.Of(Navigation);
        _members = await Projects.CountMembersAsync(place.Project.Id, default);
        if (found.Value.RepositoryCount > 0)
        {
            _largest = await Repositories.ListAsync(place.Caller, place.Project.Id, new(0, MaxRows, "-size"), default);
            _pushes = await Pushes.RecentPushesAsync(place.Caller, place.Project.Id, MaxRows, default);
            var counts = await Pushes.CountsAsync(place.Caller, place.Project.Id, default);
            _counts = (counts.Tags, counts.Artifacts);
        }
        (_place, _row) = (place, found.Value);
    }
}

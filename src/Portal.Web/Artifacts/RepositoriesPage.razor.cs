using Microsoft.AspNetCore.Components;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;

namespace Portal.Web.Artifacts;

/// <summary>The repositories of a project.</summary>
public sealed partial class RepositoriesPage
{
    TableQuery _query = default!;
    RegistryAddress _registry = default!;
    ProjectPlace? _place;
    Page<RepositoryRow>? _page;

    [Parameter] public string Project { get; set; } = "";

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "name");
        _registry = ArtifactWords.Registry(Navigation);
        _place = await Access.EnterAsync(Project, ProjectSections.Repositories);
        if (_place is null) return;
        _page = await Repositories.ListAsync(_place.Caller, _place.Project.Id, _query.Request, default);
    }
}

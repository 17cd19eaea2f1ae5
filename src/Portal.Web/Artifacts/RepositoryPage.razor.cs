using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Portal.Web.Protection;

namespace Portal.Web.Artifacts;

/// <summary>The views of a repository.</summary>
enum RepositoryTab { Artifacts, About, History }

/// <summary>One repository: its artifacts, its description, the history of its tags.</summary>
public sealed partial class RepositoryPage
{
    const int HistorySize = 30;

    TableQuery _query = default!;
    RegistryAddress _registry = default!;
    RepositoryTab _tab;
    ProjectPlace? _place;
    RepositoryRow? _repository;
    Page<ArtifactRow>? _artifacts;
    KeysetPage<TagEventRow>? _events;
    Keepers _keepers = Keepers.None;
    Error? _error;

    [Parameter] public string Project { get; set; } = "";

    [Parameter] public string Repository { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _tab = Tab switch { "about" => RepositoryTab.About, "history" => RepositoryTab.History, _ => RepositoryTab.Artifacts };
        _query = _tab == RepositoryTab.History ? TableQuery.From(Navigation, null, HistorySize, "", "tag") : TableQuery.From(Navigation, "-pushed", 15, "", "signed", "untagged");
        _registry = ArtifactWords.Registry(Navigation);
        _place = await Access.EnterAsync(Project, ProjectSections.Repositories, Repository);
        if (_place is null) return;
        await LoadAsync(_place.Caller);
    }

    async Task LoadAsync(Caller caller)
    {
        var found = await Repositories.FindAsync(caller, Project, Repository, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _repository = found.Value;
        var locks = await Locks.OfRepositoryAsync(caller, _place!.Project, Repository, default);
        _keepers = locks.Ok ? new(locks.Value) : Keepers.None;
        if (_tab == RepositoryTab.Artifacts)
        {
            var filter = new ArtifactListFilter(Tagged: _query.Is("untagged", "1") ? false : null, Signed: _query.Is("signed", "1"));
            var list = await Artifacts.ListAsync(caller, Project, Repository, _query.Request, filter, default);
            _artifacts = list.Ok ? list.Value : null;
            _error = list.Error;
        }
        else if (_tab == RepositoryTab.History)
        {
            var history = await Artifacts.HistoryAsync(caller, Project, Repository, _query.Text, null, _query.After, _query.Size, default);
            _events = history.Ok ? history.Value : null;
            _error = history.Error;
        }
    }

    string TabUrl(string? tab) => PortalUrls.Repository(Project, Repository) + (tab is null ? "" : $"?tab={tab}");
}

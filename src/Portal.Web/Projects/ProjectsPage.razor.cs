using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>All projects the reader may see, and making a new one.</summary>
public sealed partial class ProjectsPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ShellContext Shell { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] ProjectService Service { get; set; } = default!;

    [Inject] IAccessPolicy Policy { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create")] NewProject? Create { get; set; }

    readonly Dictionary<int, ProjectSections> _sections = [];
    Caller _caller = Caller.Anonymous;
    TableQuery _query = default!;
    Page<ProjectRow> _page = Page<ProjectRow>.Empty;
    RegistryAddress _registry = new("");
    Error? _refused;
    bool _open;
    bool _administrator;

    protected override async Task OnInitializedAsync()
    {
        Shell.Enter(NavPlace.Projects);
        _query = TableQuery.From(Navigation, "name", 15, "", "mine", "access");
        _registry = ThisRegistry.Of(Navigation);
        _open = _query.Is("new", "1");
        _caller = await Current.GetAsync();
        _administrator = (await Policy.RightsAsync(_caller, AccessTarget.System, default)).Has(Permissions.ProjectUpdate);
        var filter = new ProjectListFilter(_query.Get("access") switch { "public" => true, "private" => false, _ => null }, _query.Is("mine", "1"));
        _page = await Projects.ListAsync(_caller, _query.Request, filter, default);
        foreach (var row in _page.Items)
            _sections[row.Id] = new ProjectPlace(_caller, new(row.Id, row.Name, row.Public, row.AuditPulls, row.AuditPushes), await Policy.RightsAsync(_caller, row.Target, default)).Sections;
    }

    async Task CreateAsync()
    {
        var made = await Service.CreateAsync(_caller, Create?.Name?.Trim(), new(Create?.Access == VisibilityChoice.PublicValue, Create?.Description?.Trim() ?? ""), default);
        if (!made.Ok)
        {
            (_refused, _open) = (made.Error, true);
            return;
        }
        Toasts.Add(new($"{made.Value.Name} is ready"));
        Navigation.NavigateTo(PortalUrls.Project(made.Value.Name));
    }
}

/// <summary>The form for a new project.</summary>
public sealed class NewProject
{
    public string? Name { get; set; }
    public string? Description { get; set; }
    public string? Access { get; set; }
}

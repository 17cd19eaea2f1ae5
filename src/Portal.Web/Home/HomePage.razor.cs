using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Home;

/// <summary>What is new and where to go: one's projects, the newest pushes, storage.</summary>
public sealed partial class HomePage
{
    const int MaxProjects = 6;
    const int MaxPushes = 8;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ShellContext Shell { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] HomeQueries Home { get; set; } = default!;

    [Inject] HomeAttention Attention { get; set; } = default!;

    [CascadingParameter] Task<Microsoft.AspNetCore.Components.Authorization.AuthenticationState> Authentication { get; set; } = default!;

    Caller _caller = Caller.Anonymous;
    RegistryAddress _registry = new("");
    string _greeting = "Home";
    StorageTotals _storage = new(0, 0, 0, 0, 0);
    Page<ProjectRow> _projects = Page<ProjectRow>.Empty;
    IReadOnlyList<RecentPush> _pushes = [];
    bool _mine;
    long _refusedSignIns;
    DateTimeOffset _since;

    protected override async Task OnInitializedAsync()
    {
        Shell.Enter(NavPlace.Home);
        _registry = ThisRegistry.Of(Navigation);
        _caller = await Current.GetAsync();
        _greeting = $"Hello, {AccountClaims.NameOf((await Authentication).User) ?? _caller.Name}";
        _storage = await Home.StorageAsync(_caller, default);
        if (_storage.Projects > 0)
        {
            var page = new PageRequest(0, MaxProjects, "-pushed");
            _projects = await Projects.ListAsync(_caller, page, new(MemberOnly: true), default);
            _mine = _projects.Items.Count > 0;
            if (!_mine) _projects = await Projects.ListAsync(_caller, page, new(), default);
            _pushes = await Home.RecentPushesAsync(_caller, null, MaxPushes, default);
        }
        (_refusedSignIns, _since) = await Attention.RefusedSignInsAsync(_caller, default);
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Robots;

/// <summary>Changes a robot: description, lifetime, state and rights.</summary>
public sealed partial class EditRobotForm
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] RobotQueries Robots { get; set; } = default!;

    [Inject] RobotService Service { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    [Parameter, EditorRequired] public int Id { get; set; }

    /// <summary>The project that the address names; null for a robot of the system.</summary>
    [Parameter] public ProjectEntry? Project { get; set; }

    /// <summary>What the reader has there and so may hand on.</summary>
    [Parameter, EditorRequired] public PermissionSet Held { get; set; }

    [Parameter, EditorRequired] public IReadOnlyList<Crumb> Crumbs { get; set; } = [];

    RobotRow? _robot;
    IReadOnlyList<RobotPlaces> _places = [];
    bool _sent;
    int? _refusedAt;
    Error? _refused;

    string Url => PortalUrls.Robot(Project?.Name, Id);

    protected override async Task OnInitializedAsync()
    {
        var found = await Robots.FindAsync(Caller, Id, default);
        // a robot of another place is as good as none at this address
        if (!found.Ok || found.Value.ProjectId != Project?.Id)
        {
            Navigation.NotFound();
            return;
        }
        (_robot, _places) = (found.Value, Project is null ? RobotPlaces.Of(found.Value) : []);
    }

    async Task SaveAsync()
    {
        _sent = true;
        var rights = await RightsAsync();
        if (!rights.Ok)
        {
            _refused = rights.Error;
            return;
        }
        // what is no number is refused like a number that is no lifetime
        var days = int.TryParse(Posted("days"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var changed = await Service.UpdateAsync(Caller, Id, new(Posted("description").Trim(), days, Posted("state") == "off", rights.Value), default);
        if (!changed.Ok)
        {
            _refused = changed.Error;
            return;
        }
        Toasts.Add(new($"{_robot!.Login} is saved"));
        Navigation.NavigateTo(Url);
    }

    async Task<Result<IReadOnlyList<RobotRight>>> RightsAsync()
    {
        if (Project is not null) return Parsed("rights-0").Select(r => new RobotRight(r, Project.Id)).ToList();
        var rights = Parsed("system").Select(r => new RobotRight(r)).ToList();
        // places that the robot has already keep their ids, also those that the reader does not see
        var known = _robot!.Rights.Where(r => r.Project is not null).GroupBy(r => r.Project!, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().ProjectId, StringComparer.Ordinal);
        for (var at = 0; at < RobotPlaces.Max; at++)
        {
            var chosen = Parsed($"rights-{at}").ToList();
            foreach (var name in RobotPlaces.Split(Posted($"projects-{at}")))
            {
                int? id = null;
                if (name != RobotPlaces.Every && !known.TryGetValue(name, out id))
                {
                    var project = await Projects.ResolveAsync(Caller, name, Permissions.ProjectRead, default);
                    if (!project.Ok) return Wrong(at, $"There is no project {name}.");
                    known[name] = id = project.Value.Id;
                }
                if (chosen.Count == 0) return Wrong(at, $"Tick what the robot may do in {(id is null ? "every project" : name)}.");
                rights.AddRange(chosen.Select(r => new RobotRight(r, id, id is null)));
            }
        }
        return rights.Distinct().ToList();
    }

    Error Wrong(int at, string text)
    {
        _refusedAt = at;
        return Error.Invalid("projects", text);
    }

    // what was typed stays while it is refused
    string Shown(string name, string stored) => _sent ? Posted(name) : stored;

    IReadOnlyCollection<string> ChosenIn(int at) => _sent ? PostedAll($"rights-{at}")
        : Project is not null ? [.. _robot!.Rights.Select(r => $"{r.Resource}:{r.Action}")]
        : at < _places.Count ? _places[at].Rights : [];

    IReadOnlyCollection<string> ChosenOnSystem => _sent ? PostedAll("system") : RobotPlaces.OnSystem(_robot!);

    IEnumerable<Permission> Parsed(string name) => RobotPreset.Chosen(null, PostedAll(name));

    IReadOnlyCollection<string> PostedAll(string name) => [.. Context.Request.Form[name].OfType<string>()];

    string Posted(string name) => Context.Request.Form[name].ToString();

    string? ErrorOf(string field) => _refused?.Field == field ? _refused.Message : null;
}

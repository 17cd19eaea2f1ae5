using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Robots;

/// <summary>Makes a robot.</summary>
public sealed partial class RobotForm
{
    /// <summary>Project names taken from one form.</summary>
    const int MaxProjects = 100;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] RobotService Service { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] IOptions<AccessOptions> Options { get; set; } = default!;

    [Parameter, EditorRequired] public Caller Caller { get; set; } = default!;

    /// <summary>The project; null for a robot of the system.</summary>
    [Parameter] public ProjectEntry? Project { get; set; }

    /// <summary>What the reader has there and so may hand on.</summary>
    [Parameter, EditorRequired] public PermissionSet Held { get; set; }

    /// <summary>Where the list is.</summary>
    [Parameter, EditorRequired] public string ListUrl { get; set; } = "";

    [SupplyParameterFromForm(FormName = "create")] NewRobotForm? Create { get; set; }

    NewRobot? _made;
    Error? _refused;

    async Task CreateAsync()
    {
        var form = Create ?? new();
        var rights = await RightsAsync(form);
        if (!rights.Ok)
        {
            _refused = rights.Error;
            return;
        }
        var days = int.TryParse(form.Days, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var made = await Service.CreateAsync(Caller, Project?.Id, Project?.Name, new(form.Name?.Trim() ?? "", form.Description?.Trim() ?? "", days, rights.Value), default);
        // Shown in this very answer: after a redirect the secret would be gone, or lie somewhere.
        if (made.Ok) _made = made.Value;
        else _refused = made.Error;
    }

    async Task<Result<IReadOnlyList<RobotRight>>> RightsAsync(NewRobotForm form)
    {
        var chosen = RobotPreset.Chosen(form.Preset, form.Rights).ToList();
        if (Project is not null) return chosen.ConvertAll(r => new RobotRight(r, Project.Id));
        var rights = RobotPreset.Chosen(null, form.SystemRights).Select(r => new RobotRight(r)).ToList();
        var names = (form.Projects ?? "").Split([' ', ',', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToList();
        if (names.Count > MaxProjects) return Error.Invalid("projects", $"At most {MaxProjects} projects at a time.");
        if (names.Contains("*")) return rights.Concat(chosen.Select(r => new RobotRight(r, EveryProject: true))).ToList();
        foreach (var name in names)
        {
            var project = await Projects.ResolveAsync(Caller, name, Permissions.ProjectRead, default);
            if (!project.Ok) return Error.Invalid("projects", $"There is no project {name}.");
            rights.AddRange(chosen.Select(r => new RobotRight(r, project.Value.Id)));
        }
        if (rights.Count == 0) return Error.Invalid("projects", "Name the projects that it works in, or tick rights on the system.");
        return rights;
    }

    string? ErrorOf(string field) => _refused?.Field == field ? _refused.Message : null;
}

/// <summary>The form for a new robot.</summary>
public sealed class NewRobotForm
{
    public string? Name { get; set; }
    public string? Description { get; set; }
    public string? Days { get; set; }
    public string? Projects { get; set; }
    public string? Preset { get; set; }
    public string[]? Rights { get; set; }
    public string[]? SystemRights { get; set; }
}

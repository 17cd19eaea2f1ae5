using Microsoft.AspNetCore.Components;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>What a project's admin decides, and deleting it.</summary>
public sealed partial class SettingsPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] ProjectService Service { get; set; } = default!;

    [Inject] ProjectDeleter Deleter { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [SupplyParameterFromForm(FormName = "settings")] ProjectSettingsForm? Settings { get; set; }

    [SupplyParameterFromForm(FormName = "delete", Name = "confirm")] string? Confirm { get; set; }

    ProjectPlace? _place;
    ProjectRow? _row;
    Error? _refused;

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(Project, ProjectSections.Settings) is not { } place) return;
        var found = await Projects.FindAsync(place.Caller, Project, default);
        if (found.Ok) (_place, _row) = (place, found.Value);
        else Navigation.NotFound();
    }

    async Task SaveAsync()
    {
        var form = Settings ?? new();
        var saved = await Service.UpdateAsync(_place!.Caller, _place.Project.Id, new(form.Access == VisibilityChoice.PublicValue, form.Description?.Trim() ?? "", form.AuditPulls, form.AuditPushes), default);
        if (!saved.Ok)
        {
            _refused = saved.Error;
            return;
        }
        Toasts.Add(new($"The settings of {Project} are saved"));
        Navigation.NavigateTo(PortalUrls.Settings(Project));
    }

    async Task DeleteAsync()
    {
        if (Confirm != _place!.Name)
        {
            _refused = new("PRECONDITION", $"To delete the project, type its name: {_place.Name}.", ErrorKind.Precondition);
            return;
        }
        var deleted = await Deleter.DeleteAsync(_place.Caller, _place.Project.Id, default);
        if (!deleted.Ok)
        {
            _refused = deleted.Error;
            return;
        }
        Toasts.Add(new($"{Project} is deleted"));
        Navigation.NavigateTo(PortalUrls.Projects);
    }
}

/// <summary>The form of a project's settings.</summary>
public sealed class ProjectSettingsForm
{
    public string? Description { get; set; }
    public string? Access { get; set; }
    public bool AuditPulls { get; set; }
    public bool AuditPushes { get; set; }
}

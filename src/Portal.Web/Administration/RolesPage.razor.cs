using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>All roles with how often each is held; making, cloning and deleting custom ones.</summary>
public sealed partial class RolesPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] RoleQueries Roles { get; set; } = default!;

    [Inject] RoleService Service { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create")] NewRole? Create { get; set; }

    [SupplyParameterFromForm(FormName = CloneRoleDialog.Form, Name = "id")] string? CloneId { get; set; }

    [SupplyParameterFromForm(FormName = CloneRoleDialog.Form, Name = "title")] string? CloneTitle { get; set; }

    [SupplyParameterFromForm(FormName = "delete", Name = "id")] string? DeleteId { get; set; }

    AdministrationPlace? _place;
    TableQuery _query = default!;
    Page<RoleRow>? _page;
    IReadOnlyList<RoleRow> _sources = [];
    Error? _error;
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(AdministrationSections.Roles, Permissions.RoleList) is not { } place) return;
        _query = TableQuery.From(Navigation, "-role", 25, "", "kind");
        // the list's own order is strongest first; a sort by the column begins with the weakest
        var request = _query.Request with { Sort = _query.Request.SortColumn == "role" ? (_query.Request.Descending ? "role" : "-role") : _query.Request.Sort };
        var listed = await Roles.ListAsync(place.Caller, request, default, _query.Get("kind") switch { "custom" => false, "shipped" => true, _ => null });
        _error = listed.Error;
        _page = listed.Ok ? listed.Value : null;
        if (place.May(Permissions.RoleCreate)) _sources = await Roles.ForProjectsAsync(default);
        _place = place;
    }

    async Task CreateAsync()
    {
        var form = Create ?? new();
        var made = string.IsNullOrEmpty(form.From)
            ? await Service.CreateAsync(_place!.Caller, new(form.Title ?? "", "", []), default)
            : await Service.CloneAsync(_place!.Caller, RoleForms.Id(form.From), form.Title ?? "", default);
        if (made.Ok) Open(made.Value, form.Title);
        else _refused = made.Error;
    }

    async Task CloneAsync()
    {
        var made = await Service.CloneAsync(_place!.Caller, RoleForms.Id(CloneId), CloneTitle ?? "", default);
        if (made.Ok) Open(made.Value, CloneTitle);
        else _notice = made.Error;
    }

    async Task DeleteAsync()
    {
        var deleted = await Service.DeleteAsync(_place!.Caller, RoleForms.Id(DeleteId), default);
        if (!deleted.Ok)
        {
            _notice = deleted.Error;
            return;
        }
        Toasts.Add(new("The role is deleted"));
        Navigation.NavigateTo(PortalUrls.Roles);
    }

    void Open(int id, string? title)
    {
        Toasts.Add(new($"The role {title?.Trim()} is there; choose what it may do"));
        Navigation.NavigateTo(PortalUrls.Role(id));
    }

    static string Holders(RoleRow role)
    {
        (int Count, string One, string Many)[] kinds = [(role.Users, "person", "people"), (role.Groups, "group", "groups"), (role.Robots, "robot", "robots")];
        return string.Join(", ", kinds.Where(k => k.Count > 0).Select(k => Format.Count(k.Count, k.One, k.Many)));
    }
}

/// <summary>The form for a new role.</summary>
public sealed class NewRole
{
    public string? Title { get; set; }

    /// <summary>The id of the role to copy; empty for none.</summary>
    public string? From { get; set; }
}

static class RoleForms
{
    // No role has the id 0, so what is not a number answers like a role that is gone.
    public static int Id(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

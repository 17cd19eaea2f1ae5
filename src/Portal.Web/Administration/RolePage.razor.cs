using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>One role: its rights as a grid, how it differs from another, and who holds it.</summary>
public sealed partial class RolePage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] RoleQueries Roles { get; set; } = default!;

    [Inject] RoleService Service { get; set; } = default!;

    [Inject] BindingQueries Bindings { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter] public int Id { get; set; }

    [SupplyParameterFromForm(FormName = CloneRoleDialog.Form, Name = "title")] string? CloneTitle { get; set; }

    AdministrationPlace? _place;
    RoleRow? _role;
    IReadOnlyList<RoleRow> _others = [];
    TableQuery _query = default!;
    Page<PlacedBinding>? _holders;
    Error? _holdersError;
    Error? _refused;
    RoleDraft? _sent;

    string? Against => TableQuery.From(Navigation).Get("against");

    bool Editable => _role is { BuiltIn: false } && _place!.May(Permissions.RoleUpdate);

    /// <summary>After a refusal what was sent, so that nothing has to be ticked twice.</summary>
    PermissionSet Shown => _sent is not null && RoleRules.Rights(_sent.Rights) is { Ok: true } sent ? sent.Value : _role!.Rights;

    /// <summary>The role that the address compares with, or else the next weaker one of a project.</summary>
    RoleRow? Base => _others.FirstOrDefault(r => r.Name == Against) ?? _others.FirstOrDefault(r => r.HarborId is not null && r.Strength <= _role!.Strength);

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(AdministrationSections.Roles, Permissions.RoleList) is not { } place) return;
        var found = await Roles.FindAsync(place.Caller, Id, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _query = TableQuery.From(Navigation, "name", 10, "h-");
        _others = [.. (await Roles.ForProjectsAsync(default)).Where(r => r.Id != Id)];
        var holders = await Bindings.ListAsync(place.Caller, _query.Request, default, new(Role: found.Value.Name));
        _holdersError = holders.Error;
        _holders = holders.Ok ? holders.Value : null;
        (_role, _place) = (found.Value, place);
    }

    async Task SaveAsync()
    {
        // A form of the framework binds at most a hundred values of one name; there are more rights than that.
        var form = Context.Request.Form;
        _sent = new(form["title"].ToString(), form["description"].ToString(), [.. form["right"].OfType<string>()]);
        var saved = await Service.UpdateAsync(_place!.Caller, Id, _sent, default);
        if (!saved.Ok)
        {
            _refused = saved.Error;
            return;
        }
        Toasts.Add(new($"{_sent.Title.Trim()} is saved"));
        Navigation.NavigateTo(PortalUrls.Role(Id));
    }

    async Task CloneAsync()
    {
        var made = await Service.CloneAsync(_place!.Caller, Id, CloneTitle ?? "", default);
        if (!made.Ok)
        {
            _refused = made.Error;
            return;
        }
        Toasts.Add(new($"The role {CloneTitle?.Trim()} is there; choose what it may do"));
        Navigation.NavigateTo(PortalUrls.Role(made.Value));
    }
}

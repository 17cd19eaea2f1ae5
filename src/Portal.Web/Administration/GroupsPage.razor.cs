using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Ldap;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>All groups: making, renaming and deleting them.</summary>
public sealed partial class GroupsPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Place { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] GroupQueries Groups { get; set; } = default!;

    [Inject] GroupService Service { get; set; } = default!;

    [Inject] LdapAdministration Directory { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create")] NewGroup? Create { get; set; }

    Caller _caller = Caller.Anonymous;
    AdministrationPlace _place = default!;
    TableQuery _query = default!;
    Page<GroupRow>? _page;
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _caller = await Current.GetAsync();
        _query = TableQuery.From(Navigation, "name");
        var listed = await Groups.ListAsync(_caller, _query.Request, [], default);
        if (!listed.Ok)
        {
            Navigation.NotFound(); // who may not administer learns nothing of it
            return;
        }
        _place = await Place.ShowAsync(_caller, AdministrationSections.Groups);
        _page = listed.Value;
    }

    async Task CreateAsync()
    {
        var form = Create ?? new();
        var (name, external, description) = (form.Name?.Trim() ?? "", form.External?.Trim() ?? "", form.Description?.Trim() ?? "");
        var made = GroupWords.Read(form.Source) switch
        {
            GroupSource.Ldap => await Directory.ImportGroupAsync(_caller, external, name, description, default),
            GroupSource.Oidc => await Service.CreateAsync(_caller, GroupSource.Oidc, name.Length > 0 ? name : external, external.Length > 0 ? external : name, description, default),
            _ => await Service.CreateAsync(_caller, GroupSource.Local, name, name, description, default),
        };
        if (!made.Ok)
        {
            _refused = made.Error;
            return;
        }
        Toasts.Add(new("The group is made"));
        Navigation.NavigateTo(PortalUrls.Group(made.Value));
    }

    async Task RenameAsync()
    {
        var changed = await Service.UpdateAsync(_caller, Id, Posted("name").Trim(), Posted("description").Trim(), default);
        Done(changed, $"{Posted("name").Trim()} is saved");
    }

    async Task DeleteAsync() => Done(await Service.DeleteAsync(_caller, Id, default), $"{Posted("who")} is deleted");

    void Done(Result result, string text)
    {
        if (!result.Ok)
        {
            _notice = result.Error;
            return;
        }
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Groups);
    }

    string? ErrorOf(string field) => _refused is { } error && error.Field == field ? error.Message : null;

    string Posted(string name) => Context.Request.Form[name].ToString();

    int Id => int.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

/// <summary>The form for a new group.</summary>
public sealed class NewGroup
{
    public string? Source { get; set; }
    public string? Name { get; set; }
    public string? External { get; set; }
    public string? Description { get; set; }
}

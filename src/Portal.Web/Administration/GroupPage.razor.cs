using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Administration;

/// <summary>One group: its people, and the roles that it gives them.</summary>
public sealed partial class GroupPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Place { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] GroupQueries Groups { get; set; } = default!;

    [Inject] GroupService Service { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter] public int Id { get; set; }

    Caller _caller = Caller.Anonymous;
    AdministrationPlace _place = default!;
    TableQuery _query = default!;
    GroupRow? _group;
    Page<GroupMemberRow>? _members;
    Page<GroupRoleRow>? _roles;
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _caller = await Current.GetAsync();
        _query = TableQuery.From(Navigation, "name");
        var found = await Groups.FindAsync(_caller, Id, default);
        if (!found.Ok)
        {
            Navigation.NotFound();
            return;
        }
        _place = await Place.ShowAsync(_caller, AdministrationSections.Groups);
        _group = found.Value;
        var members = await Groups.MembersAsync(_caller, Id, _query.Request, default);
        _members = members.Ok ? members.Value : Page<GroupMemberRow>.Empty;
        var roles = await Groups.RolesAsync(_caller, Id, default);
        _roles = roles.Ok ? roles.Value : Page<GroupRoleRow>.Empty;
        _notice = members.Error ?? roles.Error;
    }

    // who is in a group of elsewhere is decided there
    bool MayChange => _group is { Source: GroupSource.Local } && _place.May(GroupRights.Update);

    async Task AddAsync()
    {
        var added = await Service.AddMemberAsync(_caller, Id, Posted("username").Trim(), default);
        if (added.Ok) Done($"{Posted("username").Trim()} is in the group");
        else _refused = added.Error;
    }

    async Task RemoveAsync()
    {
        var user = int.TryParse(Posted("user"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var removed = await Service.RemoveMemberAsync(_caller, Id, user, default);
        if (removed.Ok) Done($"{Posted("who")} is out of the group");
        else _notice = removed.Error;
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Group(Id));
    }

    string Posted(string name) => Context.Request.HasFormContentType ? Context.Request.Form[name].ToString() : "";
}

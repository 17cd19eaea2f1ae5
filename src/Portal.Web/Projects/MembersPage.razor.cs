using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>Who belongs to a project, with which role.</summary>
public sealed partial class MembersPage
{
    const int MaxSuggestions = 8;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] MemberService Members { get; set; } = default!;

    [Inject] UserQueries Users { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [SupplyParameterFromForm(FormName = "add", Name = "user")] string? UserName { get; set; }

    [SupplyParameterFromForm(FormName = "add", Name = "role")] string? Role { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "member")] string? ChangedMember { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "role")] string? ChangedRole { get; set; }

    [SupplyParameterFromForm(FormName = "remove", Name = "member")] string? RemovedMember { get; set; }

    ProjectPlace? _place;
    TableQuery _query = default!;
    Page<MemberRow>? _page;
    IReadOnlyList<UserName> _suggestions = [];
    string? _who;
    bool _open;
    Error? _error;
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "name");
        if (await Access.EnterAsync(Project, ProjectSections.Members) is not { } place) return;
        var listed = await Members.ListAsync(place.Caller, place.Target, _query.Request, default);
        _error = listed.Error;
        _page = listed.Ok ? listed.Value : null;
        _open = _query.Is("add", "1");
        _who = _query.Get("who")?.Trim() is { Length: > 0 } who ? who : null;
        if (_who is not null && place.May(Permissions.MemberCreate) && await Users.SearchAsync(place.Caller, _who, MaxSuggestions, default) is { Ok: true } found) _suggestions = found.Value;
        _place = place;
    }

    async Task AddAsync()
    {
        var place = _place!;
        var added = await Members.AddAsync(place.Caller, place.Target, place.Name, UserName ?? "", Role ?? "", default);
        if (added.Ok) Done($"{UserName} is a member of {place.Name}");
        else (_refused, _open) = (added.Error, true);
    }

    async Task ChangeAsync()
    {
        var place = _place!;
        var changed = await Members.ChangeAsync(place.Caller, place.Target, place.Name, Id(ChangedMember), ChangedRole ?? "", default);
        if (changed.Ok) Done("The role was changed");
        else _notice = changed.Error;
    }

    async Task RemoveAsync()
    {
        var place = _place!;
        var removed = await Members.RemoveAsync(place.Caller, place.Target, place.Name, Id(RemovedMember), default);
        if (removed.Ok) Done($"The member was removed from {place.Name}");
        else _notice = removed.Error;
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Members(Project));
    }

    // No member has the id 0, so what is not a number answers like a member who is gone.
    static int Id(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    static RenderFragment RoleOptions(string chosen) => builder =>
    {
        foreach (var role in BuiltInRoles.OfProjects)
        {
            builder.OpenElement(0, "option");
            builder.AddAttribute(1, "value", role.Name);
            builder.AddAttribute(2, "selected", role.Name == chosen);
            builder.AddContent(3, role.Title);
            builder.CloseElement();
        }
    };
}

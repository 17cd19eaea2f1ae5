using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>Who belongs to a project, with which role, on which part of it and until when; and what the roles may do.</summary>
public sealed partial class MembersPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] MemberService Members { get; set; } = default!;

    [Inject] RoleQueries RoleReader { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    ProjectPlace? _place;
    IReadOnlyList<RoleRow> _roles = [];
    IReadOnlyDictionary<SubjectKind, int> _counts = new Dictionary<SubjectKind, int>();
    bool _rolesTab;

    protected override async Task OnInitializedAsync()
    {
        if (await Access.EnterAsync(Project, ProjectSections.Members) is not { } place) return;
        _roles = await RoleReader.ForProjectsAsync(default);
        if (place.May(Permissions.MemberList)) _counts = await Members.CountAsync(place.Caller, place.Target, default);
        _rolesTab = place.May(Permissions.MemberList) && TableQuery.From(Navigation).Is("tab", "roles");
        _place = place;
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Projects;

/// <summary>Who belongs to a project, with which role, on which part of it and until when; and what the roles may do.</summary>
public sealed partial class MembersPage
{
    const int MaxFound = 8;
    const string BulkForm = "many";

    static readonly (SubjectKind Kind, string One, string Many)[] Kinds =
        [(SubjectKind.User, "person", "people"), (SubjectKind.Group, "group", "groups"), (SubjectKind.Robot, "robot", "robots")];

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] MemberService Members { get; set; } = default!;

    [Inject] RoleQueries RoleReader { get; set; } = default!;

    [Inject] SubjectQueries Subjects { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [SupplyParameterFromForm(FormName = "add")] NewMember? Add { get; set; }

    [SupplyParameterFromForm(FormName = "set", Name = "set")] string? Set { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "member")] string? ChangedMember { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "role")] string? ChangedRole { get; set; }

    [SupplyParameterFromForm(FormName = "change", Name = "until")] string? ChangedUntil { get; set; }

    [SupplyParameterFromForm(FormName = "remove", Name = "member")] string? RemovedMember { get; set; }

    [SupplyParameterFromForm(FormName = BulkForm, Name = "selected")] string[]? Selected { get; set; }

    [SupplyParameterFromForm(FormName = BulkForm, Name = "action")] string? Action { get; set; }

    [SupplyParameterFromForm(FormName = BulkForm, Name = "role")] string? ManyRole { get; set; }

    readonly List<string> _notices = [];
    ProjectPlace? _place;
    TableQuery _query = default!;
    Page<BindingRow>? _page;
    IReadOnlyList<RoleRow> _roles = [];
    IReadOnlyDictionary<SubjectKind, int> _counts = new Dictionary<SubjectKind, int>();
    IReadOnlyList<SubjectName> _found = [];
    bool _rolesTab;
    Error? _error;
    Error? _refused;

    /// <summary>The roles with whether the reader may give each.</summary>
    IReadOnlyList<RoleChoice> Choices => [.. _roles.Select(r => RoleChoice.Of(r, _place!.Rights)).OfType<RoleChoice>()];

    string? Reach
    {
        get
        {
            if (_counts.Count == 0) return null;
            var words = Kinds.Where(k => _counts.ContainsKey(k.Kind)).Select(k => Format.Count(_counts[k.Kind], k.One, k.Many));
            return $"{string.Join(", ", words)} {(_counts.Values.Sum() == 1 ? "has" : "have")} a role here";
        }
    }

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "name", 15, "", "kind");
        if (await Access.EnterAsync(Project, ProjectSections.Members) is not { } place) return;
        _roles = await RoleReader.ForProjectsAsync(default);
        var listed = await Members.ListAsync(place.Caller, place.Target, _query.Request, default, new(MemberTable.Kind(_query.Get("kind"))));
        _error = listed.Error;
        _page = listed.Ok ? listed.Value : null;
        if (listed.Ok) _counts = await Members.CountAsync(place.Caller, place.Target, default);
        _rolesTab = listed.Ok && _query.Is("tab", "roles");
        if (_query.Get("who") is { } who && place.May(Permissions.MemberCreate) && await Subjects.SearchAsync(place.Caller, who, MaxFound, place.Project.Id, default) is { Ok: true } found) _found = found.Value;
        _place = place;
    }

    async Task AddAsync()
    {
        var (place, form) = (_place!, Add ?? new());
        var until = Until(form.Until);
        if (!until.Ok)
        {
            _refused = until.Error;
            return;
        }
        var at = new BindingPlace(place.Target, place.Name, form.Repositories?.Trim() ?? "", form.Tags?.Trim() ?? "");
        var subject = SubjectName.Read(form.User ?? "");
        var added = await Members.AddAsync(place.Caller, at, subject, form.Role ?? "", until.Value, default);
        if (added.Ok) Done($"{subject.Name} is a member of {place.Name}");
        else _refused = added.Error;
    }

    async Task SetAsync()
    {
        var colon = (Set ?? "").IndexOf(':', StringComparison.Ordinal);
        if (colon > 0) await ChangeAsync(Set![..colon], new(Set[(colon + 1)..]));
    }

    async Task ChangeAsync()
    {
        var until = Until(ChangedUntil);
        if (until.Ok) await ChangeAsync(ChangedMember, new(ChangedRole ?? "", until.Value, until.Value is null));
        else _notices.Add(until.Error.Message);
    }

    async Task ChangeAsync(string? member, BindingChange change)
    {
        var place = _place!;
        var changed = await Members.ChangeAsync(place.Caller, place.Target, place.Name, Id(member), change, default);
        if (changed.Ok) Done("The role was changed");
        else _notices.Add(changed.Error.Message);
    }

    async Task RemoveAsync()
    {
        var place = _place!;
        var removed = await Members.RemoveAsync(place.Caller, place.Target, place.Name, Id(RemovedMember), default);
        if (removed.Ok) Done($"The member was removed from {place.Name}");
        else _notices.Add(removed.Error.Message);
    }

    async Task ManyAsync()
    {
        var place = _place!;
        var done = 0;
        foreach (var member in (Selected ?? []).Distinct().Take(PageRequest.MaxTake))
        {
            var result = Action == "remove"
                ? await Members.RemoveAsync(place.Caller, place.Target, place.Name, Id(member), default)
                : await Members.ChangeAsync(place.Caller, place.Target, place.Name, Id(member), ManyRole ?? "", default);
            if (result.Ok) done++;
            else _notices.Add($"{_page?.Items.FirstOrDefault(r => r.Id == Id(member))?.Called ?? "A member"}: {result.Error.Message}");
        }
        var text = Action == "remove" ? $"{Format.Count(done, "member was", "members were")} removed" : $"{Format.Count(done, "role was", "roles were")} changed";
        if (_notices.Count == 0) Done(text);
        else _notices.Insert(0, $"{text}; the others stay as they are.");
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Members(Project));
    }

    // The named day is the last one, so the role ends with it.
    static Result<DateTimeOffset?> Until(string? day)
    {
        if (string.IsNullOrWhiteSpace(day)) return (DateTimeOffset?)null;
        return DateTimeOffset.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date.Year < 9999
            ? (DateTimeOffset?)date.AddDays(1)
            : Error.Invalid("until", "The last day is a date such as 2027-01-31.");
    }

    // No member has the id 0, so what is not a number answers like a member who is gone.
    static int Id(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    RenderFragment RoleOptions(string chosen) => RoleChoice.Options(Choices, chosen);
}

/// <summary>The form for a new member.</summary>
public sealed class NewMember
{
    /// <summary>Who, as <see cref="SubjectName.Text"/> gives it.</summary>
    public string? User { get; set; }
    public string? Role { get; set; }
    public string? Repositories { get; set; }
    public string? Tags { get; set; }
    public string? Until { get; set; }
}

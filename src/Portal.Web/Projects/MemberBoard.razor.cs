using System.Globalization;
using Microsoft.AspNetCore.Components;
using Portal.Access;
using Portal.Kernel;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>The members of one place: listed, added, changed and removed, one by one or many at a time.</summary>
public sealed partial class MemberBoard
{
    const int MaxFound = 8;
    const int IdleDays = 90;
    const string BulkForm = "many";

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] MemberService Members { get; set; } = default!;

    [Inject] SubjectQueries Subjects { get; set; } = default!;

    [Inject] TimeProvider Time { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [Parameter, EditorRequired] public MemberPlace Place { get; set; } = default!;

    /// <summary>All roles that can be given there.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<RoleRow> Roles { get; set; } = [];

    /// <summary>Stands below the table.</summary>
    [Parameter] public RenderFragment? ChildContent { get; set; }

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
    TableQuery _query = default!;
    Page<BindingRow>? _page;
    IReadOnlyList<SubjectName> _found = [];
    Error? _error;
    Error? _refused;

    /// <summary>The roles with whether the reader may give each.</summary>
    IReadOnlyList<RoleChoice> Choices => [.. Roles.Select(Place.Choice).OfType<RoleChoice>()];

    string Take => Place.OnSystem ? "Take back" : "Remove";

    string Where => Place.OnSystem ? "on the whole system" : $"in {Place.Name}";

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "name", 15, "", "kind", "idle");
        var filter = new BindingFilter(MemberTable.Kind(_query.Get("kind")), IdleSince: _query.Is("idle", "1") ? Time.GetUtcNow().AddDays(-IdleDays) : null);
        var listed = await Members.ListAsync(Place.Caller, Place.Target, _query.Request, default, filter);
        _error = listed.Error;
        _page = listed.Ok ? listed.Value : null;
        if (_query.Get("who") is { } who && Place.May(Permissions.MemberCreate) && await Subjects.SearchAsync(Place.Caller, who, MaxFound, Place.ProjectId, default) is { Ok: true } found) _found = found.Value;
    }

    async Task AddAsync()
    {
        var (place, form) = (Place, Add ?? new());
        var until = Until(form.Until);
        if (!until.Ok)
        {
            _refused = until.Error;
            return;
        }
        var at = new BindingPlace(place.Target, place.Name, form.Repositories?.Trim() ?? "", form.Tags?.Trim() ?? "");
        var subject = SubjectName.Read(form.User ?? "");
        var added = await Members.AddAsync(place.Caller, at, subject, form.Role ?? "", until.Value, default);
        if (added.Ok) Done(place.OnSystem ? $"{subject.Name} has a role on the whole system" : $"{subject.Name} is a member of {place.Name}");
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
        var place = Place;
        var changed = await Members.ChangeAsync(place.Caller, place.Target, place.Name, Id(member), change, default);
        if (changed.Ok) Done("The role was changed");
        else _notices.Add(changed.Error.Message);
    }

    async Task RemoveAsync()
    {
        var place = Place;
        var removed = await Members.RemoveAsync(place.Caller, place.Target, place.Name, Id(RemovedMember), default);
        if (removed.Ok) Done(place.OnSystem ? "The role was taken back" : $"The member was removed from {place.Name}");
        else _notices.Add(removed.Error.Message);
    }

    async Task ManyAsync()
    {
        var place = Place;
        var done = 0;
        foreach (var member in (Selected ?? []).Distinct().Take(PageRequest.MaxTake))
        {
            var result = Action == "remove"
                ? await Members.RemoveAsync(place.Caller, place.Target, place.Name, Id(member), default)
                : await Members.ChangeAsync(place.Caller, place.Target, place.Name, Id(member), ManyRole ?? "", default);
            if (result.Ok) done++;
            else _notices.Add($"{_page?.Items.FirstOrDefault(r => r.Id == Id(member))?.Called ?? "A member"}: {result.Error.Message}");
        }
        var text = Action == "remove" ? place.OnSystem ? $"{Format.Count(done, "role was", "roles were")} taken back" : $"{Format.Count(done, "member was", "members were")} removed" : $"{Format.Count(done, "role was", "roles were")} changed";
        if (_notices.Count == 0) Done(text);
        else _notices.Insert(0, $"{text}; the others stay as they are.");
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(Place.Url);
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

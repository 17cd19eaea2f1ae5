using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Immutability;
using Portal.Kernel;
using Portal.Protection;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Portal.Web.Protection;

namespace Portal.Web.Rules;

/// <summary>The views of a project's rules.</summary>
enum RulesTab { Immutability, Locks, Content }

/// <summary>What keeps tags and artifacts of a project as they are, and what may come in.</summary>
public sealed partial class RulesPage
{
    TableQuery _query = default!;
    RulesTab _tab;
    ProjectPlace? _place;
    ProjectRules? _rules;
    RuleForm _form = default!;
    RuleDraft? _draft;
    RulePreview? _preview;
    Page<LockRow>? _locks;
    LockRow? _projectLock;
    ContentList? _content;
    Error? _wrong;
    Error? _refused;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] ImmutabilityQueries Rules { get; set; } = default!;

    [Inject] ImmutabilityService Service { get; set; } = default!;

    [Inject] LockQueries Locks { get; set; } = default!;

    [Inject] LockService Locker { get; set; } = default!;

    [Inject] ContentService Content { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _tab = Tab switch { "locks" => RulesTab.Locks, "content" => RulesTab.Content, _ => RulesTab.Immutability };
        _query = _tab == RulesTab.Locks ? TableQuery.From(Navigation, null) : TableQuery.From(Navigation, null, 10, "", [.. RuleForm.Fields]);
        if (await Access.EnterAsync(Project, ProjectSections.Rules) is not { } place) return;
        if (!place.May(Permissions.ImmutableTagList))
        {
            Navigation.NotFound();
            return;
        }
        _place = place;
        if (_tab == RulesTab.Locks) await LoadLocksAsync(place);
        else if (_tab == RulesTab.Content) await LoadContentAsync(place);
        else await LoadRulesAsync(place);
    }

    async Task LoadRulesAsync(ProjectPlace place)
    {
        var rules = await Rules.OfProjectAsync(place.Caller, place.Project, default);
        (_rules, _refused) = (rules.Ok ? rules.Value : null, rules.Error);
        _form = RuleForm.OfAddress(Navigation.Uri);
        var edited = _rules?.Rules.FirstOrDefault(r => r.Id == _form.Edit && !r.Inherited);
        if (edited is null) _form = _form with { Edit = 0 };
        else _form = _form.Started ? _form with { Name = edited.Name, Expirable = edited.Expirable } : RuleForm.Of(edited);
        if (!_form.Started || !place.May(Permissions.TagList)) return;
        var draft = _form.Read(edited?.Disabled ?? false);
        (_draft, _wrong) = (draft.Ok ? draft.Value : null, draft.Error);
        if (_draft is null) return;
        var preview = await Rules.PreviewAsync(place.Caller, place.Project, _draft.Repositories, _draft.Tags, _query.Request with { Filter = null }, default);
        if (preview.Ok) _preview = preview.Value;
        else _wrong = preview.Error;
    }

    async Task LoadLocksAsync(ProjectPlace place)
    {
        var locks = await Locks.ListAsync(place.Caller, place.Project, _query.Request, default);
        (_locks, _refused) = (locks.Ok ? locks.Value : null, locks.Error);
        _projectLock = await Locks.OfProjectAsync(place.Project, default);
    }

    async Task LoadContentAsync(ProjectPlace place)
    {
        var list = await Content.FindAsync(place.Caller, place.Project, default);
        (_content, _refused) = (list.Ok ? list.Value : null, list.Error);
    }

    async Task SaveAsync()
    {
        var form = RuleForm.Of(Context.Request.Form);
        var draft = form.Read();
        if (!draft.Ok)
        {
            _refused = draft.Error;
            return;
        }
        var saved = form.Edit == 0 ? Outcome(await Service.CreateAsync(_place!.Caller, _place.Project, draft.Value, default))
            : await Service.UpdateAsync(_place!.Caller, _place.Project, form.Edit, present => draft.Value with { Disabled = present.Disabled }, default);
        Done(saved, form.Edit == 0 ? "The rule is added" : "The rule is saved", PortalUrls.Rules(Project));
    }

    async Task ToggleAsync()
    {
        var off = Context.Request.Form["off"].ToString() == "1";
        Done(await Service.UpdateAsync(_place!.Caller, _place.Project, Id, present => present with { Disabled = off }, default), off ? "The rule is off" : "The rule is on", PortalUrls.Rules(Project));
    }

    async Task DeleteAsync() => Done(await Service.DeleteAsync(_place!.Caller, _place.Project, Id, default), "The rule is deleted", PortalUrls.Rules(Project));

    async Task LockAsync()
    {
        var locked = await LockForm.Of(Context.Request.Form).LockAsync(Locker, _place!.Caller, _place.Project);
        Done(Outcome(locked), locked.Ok ? $"{locked.Value} is locked" : "", PortalUrls.Rules(Project) + "?tab=locks");
    }

    async Task UnlockAsync() => Done(await Locker.UnlockAsync(_place!.Caller, _place.Project, LockForm.Id(Context.Request.Form), default), "The lock is off", PortalUrls.Rules(Project) + "?tab=locks");

    async Task SaveContentAsync() =>
        Done(await Content.ChangeAsync(_place!.Caller, _place.Project, ContentTypesPart.Read(Context.Request.Form), default), "What may be pushed is saved", PortalUrls.Rules(Project) + "?tab=content");

    void Done(Result result, string text, string url)
    {
        _refused = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(url);
    }

    static Result Outcome<T>(Result<T> result) => result.Ok ? Result.Success : result.Error;

    int Id => int.TryParse(Context.Request.Form["id"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Immutability;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Administration;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Rules;

/// <summary>The rules that every project inherits, and the projects that do not.</summary>
public sealed partial class SystemRulesPage
{
    TableQuery _query = default!;
    AdministrationPlace? _place;
    IReadOnlyList<RuleRow>? _rules;
    Page<ExemptionRow>? _exempt;
    RuleForm _form = default!;
    Error? _refused;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] ImmutabilityQueries Rules { get; set; } = default!;

    [Inject] ImmutabilityService Service { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, null);
        _form = RuleForm.OfAddress(Navigation.Uri);
        _place = await Access.EnterAsync(AdministrationSections.Rules, Permissions.ImmutableTagList);
        if (_place is null) return;
        var rules = await Rules.DefaultsAsync(_place.Caller, default);
        var exempt = await Rules.ExemptionsAsync(_place.Caller, _query.Request, default);
        (_rules, _exempt, _refused) = (rules.Ok ? rules.Value : [], exempt.Ok ? exempt.Value : null, rules.Error ?? exempt.Error);
        _form = _rules.FirstOrDefault(r => r.Id == _form.Edit) is { } edited ? RuleForm.Of(edited) : _form with { Edit = 0 };
    }

    async Task SaveAsync()
    {
        _form = RuleForm.Of(Context.Request.Form);
        var draft = _form.Read();
        if (!draft.Ok)
        {
            _refused = draft.Error;
            return;
        }
        if (_form.Edit != 0) Done(await Service.UpdateAsync(_place!.Caller, null, _form.Edit, present => draft.Value with { Disabled = present.Disabled }, default), "The rule is saved");
        else Done(Outcome(await Service.CreateAsync(_place!.Caller, null, draft.Value, default)), "The rule is added to every project");
    }

    async Task ToggleAsync()
    {
        var off = Context.Request.Form["off"].ToString() == "1";
        Done(await Service.UpdateAsync(_place!.Caller, null, Id, present => present with { Disabled = off }, default), off ? "The rule is off" : "The rule is on");
    }

    async Task DeleteAsync() => Done(await Service.DeleteAsync(_place!.Caller, null, Id, default), "The rule is deleted");

    async Task ExemptAsync()
    {
        var project = await FindAsync();
        Done(project.Ok ? await Service.ExemptAsync(_place!.Caller, project.Value, Context.Request.Form["reason"].ToString(), default) : project.Error, "The project goes without the system's rules");
    }

    async Task InheritAsync()
    {
        var project = await FindAsync();
        Done(project.Ok ? await Service.EndExemptionAsync(_place!.Caller, project.Value, default) : project.Error, "The project inherits again");
    }

    Task<Result<ProjectEntry>> FindAsync() => Projects.ResolveAsync(_place!.Caller, Context.Request.Form["project"].ToString().Trim(), Permissions.ProjectRead, default);

    void Done(Result result, string text)
    {
        _refused = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.SystemRules);
    }

    static Result Outcome<T>(Result<T> result) => result.Ok ? Result.Success : result.Error;

    int Id => int.TryParse(Context.Request.Form["id"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;

namespace Portal.Web.Administration;

/// <summary>The rules that map group names to roles, and what they say of a name.</summary>
public sealed partial class GroupRulesPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Place { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] MappingRuleService Rules { get; set; } = default!;

    [Inject] RoleQueries Roles { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [SupplyParameterFromForm(FormName = "create", Name = "Draft")] RuleForm? New { get; set; }

    Caller _caller = Caller.Anonymous;
    IReadOnlyList<MappingRule>? _rules;
    IReadOnlyList<RoleRow> _roles = [];
    TriedName? _tried;
    GroupSource _source;
    string _name = "";

    /// <summary>What was sent to change a rule; kept to fill the dialog again after a refusal.</summary>
    RuleForm? Changed { get; set; }
    Error? _refused;
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _caller = await Current.GetAsync();
        var listed = await Rules.ListAsync(_caller, default);
        if (!listed.Ok)
        {
            Navigation.NotFound();
            return;
        }
        await Place.ShowAsync(_caller, AdministrationSections.GroupRules);
        _rules = listed.Value.Items;
        _roles = [.. (await Roles.ForProjectsAsync(default)).Where(r => RoleChoice.Of(r, PermissionSet.None) is not null)];
        _name = Context.Request.Query["name"].ToString();
        _source = GroupWords.Read(Context.Request.Query["source"].ToString()) == GroupSource.Ldap ? GroupSource.Ldap : GroupSource.Oidc;
        if (_name.Length == 0) return;
        var tried = await Rules.TryAsync(_caller, _source, _name, default);
        if (tried.Ok) _tried = tried.Value;
        else _notice = tried.Error;
    }

    async Task CreateAsync()
    {
        var made = await Rules.CreateAsync(_caller, Draft(New ?? new()), default);
        if (made.Ok) Done("The rule is added and applied");
        else _refused = made.Error;
    }

    async Task EditAsync()
    {
        Changed = new() { Source = Posted("source"), Pattern = Posted("pattern"), Project = Posted("project"), Role = Posted("role") };
        var changed = await Rules.UpdateAsync(_caller, Id, Draft(Changed), default);
        if (changed.Ok) Done("The rule is saved and applied");
        else _refused = changed.Error;
    }

    async Task MoveAsync(bool up) => Done(await Rules.MoveAsync(_caller, Id, up, default), "The rule is moved");

    async Task DeleteAsync() => Done(await Rules.DeleteAsync(_caller, Id, default), "The rule is deleted");

    void Done(Result result, string text)
    {
        if (result.Ok) Done(text);
        else _notice = result.Error;
    }

    void Done(string text)
    {
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.GroupRules);
    }

    string Verdict(MappingRule rule) => _tried?.Rules.FirstOrDefault(r => r.Verdict.Rule.Id == rule.Id) switch
    {
        null => "Nothing tried",
        { Verdict.Matches: false } => "Does not fit",
        { Verdict.OverruledBy: { } earlier } => $"Fits, but {earlier.Pattern} decides",
        { ProjectExists: false } => "Fits; no such project",
        _ => "Gives its role",
    };

    static MappingRuleDraft Draft(RuleForm form) => new(GroupWords.Read(form.Source), form.Pattern?.Trim() ?? "", form.Project?.Trim() ?? "", form.Role ?? "");

    string Posted(string name) => Context.Request.Form[name].ToString();

    int Id => int.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
}

/// <summary>A rule as a form sends it.</summary>
public sealed class RuleForm
{
    public string? Source { get; set; }
    public string? Pattern { get; set; }
    public string? Project { get; set; }
    public string? Role { get; set; }
}

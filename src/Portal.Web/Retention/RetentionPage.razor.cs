using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Retention;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;
using Portal.Retention.Text;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;

namespace Portal.Web.Retention;

/// <summary>Which tags of a project go: its rules with what they would do, and its runs.</summary>
public sealed partial class RetentionPage
{
    TableQuery _query = default!;
    bool _runs;
    ProjectPlace? _place;
    EffectivePolicy? _effective;
    PolicyEditor? _editor;
    RetentionPreview? _preview;
    RetentionPlan? _waiting;
    Page<RetentionPlan>? _plans;
    IReadOnlyList<JobRunRow> _active = [];
    IReadOnlyList<string> _inherited = [];
    IReadOnlyList<DateTimeOffset> _next = [];
    Error? _refused;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] RetentionQueries Retention { get; set; } = default!;

    [Inject] RetentionService Service { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [SupplyParameterFromQuery(Name = "tab")] public string? Tab { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _runs = Tab == "runs";
        _query = TableQuery.From(Navigation, null, 25);
        if (await Access.EnterAsync(Project, ProjectSections.Retention) is not { } place) return;
        if (!place.May(Permissions.RetentionRead))
        {
            Navigation.NotFound();
            return;
        }
        _place = place;
        var effective = await Retention.EffectiveAsync(place.Caller, place.Project, default);
        (_effective, _refused) = (effective.Ok ? effective.Value : null, effective.Error);
        var plans = await Retention.PlansAsync(place.Caller, place.Project, _query.Request, default);
        if (plans.Ok) _waiting = plans.Value.Items.FirstOrDefault(p => p.State == PlanState.Waiting);
        if (_runs)
        {
            (_plans, _refused) = (plans.Ok ? plans.Value : null, plans.Error);
            _active = await Retention.ActiveAsync(place.Project, default);
            return;
        }
        if (_effective?.System is { } system) _inherited = Lines(PolicyText.Read(system.Rules).Value);
        if (_effective?.Leading is { } leading && await Retention.ScheduleAsync(leading, default) is { } schedule) _next = schedule.Next;
        _editor = PolicyEditor.Of(_effective?.Own, false);
        // a post brings rules of its own, which are looked at when it has been read
        if (!HttpMethods.IsPost(Context.Request.Method)) await LookAsync();
    }

    static List<string> Lines(PolicyRules rules) => rules.Form == PolicyForm.Harbor ? [.. rules.Union.Select(Reasons.Sentence)]
        : [.. rules.Rules.Select(r => $"{RetentionWords.Of(r.Action).Word} {Reasons.Sentence(r.When)}")];

    async Task EditAsync()
    {
        var form = Context.Request.Form;
        _editor = PolicyEditor.Post(name => form.TryGetValue(name, out var value) ? value.ToString() : "");
        if (_editor.Saving)
        {
            var draft = _editor.Draft();
            var saved = draft.Ok ? await Service.SaveAsync(_place!.Caller, _place.Project, draft.Value, null, default) : draft.Error;
            if (saved.Ok)
            {
                Toasts.Add(new("The rules are saved"));
                Navigation.NavigateTo(PortalUrls.Retention(Project));
                return;
            }
            _editor.Refuse(saved.Error);
        }
        await LookAsync();
    }

    async Task LookAsync()
    {
        if (!_place!.May(Permissions.TagList) || _editor is not { } editor) return;
        var rules = editor.Wrong is null ? editor.Rules : PolicyRules.None;
        var preview = await Retention.PreviewAsync(_place.Caller, _place.Project, new(rules, editor.Mode, editor.Show, new((editor.Page - 1) * PreviewPart.Size, PreviewPart.Size, null, editor.Filter), editor.Try), default);
        if (preview.Ok) _preview = editor.Wrong is null ? preview.Value : null;
        else editor.Refuse(preview.Error);
    }

    async Task RunAsync(bool dryRun)
    {
        var run = await Service.StartAsync(_place!.Caller, _place.Project, dryRun, default);
        Done(run.Ok ? Result.Success : run.Error, dryRun ? "The dry run is queued" : "The run is queued");
    }

    void Done(Result result, string text)
    {
        _refused = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.RetentionRuns(Project));
    }
}

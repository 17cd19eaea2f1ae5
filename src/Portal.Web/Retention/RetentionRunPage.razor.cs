using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Artifacts;
using Portal.Kernel;
using Portal.Retention;
using Portal.Retention.Evaluation;
using Portal.Web.Kit;
using Portal.Web.Layout;
using Portal.Web.Projects;

namespace Portal.Web.Retention;

/// <summary>What one run found and did, and the question it asks when the brake stopped it.</summary>
public sealed partial class RetentionRunPage
{
    TableQuery _query = default!;
    ProjectPlace? _place;
    RetentionPlan? _plan;
    Page<PlanRepositoryRow>? _repositories;
    Page<StoredVerdict>? _verdicts;
    string? _log;
    Error? _refused;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] ProjectAccess Access { get; set; } = default!;

    [Inject] RetentionQueries Retention { get; set; } = default!;

    [Inject] RetentionService Service { get; set; } = default!;

    [Inject] DeletionService Deletions { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter] public string Project { get; set; } = "";

    [Parameter] public long Plan { get; set; }

    [SupplyParameterFromQuery(Name = "view")] public string? View { get; set; }

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, null, 25, "", "verdict");
        if (await Access.EnterAsync(Project, ProjectSections.Retention) is not { } place) return;
        var plan = await Retention.PlanAsync(place.Caller, place.Project, Plan, default);
        if (!plan.Ok)
        {
            Navigation.NotFound();
            return;
        }
        (_place, _plan) = (place, plan.Value);
        if (View == "repositories") _repositories = await Retention.RepositoriesAsync(plan.Value, _query.Request, default);
        else if (View == "log") _log = await Retention.LogAsync(plan.Value, default);
        else _verdicts = await Retention.VerdictsAsync(plan.Value, Wanted, _query.Request, default);
    }

    Verdict? Wanted => _query.Get("verdict") switch { "delete" => Verdict.Delete, "keep" => Verdict.Keep, "skip" => Verdict.Skip, "immutable" => Verdict.Immutable, _ => null };

    async Task ConfirmAsync()
    {
        var run = await Service.ConfirmAsync(_place!.Caller, _place.Project, Plan, default);
        _refused = run.Error;
        if (!run.Ok) return;
        Toasts.Add(new("The run is queued"));
        Navigation.NavigateTo(PortalUrls.RetentionRun(Project, Plan));
    }

    async Task RestoreAsync()
    {
        _ = long.TryParse(Context.Request.Form["deletion"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var deletion);
        // only what this run deleted is restored from its page
        if (deletion == 0 || _repositories?.Items.Any(r => r.DeletionId == deletion) != true) return;
        var restored = await Deletions.RestoreAsync(_place!.Caller, deletion, default);
        _refused = restored.Error;
        if (!restored.Ok) return;
        Toasts.Add(new($"{Format.Count(restored.Value.Tags, "tag")} restored"));
        Navigation.NavigateTo(PortalUrls.RetentionRun(Project, Plan) + "?view=repositories");
    }
}

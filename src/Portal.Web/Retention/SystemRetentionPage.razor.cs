using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention;
using Portal.Retention.Clusters;
using Portal.Retention.Rules;
using Portal.Web.Administration;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Retention;

/// <summary>The retention policy of the system, and the clusters that report what they run.</summary>
public sealed partial class SystemRetentionPage
{
    TableQuery _query = default!;
    AdministrationPlace? _place;
    PolicyEditor? _editor;
    RetentionPreview? _preview;
    Page<ClusterRow>? _clusters;
    IReadOnlyList<DateTimeOffset> _next = [];
    string _project = "";
    bool _missing;
    Error? _refused;

    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] RetentionQueries Retention { get; set; } = default!;

    [Inject] RetentionService Service { get; set; } = default!;

    [Inject] ClusterQueries Clusters { get; set; } = default!;

    [Inject] ClusterService ClusterChanges { get; set; } = default!;

    [Inject] ProjectQueries Projects { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, null, 25);
        if (await Access.EnterAsync(AdministrationSections.Retention, Permissions.RetentionRead) is not { } place) return;
        _place = place;
        var effective = await Retention.EffectiveAsync(place.Caller, null, default);
        if (!effective.Ok)
        {
            _refused = effective.Error;
            return;
        }
        _editor = PolicyEditor.Of(effective.Value.System, true);
        if (effective.Value.System is { } system && await Retention.ScheduleAsync(system, default) is { } schedule) _next = schedule.Next;
        var clusters = await Clusters.ListAsync(place.Caller, _query.Request, default);
        if (clusters.Ok) _clusters = clusters.Value;
    }

    async Task EditAsync()
    {
        var form = Context.Request.Form;
        _editor = PolicyEditor.Post(name => form.TryGetValue(name, out var value) ? value.ToString() : "");
        _project = form["project"].ToString().Trim();
        if (_editor.Saving)
        {
            var draft = _editor.Draft();
            var saved = draft.Ok ? await Service.SaveAsync(_place!.Caller, null, draft.Value, null, default) : draft.Error;
            if (saved.Ok)
            {
                Toasts.Add(new("The rules are saved"));
                Navigation.NavigateTo(PortalUrls.SystemRetention);
                return;
            }
            _editor.Refuse(saved.Error);
        }
        if (_project.Length == 0 || _editor.Wrong is not null) return;
        var project = await Projects.ResolveAsync(_place!.Caller, _project, Permissions.RetentionRead, default);
        _missing = !project.Ok;
        if (!project.Ok) return;
        var preview = await Retention.PreviewAsync(_place.Caller, project.Value, new(_editor.Rules, null, _editor.Show, new((_editor.Page - 1) * PreviewPart.Size, PreviewPart.Size, null, _editor.Filter), _editor.Try), default);
        if (preview.Ok) _preview = preview.Value;
        else _editor.Refuse(preview.Error);
    }

    async Task RunAsync(bool dryRun)
    {
        var run = await Service.StartAsync(_place!.Caller, null, dryRun, default);
        Done(run.Ok ? Result.Success : run.Error, dryRun ? "The dry run is queued" : "The run is queued");
    }

    async Task ForgetAsync() => Done(await ClusterChanges.DeleteAsync(_place!.Caller, Context.Request.Form["name"].ToString(), default), "The cluster is taken off");

    void Done(Result result, string text)
    {
        _refused = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.SystemRetention);
    }
}

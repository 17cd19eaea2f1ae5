using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Kernel;
using Portal.Projects;
using Portal.Quotas;
using Portal.Web.Kit;
using Portal.Web.Projects;

namespace Portal.Web.Quotas;

/// <summary>A project's storage on its overview and among its settings.</summary>
public sealed partial class ProjectQuota
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] QuotaQueries Quotas { get; set; } = default!;

    [Inject] QuotaPosts Posts { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    [Parameter, EditorRequired] public ProjectPlace Place { get; set; } = default!;

    /// <summary>True where the reader may ask for more, on the settings page.</summary>
    [Parameter] public bool MayAsk { get; set; }

    QuotaRow? _row;
    QuotaUsage? _usage;
    QuotaRequestRow? _last;
    Error? _refused;

    protected override async Task OnInitializedAsync()
    {
        var row = await Quotas.OfProjectAsync(Place.Caller, Place.Project.Id, default);
        var usage = await Quotas.UsageAsync(Place.Caller, Place.Project.Id, default);
        // who may not see quotas sees none
        if (!row.Ok || !usage.Ok) return;
        (_row, _usage) = (row.Value, usage.Value);
        if (MayAsk) _last = (await Quotas.LastRequestAsync(Place.Caller, Place.Project.Id, default)).Map(list => list.FirstOrDefault()).Value;
    }

    async Task AskAsync()
    {
        var asked = await Posts.AskAsync(Place.Caller, Place.Project.Id, Posted("bytes"), Posted("reason"));
        if (!asked.Ok)
        {
            _refused = asked.Error;
            return;
        }
        Toasts.Add(new("The request is sent"));
        Navigation.NavigateTo(PortalUrls.Settings(Place.Name));
    }

    static (string Class, string Text)? Words(QuotaRow row) => ProjectStorage.MarkOf(row.Used, row.Limit) switch
    {
        _ when row.Limit >= 0 && row.Used > row.Limit => ("bad", "The project holds more than it may: nothing new fits until something is deleted."),
        >= 95 => ("bad", "The project is nearly full: larger pushes will be refused."),
        >= 80 => ("warn", "The project is getting full."),
        _ => null,
    };

    string Posted(string name) => Context.Request.HasFormContentType ? Context.Request.Form[name].ToString() : "";
}

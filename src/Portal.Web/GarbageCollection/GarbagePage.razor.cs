using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.GarbageCollection;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Web.Administration;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.GarbageCollection;

/// <summary>When garbage is collected, what the last run did, and what it would do now.</summary>
public sealed partial class GarbagePage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] AdministrationAccess Access { get; set; } = default!;

    [Inject] GarbageQueries Garbage { get; set; } = default!;

    [Inject] GarbageService Service { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    AdministrationPlace? _place;
    TableQuery _query = default!;
    Page<JobRunRow>? _runs;
    JobScheduleRow? _schedule;
    GarbageSettings? _settings;
    GarbageReport? _report;
    string? _log;
    Error? _refused;

    protected override async Task OnInitializedAsync()
    {
        _query = TableQuery.From(Navigation, "-id", 15, "", "run");
        if (await Access.EnterAsync(AdministrationSections.Garbage, Permissions.Named("garbage-collection:list")) is not { } place) return;
        var runs = await Garbage.RunsAsync(place.Caller, null, _query.Sort ?? "-id", _query.PageNumber, _query.Size, default);
        var settings = await Garbage.SettingsAsync(place.Caller, default);
        var schedule = await Garbage.ScheduleAsync(place.Caller, default);
        if (!runs.Ok || !settings.Ok || !schedule.Ok)
        {
            Navigation.NotFound();
            return;
        }
        (_runs, _settings, _schedule) = (new(runs.Value.Rows, (int)runs.Value.Total), settings.Value, schedule.Value.Count > 0 ? schedule.Value[0] : null);
        await ShowAsync(place.Caller);
        _place = place;
    }

    // the run that is asked for, with its log; else the report of the last that has ended
    async Task ShowAsync(Caller caller)
    {
        var asked = long.TryParse(_query.Get("run"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var shown = asked > 0 ? asked : _runs!.Items.FirstOrDefault(r => r.EndedAt is not null)?.Id ?? 0;
        if (shown > 0 && await Garbage.ReportAsync(caller, shown, default) is { Ok: true, Value: [var report, ..] }) _report = report;
        if (asked > 0 && await Garbage.LogAsync(caller, asked, default) is { Ok: true } log) _log = log.Value;
    }

    bool May(string action) => _place!.May(Permissions.Named("garbage-collection:" + action));

    async Task StartAsync(bool dry)
    {
        var started = await Service.StartAsync(_place!.Caller, new(Posted("untagged") == "true", dry), default);
        Done(started.Ok ? Result.Success : started.Error, dry ? "A dry run begins" : "A garbage collection begins");
    }

    async Task StopAsync() => Done(await Service.StopAsync(_place!.Caller, long.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0, default), "The run stops");

    async Task ScheduleAsync()
    {
        var type = Posted("type");
        Done(await Service.ScheduleAsync(_place!.Caller, type == "None" ? null : new(type, Posted("cron").Trim()), new(Posted("untagged") == "true"), default), "The schedule is saved");
    }

    async Task ConfigureAsync()
    {
        var numbers = new[] { "grace", "pace", "from", "to", "tags" }.Select(f => int.TryParse(Posted(f).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToList();
        Done(await Service.ConfigureAsync(_place!.Caller, new(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]), default), "Pace and grace are saved");
    }

    void Done(Result result, string text)
    {
        _refused = result.Error;
        if (!result.Ok) return;
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.GarbageCollection);
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    string Posted(string name) => Context.Request.Form[name].ToString();
}

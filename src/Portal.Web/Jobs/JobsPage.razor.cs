using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Jobs;
using Portal.Jobs.Upkeep;
using Portal.Kernel;
using Portal.Web.Kit;
using Portal.Web.Layout;

namespace Portal.Web.Jobs;

/// <summary>All long work: what is under way, what waits, what is due, what was done, and by whom.</summary>
public sealed partial class JobsPage
{
    [Inject] NavigationManager Navigation { get; set; } = default!;

    [Inject] CurrentCaller Current { get; set; } = default!;

    [Inject] ShellContext Shell { get; set; } = default!;

    [Inject] JobBoards Boards { get; set; } = default!;

    [Inject] JobQueries Queries { get; set; } = default!;

    [Inject] WorkQueries Work { get; set; } = default!;

    [Inject] JobRights Rights { get; set; } = default!;

    [Inject] JobPosts Posts { get; set; } = default!;

    [Inject] JobCatalogue Kinds { get; set; } = default!;

    [Inject] IAccessPolicy Policy { get; set; } = default!;

    [Inject] ToastQueue Toasts { get; set; } = default!;

    [Inject] TimeProvider Clock { get; set; } = default!;

    [CascadingParameter] HttpContext Context { get; set; } = default!;

    Caller _caller = Caller.Anonymous;
    bool _mayOperate, _mayPurge, _paused;
    TableQuery _query = default!, _scheduleQuery = default!;
    JobBoard? _board;
    Page<JobRunRow>? _runs;
    Page<JobScheduleRow>? _schedules;
    JobCounts? _counts;
    AuditPurgeParameters _purge = new(0, [], false);
    string _purgeCron = "";
    Error? _notice;

    protected override async Task OnInitializedAsync()
    {
        _caller = await Current.GetAsync();
        if (!await Rights.MayOverseeAsync(_caller, default))
        {
            Navigation.NotFound();
            return;
        }
        Shell.Enter(NavPlace.Jobs);
        _query = TableQuery.From(Navigation, null, 15, "", RunTable.Filters);
        _scheduleQuery = TableQuery.From(Navigation, null, 10, "s-");
        _mayOperate = await Rights.MayOperateAsync(_caller, default);
        _mayPurge = await Policy.MayAsync(_caller, AuditPurgeService.CreateRight, AccessTarget.System, default);
        _paused = await Queries.SchedulesPausedAsync(default);
        if (_mayPurge && await Posts.PurgeScheduleAsync() is { } purge) (_purge, _purgeCron) = purge;
        _counts = await Work.CountsAsync(Clock.GetUtcNow().AddDays(-1), default);
        _schedules = await Queries.SchedulesAsync(_scheduleQuery.Request, default);
        _runs = await RunTable.LoadAsync(Queries, _query, Clock.GetUtcNow(), null);
        _board = await Boards.LoadAsync(_caller, default);
    }

    async Task StopAsync() => Done(await Posts.StopAsync(_caller, Id), $"Run {Id} is asked to stop");

    async Task RetryAsync() => Done(await Posts.RetryAsync(_caller, Id), $"The work of run {Id} is queued again");

    async Task PauseAsync(bool paused) => Done(await Posts.PauseAsync(_caller, Posted("kind"), paused), $"{Kinds.Title(Posted("kind"))} is {(paused ? "paused" : "resumed")}");

    async Task PauseSchedulesAsync() => Done(await Posts.PauseSchedulesAsync(_caller, Posted("to")), Posted("to") == "pause" ? "All schedules are paused" : "All schedules are resumed");

    async Task RunNowAsync() => Done(await Posts.RunNowAsync(_caller, Posted("kind")), $"{Kinds.Title(Posted("kind"))} is queued");

    async Task ScheduleAsync() => Done(await Posts.ScheduleAsync(_caller, Posted("kind"), Posted("cron"), Posted("zone")), $"The schedule of {Kinds.Title(Posted("kind"))} is saved");

    async Task UnscheduleAsync() => Done(await Posts.UnscheduleAsync(_caller, Posted("kind")), $"{Kinds.Title(Posted("kind"))} no longer begins by itself");

    async Task PurgeAsync() => Done(await Posts.PurgeAsync(_caller, Posted("hours"), Posted("types"), Posted("when"), Posted("dry") == "true"), Posted("when").Length > 0 ? "The schedule of the clean-up is saved" : "The clean-up is queued");

    void Done(Result result, string text)
    {
        if (!result.Ok)
        {
            _notice = result.Error;
            return;
        }
        Toasts.Add(new(text));
        Navigation.NavigateTo(PortalUrls.Jobs);
    }

    string Posted(string name) => Context.Request.Form[name].ToString();

    long Id => long.TryParse(Posted("id"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    static string Sentence(string words) => words.Length == 0 ? words : char.ToUpperInvariant(words[0]) + words[1..];
}

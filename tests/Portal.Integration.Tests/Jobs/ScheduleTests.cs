using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Audit;
using Portal.Data;
using Portal.Jobs;
using Portal.Jobs.Scheduling;
using Portal.Jobs.Upkeep;
using Portal.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Portal.Integration.Tests.Jobs;

/// <summary>Two nodes with one set of schedules.</summary>
public sealed class ScheduleTests(ITestOutputHelper output) : IAsyncLifetime
{
    readonly ProbeJob _probe = new("PROBE_SCHEDULED", JobLane.Prompt);

    PostgreSqlProcess _database = null!;
    PortalHost _a = null!;
    PortalHost _b = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        var watch = Stopwatch.StartNew();
        _a = await Nodes.StartAsync(_database, "a", _probe);
        output.WriteLine($"first node: {watch.Elapsed}");
        watch.Restart();
        _b = await _a.JoinAsync(_database, "b", _probe);
        output.WriteLine($"second node: {watch.Elapsed}");
        watch.Restart();
        await Nodes.UntilAsync(() => new[] { _a, _b }.All(n => n.Services.GetRequiredService<SchedulerHost>().Runs), "both fire schedules");
        output.WriteLine($"schedulers: {watch.Elapsed}");
    }

    public async Task DisposeAsync()
    {
        var watch = Stopwatch.StartNew();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        output.WriteLine($"stop: {watch.Elapsed}");
        await _database.DisposeAsync();
    }

    IJobs Jobs => _a.Services.GetRequiredService<IJobs>();

    IJobQueries Queries => _b.Services.GetRequiredService<IJobQueries>();

    Task<JobRunPage> RunsAsync() => Queries.RunsAsync(new(Kind: _probe.Kind.Name, Sort: "id", PageSize: 100), default);

    /// <summary>A cron text that is due at this moment and every day.</summary>
    static string At(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.Second} {time.Minute} {time.Hour} * * *");

    Task<Kernel.Result> SetAsync(long owner, string cron, string? zone = null, string parameters = "{}") =>
        Jobs.ScheduleAsync(_a.Admin, new(_probe.Kind.Name, owner, null, parameters, cron, zone), default);

    [Fact]
    public async Task ASchedule_MakesOneRun_ThoughEveryNodeKnowsIt()
    {
        var due = DateTimeOffset.UtcNow.AddSeconds(6);
        for (var owner = 1; owner <= 5; owner++) Assert.True((await SetAsync(owner, At(due), null, $$"""{"owner":{{owner}}}""")).Ok);
        await Nodes.UntilAsync(async () => (await RunsAsync()).Rows.Count(r => r.EndedAt is not null) == 5, "each schedule has had its run");
        // what another node would have made too, it would have made in the same moment
        await Jobs.ScheduleAsync(_a.Admin, new(_probe.Kind.Name, 9, null, "{}", At(DateTimeOffset.UtcNow.AddSeconds(4))), default);
        await Nodes.UntilAsync(async () => (await RunsAsync()).Rows.Any(r => r.Owner == 9), "a later one has had its run");
        var runs = (await RunsAsync()).Rows;
        Assert.Equal([1, 2, 3, 4, 5, 9], runs.Select(r => r.Owner).Order());
        Assert.All(runs, r => Assert.Equal((JobTrigger.Schedule, "admin"), (r.Trigger, r.Actor)));
        Assert.Equal("""{"owner":3}""", runs.Single(r => r.Owner == 3).Parameters);
    }

    [Fact]
    public async Task Firing_IsIdempotent_AndDoesNotPileUp()
    {
        Assert.True((await SetAsync(1, "0 0 5 1 1 *")).Ok);
        await _a.Services.GetRequiredService<QueueService>().PauseAsync(_a.Admin, _probe.Kind.Name, true, default);
        var id = (await Queries.ScheduleAsync(_probe.Kind.Name, 1, default))!.Id;
        var due = new DateTimeOffset(2026, 1, 1, 5, 0, 0, TimeSpan.Zero);
        var firings = new[] { _a, _b }.Select(n => n.Services.GetRequiredService<ScheduleFiring>()).ToList();
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => firings[i % 2].FireAsync(id, due, default)));
        Assert.Single(made, m => m is not null);
        // one waits already
        Assert.Null(await firings[0].FireAsync(id, due.AddYears(1), default));
        await Jobs.StopAsync(_a.Admin, made.Single(m => m is not null)!.Value, default);
        Assert.Null(await firings[0].FireAsync(id, due, default));
        Assert.NotNull(await firings[0].FireAsync(id, due.AddYears(1), default));
        Assert.Null(await firings[0].FireAsync(999_999, due, default));
    }

    [Fact]
    public async Task Pausing_AllSchedules_HoldsThemBack_AndWhatWasMissedIsNotMadeUpFor()
    {
        var queues = _a.Services.GetRequiredService<QueueService>();
        Assert.True((await queues.PauseAsync(_a.Admin, JobQueue.Schedules, true, default)).Ok);
        var due = DateTimeOffset.UtcNow.AddSeconds(3);
        await SetAsync(1, At(due));
        Assert.Empty((await Queries.ScheduleAsync(_probe.Kind.Name, 1, default))!.Next);
        await Nodes.UntilAsync(() => DateTimeOffset.UtcNow > due.AddSeconds(3), "its time has passed");
        Assert.True((await queues.PauseAsync(_a.Admin, JobQueue.Schedules, false, default)).Ok);
        await SetAsync(2, At(DateTimeOffset.UtcNow.AddSeconds(4)));
        await Nodes.UntilAsync(async () => (await RunsAsync()).Total > 0, "one that is due later has its run");
        Assert.Equal(2, Assert.Single((await RunsAsync()).Rows).Owner);
    }

    [Fact]
    public async Task Set_Replaces_AndTakesAway_WithAudit()
    {
        Assert.Equal("cron", (await SetAsync(1, "* * * * * *")).Error!.Field);
        Assert.Equal("time_zone", (await SetAsync(1, "0 0 2 * * *", "Europe/Atlantis")).Error!.Field);
        Assert.Equal("parameters", (await SetAsync(1, "0 0 2 * * *", null, "[]")).Error!.Field);
        Assert.True((await SetAsync(1, "0 0 2 * * *")).Ok);
        Assert.True((await SetAsync(1, "0 30 4 * * 1", "Europe/Berlin")).Ok);
        var row = (await Queries.ScheduleAsync(_probe.Kind.Name, 1, default))!;
        Assert.Equal(("every Monday at 04:30 (Europe/Berlin)", "Europe/Berlin", 5), (row.Words, row.TimeZone, row.Next.Count));
        await Jobs.UnscheduleAsync(_a.Admin, _probe.Kind.Name, 1, default);
        await Jobs.UnscheduleAsync(_a.Admin, _probe.Kind.Name, 1, default);
        Assert.Null(await Queries.ScheduleAsync(_probe.Kind.Name, 1, default));
        await using var db = await _a.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        Assert.Equal([AuditActions.Create, AuditActions.Update, AuditActions.Delete], await db.AuditEvents.Where(e => e.ResourceType == AuditResources.JobSchedule).OrderBy(e => e.Id).Select(e => e.Action).ToListAsync());
    }

    [Fact]
    public async Task ABuiltInSchedule_IsThereFromTheStart_AndStaysAwayOnceItWasTakenAway()
    {
        Assert.Equal("every day at 01:40 (UTC)", (await Queries.ScheduleAsync(ExecutionSweep.Name, 0, default))!.Words);
        await Jobs.UnscheduleAsync(_a.Admin, ExecutionSweep.Name, 0, default);
        await using var third = await _a.JoinAsync(_database, "c", _probe);
        await Nodes.UntilAsync(async () => (await third.Services.GetRequiredService<WorkQueries>().NodesAsync(default)).Any(n => n.Name == "c"), "another node has begun");
        Assert.Null(await Queries.ScheduleAsync(ExecutionSweep.Name, 0, default));
    }

    [Fact]
    public async Task Health_TellsOfTheScheduler()
    {
        var report = await _a.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Healthy, report.Entries["jobservice"].Status);
    }
}

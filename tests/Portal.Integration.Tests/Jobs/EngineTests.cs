using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Jobs;
using Portal.Jobs.Engine;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Jobs;

/// <summary>Two nodes on one database: who takes a run, how many at a time, and how runs are paused, stopped, tried again and taken over.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    readonly ProbeJob _prompt = new("PROBE_PROMPT", JobLane.Prompt);
    readonly ProbeJob _bulk = new("PROBE_BULK", JobLane.Bulk);
    readonly ProbeJob _two = new("PROBE_TWO", JobLane.Transfer, 2);
    readonly ProbeJob _owned = new("PROBE_OWNED") { Kind = new("PROBE_OWNED", "Owned", JobLane.Transfer, 100) };
    readonly ProbeJob _failing = new("PROBE_FAILING", JobLane.Prompt) { Kind = new("PROBE_FAILING", "Failing", JobLane.Prompt, 10) { MaxAttempts = 3, OnePerOwner = false } };

    PostgreSqlProcess _database = null!;
    PortalHost _a = null!;
    PortalHost _b = null!;

    ProbeJob[] Jobs => [_prompt, _bulk, _two, _owned, _failing];

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _a = await Nodes.StartAsync(_database, "a", Jobs);
        _b = await _a.JoinAsync(_database, "b", Jobs);
        await Nodes.UntilAsync(async () => (await NodesAsync()).Count == 2, "both nodes are there");
    }

    public async Task DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _database.DisposeAsync();
    }

    static IJobs Service(PortalHost host) => host.Services.GetRequiredService<IJobs>();

    IJobQueries Queries => _a.Services.GetRequiredService<IJobQueries>();

    Task<IReadOnlyList<JobNodeRow>> NodesAsync() => _a.Services.GetRequiredService<WorkQueries>().NodesAsync(default);

    async Task<long> StartAsync(ProbeJob job, long owner = 0, string parameters = "{}", PortalHost? on = null) => (await Service(on ?? _a).StartAsync(_a.Admin, new(job.Kind.Name, owner, null, parameters), default)).Value;

    async Task<JobRunRow> RunAsync(long id) => (await Queries.RunAsync(id, default))!;

    async Task<JobRunRow> EndedAsync(long id)
    {
        await Nodes.UntilAsync(async () => (await RunAsync(id)).EndedAt is not null, $"run {id} ends");
        return await RunAsync(id);
    }

    [Fact]
    public async Task EveryRun_IsDoneOnce_AndBothNodesHaveTheirShare()
    {
        _prompt.Work = (_, cancellation) => Task.Delay(30, cancellation);
        var ids = new List<long>();
        for (var i = 0; i < 60; i++) ids.Add(await StartAsync(_prompt, on: i % 2 == 0 ? _a : _b));
        foreach (var id in ids) Assert.Equal(JobStatus.Success, (await EndedAsync(id)).Status);
        Assert.Equal(ids, _prompt.Begun.Order());
        var runs = await Task.WhenAll(ids.Select(RunAsync));
        Assert.Equal(["a", "b"], runs.Select(r => r.Node).Distinct().Order());
        Assert.All(runs, r => Assert.Equal((1, "Done.", JobTrigger.Manual, "admin"), (r.Attempt, r.Summary, r.Trigger, r.Actor)));
    }

    [Fact]
    public async Task BulkWork_DoesNotHoldPromptWorkUp()
    {
        _bulk.Work = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        var bulk = new List<long>();
        for (var i = 0; i < 30; i++) bulk.Add(await StartAsync(_bulk));
        await Nodes.UntilAsync(() => _bulk.Begun.Count == 4, "every worker of the lane is busy");
        for (var i = 0; i < 5; i++) Assert.Equal(JobStatus.Success, (await EndedAsync(await StartAsync(_prompt))).Status);
        Assert.Equal(4, _bulk.Begun.Count);
        await _a.Services.GetRequiredService<JobService>().StopAllAsync(_a.Admin, _bulk.Kind.Name, false, default);
        foreach (var id in bulk) Assert.Equal(JobStatus.Stopped, (await EndedAsync(id)).Status);
        Assert.Equal(4, _bulk.Begun.Count);
    }

    [Fact]
    public async Task MaxConcurrent_HoldsOverAllNodes_AndOnePerOwnerForEach()
    {
        _two.Work = (_, cancellation) => Task.Delay(40, cancellation);
        var running = new ConcurrentDictionary<long, int>();
        var twice = 0;
        _owned.Work = async (run, cancellation) =>
        {
            if (running.AddOrUpdate(run.Owner, 1, (_, n) => n + 1) > 1) Interlocked.Increment(ref twice);
            await Task.Delay(40, cancellation);
            running.AddOrUpdate(run.Owner, 0, (_, n) => n - 1);
        };
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await StartAsync(_two, on: i % 2 == 0 ? _a : _b));
            ids.Add(await StartAsync(_owned, owner: i % 3, on: i % 2 == 0 ? _a : _b));
        }
        foreach (var id in ids) Assert.Equal(JobStatus.Success, (await EndedAsync(id)).Status);
        Assert.Equal(2, _two.Highest);
        Assert.Equal(0, twice);
        Assert.InRange(_owned.Highest, 2, 3);
    }

    [Fact]
    public async Task Pause_HoldsRunsBack_UntilItIsResumed()
    {
        var queues = _b.Services.GetRequiredService<QueueService>();
        Assert.True((await queues.PauseAsync(_a.Admin, _prompt.Kind.Name, true, default)).Ok);
        var held = await StartAsync(_prompt);
        // another kind of the same lane goes on, so that whoever would have taken the first one has looked
        for (var i = 0; i < 6; i++) await EndedAsync(await StartAsync(_failing, on: i % 2 == 0 ? _a : _b));
        Assert.Equal(JobStatus.Pending, (await RunAsync(held)).Status);
        Assert.True((await queues.PauseAsync(_a.Admin, _prompt.Kind.Name, false, default)).Ok);
        Assert.Equal(JobStatus.Success, (await EndedAsync(held)).Status);
        Assert.False((await queues.PauseAsync(_a.Admin, "NO_SUCH", true, default)).Ok);
        Assert.Equal([AuditActions.Pause, AuditActions.Resume], await AuditAsync(AuditResources.JobQueue));
    }

    [Fact]
    public async Task Stop_ReachesTheOtherNode_Soon_AndWaitingRunsAtOnce()
    {
        _two.Work = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        var ids = new[] { await StartAsync(_two), await StartAsync(_two), await StartAsync(_two) };
        await Nodes.UntilAsync(() => _two.Begun.Count == 2, "two of them are under way");
        var waiting = ids.Single(id => !_two.Begun.Contains(id));
        Assert.True((await Service(_a).StopAsync(_a.Admin, waiting, default)).Ok);
        Assert.Equal(JobStatus.Stopped, (await RunAsync(waiting)).Status);
        foreach (var id in _two.Begun)
        {
            var node = (await RunAsync(id)).Node;
            var watch = Stopwatch.StartNew();
            Assert.True((await Service(node == "a" ? _b : _a).StopAsync(_a.Admin, id, default)).Ok);
            var run = await EndedAsync(id);
            Assert.Equal((JobStatus.Stopped, false), (run.Status, run.Stopping));
            // generous for a busy machine; the feed carries it in milliseconds and the lease in a second
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), watch.Elapsed.ToString());
        }
        Assert.True((await Service(_a).StopAsync(_a.Admin, waiting, default)).Ok);
        Assert.Equal(Kernel.ErrorKind.NotFound, (await Service(_a).StopAsync(_a.Admin, 999_999, default)).Error!.Kind);
        Assert.Equal(3, (await AuditAsync(AuditResources.Job)).Count(a => a == AuditActions.Stop));
    }

    [Fact]
    public async Task AFailedAttempt_IsTriedAgainLater_WithItsCheckpoint_AsOftenAsTheKindSays()
    {
        var seen = new ConcurrentQueue<(int Attempt, string? Checkpoint, TimeSpan At)>();
        var watch = Stopwatch.StartNew();
        _failing.Work = async (run, cancellation) =>
        {
            seen.Enqueue((run.Attempt, run.Checkpoint, watch.Elapsed));
            await run.SaveCheckpointAsync($$"""{"attempt":{{run.Attempt}}}""", cancellation);
            run.Log("at it");
            if (run.Parameters.Contains("always", StringComparison.Ordinal) || run.Attempt == 1) throw new InvalidOperationException("the disk is full");
        };
        var once = await EndedAsync(await StartAsync(_failing));
        Assert.Equal((JobStatus.Success, 2), (once.Status, once.Attempt));
        Assert.Equal([(1, null), (2, """{"attempt":1}""")], seen.Select(s => (s.Attempt, s.Checkpoint)));
        Assert.True(seen.Last().At - seen.First().At >= TimeSpan.FromSeconds(0.9));
        var always = await EndedAsync(await StartAsync(_failing, parameters: """{"always":true}"""));
        Assert.Equal((JobStatus.Error, 3, "Failed: the disk is full"), (always.Status, always.Attempt, always.Summary));
        var log = await Queries.LogAsync(always.Id, default);
        Assert.Equal(3, log!.Split("the disk is full").Length - 1);
        Assert.Equal(3, log.Split(" at it\n").Length - 1);
        Assert.Contains("The next attempt begins in 1 s.", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_Tasks_AndLog_AreThereWhileItRuns()
    {
        var go = new TaskCompletionSource();
        _prompt.Work = async (run, cancellation) =>
        {
            var first = await run.BeginTaskAsync("library/one", cancellation);
            await run.EndTaskAsync(first, JobStatus.Success, """{"kept":3}""", cancellation);
            await run.BeginTaskAsync("library/two", cancellation);
            run.Progress(1, 4, "tags");
            run.Log("one is done");
            await go.Task.WaitAsync(cancellation);
            run.Progress(4, 4, "tags");
        };
        var id = await StartAsync(_prompt);
        await Nodes.UntilAsync(async () => await RunAsync(id) is { Done: 1, Total: 4, Unit: "tags", Status: JobStatus.Running }, "progress is saved");
        await Nodes.UntilAsync(async () => (await Queries.LogAsync(id, default))!.EndsWith(" one is done\n", StringComparison.Ordinal), "the log is saved");
        var tasks = await Queries.TasksAsync(id, 1, 1, default);
        Assert.Equal(("library/one", JobStatus.Success, """{"kept":3}"""), (Assert.Single(tasks.Rows).Name, tasks.Rows[0].Status, tasks.Rows[0].Detail));
        Assert.Equal((2, JobStatus.Running), (tasks.Total, (await Queries.TasksAsync(id, 2, 1, default)).Rows[0].Status));
        var busy = Assert.Single((await NodesAsync()).SelectMany(n => n.Busy));
        Assert.Equal((id, _prompt.Kind.Name), (busy.Run, busy.Kind));
        go.SetResult();
        Assert.Equal(4, (await EndedAsync(id)).Done);
        Assert.NotNull((await Queries.TasksAsync(id, 2, 1, default)).Rows[0].EndedAt);
    }

    [Fact]
    public async Task ANodeThatStops_GivesItsRunsToTheOther_WithCheckpointAndLog()
    {
        _two.Work = async (run, cancellation) =>
        {
            if (run.Checkpoint is not null) return;
            run.Log("first half");
            await run.SaveCheckpointAsync("""{"half":true}""", cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        var third = await _a.JoinAsync(_database, "c", Jobs);
        var ids = new List<long>();
        try
        {
            // until one of them lands there
            await Nodes.UntilAsync(async () =>
            {
                foreach (var old in ids) await Service(_a).StopAsync(_a.Admin, old, default);
                foreach (var old in ids) await EndedAsync(old);
                ids = [await StartAsync(_two), await StartAsync(_two)];
                await Nodes.UntilAsync(async () => (await Task.WhenAll(ids.Select(RunAsync))).All(r => r.Status == JobStatus.Running), "both are under way");
                return (await Task.WhenAll(ids.Select(RunAsync))).Any(r => r.Node == "c");
            }, "the third node takes a run");
            var there = (await Task.WhenAll(ids.Select(RunAsync))).First(r => r.Node == "c").Id;
            await Nodes.UntilAsync(async () => (await Queries.LogAsync(there, default))!.Contains("first half", StringComparison.Ordinal), "its log is saved");
            var watch = Stopwatch.StartNew();
            await third.DisposeAsync();
            var run = await EndedAsync(there);
            Assert.Equal((JobStatus.Success, 2), (run.Status, run.Attempt));
            Assert.NotEqual("c", run.Node);
            Assert.Contains(" first half\n", await Queries.LogAsync(there, default), StringComparison.Ordinal);
            Assert.DoesNotContain(await NodesAsync(), n => n.Name == "c");
        }
        finally
        {
            foreach (var id in ids) await Service(_a).StopAsync(_a.Admin, id, default);
        }
    }

    [Fact]
    public async Task ALeaseThatRanOut_LosesItsRuns_AndItsOwnerNoticesAndWritesNothingMore()
    {
        var writes = new TaskCompletionSource<Exception>();
        var stale = new TaskCompletionSource();
        _two.Work = async (run, cancellation) =>
        {
            if (run.Attempt > 1) return;
            await stale.Task.WaitAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
            writes.SetResult(await Record.ExceptionAsync(() => run.SaveCheckpointAsync("""{"stale":true}""", CancellationToken.None)));
            await Task.Delay(Timeout.Infinite, cancellation);
        };
        var id = await StartAsync(_two);
        await Nodes.UntilAsync(async () => (await RunAsync(id)).Status == JobStatus.Running, "it is under way");
        // as if its node had not been heard of for too long
        await using (var db = await _a.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            var node = (await RunAsync(id)).Node;
            await db.JobNodes.Where(n => n.Name == node).ExecuteUpdateAsync(s => s.SetProperty(n => n.BeatAt, DateTimeOffset.UnixEpoch));
            await (node == "a" ? _b : _a).Services.GetRequiredService<NodeLease>().TakeOverAsync(default);
        }
        var run = await EndedAsync(id);
        Assert.Equal((JobStatus.Success, 2), (run.Status, run.Attempt));
        stale.SetResult();
        Assert.IsAssignableFrom<OperationCanceledException>(await writes.Task.WaitAsync(TimeSpan.FromMinutes(1)));
        await using var after = await _a.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        Assert.Null(await after.JobRuns.Where(r => r.Id == id).Select(r => r.Checkpoint).SingleAsync());
    }

    [Fact]
    public async Task ARunThatLosesItsNodeOverAndOver_IsGivenUp()
    {
        await using (var db = await _a.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            var now = DateTimeOffset.UtcNow;
            db.JobRuns.Add(new() { Kind = _two.Kind.Name, Lane = JobLane.Transfer, Status = JobStatus.Running, NodeId = "gone", Attempt = RunWorker.MaxLosses, QueuedAt = now, DueAt = now });
            await db.SaveChangesAsync();
        }
        await Nodes.UntilAsync(async () => (await Queries.RunsAsync(new(Kind: _two.Kind.Name, Status: JobStatus.Error), default)).Total == 1, "it is given up");
        Assert.Empty(_two.Begun);
    }

    [Fact]
    public async Task Start_RefusesWhatItDoesNotKnow_AndAuditsWhatItTakes()
    {
        async Task<Kernel.Error?> Refusal(string kind, string parameters) => (await Service(_a).StartAsync(_a.Admin, new(kind, 0, null, parameters), default)).Error;
        Assert.Equal("kind", (await Refusal("NO_SUCH", "{}"))!.Field);
        foreach (var wrong in (string[])["", "[]", "{", "1", $$"""{"a":"{{new string('x', JobRun.MaxJson)}}"}""", "{\"a\":\"\0\"}"]) Assert.Equal("parameters", (await Refusal(_prompt.Kind.Name, wrong))!.Field);
        var id = await StartAsync(_prompt, 7, """{ "b": 1,  "a": 2 }""");
        Assert.Equal("""{ "b": 1,  "a": 2 }""", (await EndedAsync(id)).Parameters);
        Assert.Equal([AuditActions.Start], await AuditAsync(AuditResources.Job));
    }

    async Task<List<string>> AuditAsync(string type)
    {
        await using var db = await _a.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await db.AuditEvents.Where(e => e.ResourceType == type && (type != AuditResources.Job || e.Action != AuditActions.Start || !e.Resource.StartsWith("PROBE_T"))).OrderBy(e => e.Id).Select(e => e.Action).ToListAsync();
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Xunit;

namespace Portal.Integration.Tests.Jobs;

/// <summary>The REST face of runs, queues, schedules and workers.</summary>
public sealed class JobApiTests : IAsyncLifetime
{
    readonly ProbeJob _probe = new("PROBE_API", JobLane.Bulk);
    readonly ApiFixture _api = new();

    public Task InitializeAsync() => _api.StartAsync(builder => builder.Services.AddSingleton<IJobHandler>(_probe));

    public Task DisposeAsync() => _api.DisposeAsync();

    IJobs Jobs => _api.Host.Services.GetRequiredService<IJobs>();

    async Task<long> StartAsync(int? project = null, string parameters = "{}") => (await Jobs.StartAsync(_api.Host.Admin, new(_probe.Kind.Name, 0, project, parameters), default)).Value;

    async Task<string> StatusAsync(long id) => (string)(await _api.SendAsync("admin", "GET", $"/api/portal/jobs/runs/{id}")).Json["status"]!;

    Task UntilAsync(long id, string status) => Nodes.UntilAsync(async () => await StatusAsync(id) == status, $"run {id} is {status}");

    [Fact]
    public async Task ARun_IsSeenWithTasksAndLog_ByOverseersAndByThoseWhoReadTheProjectsRecord()
    {
        _probe.Work = async (run, cancellation) =>
        {
            run.Log("hello");
            run.Progress(2, 3, "tags");
            await run.EndTaskAsync(await run.BeginTaskAsync("own/one", cancellation), JobStatus.Success, """{"kept":1}""", cancellation);
        };
        var ids = new[] { await StartAsync(_api.Own.Id), await StartAsync(_api.Foreign.Id), await StartAsync() };
        foreach (var id in ids) await UntilAsync(id, "Success");

        var run = (await _api.SendAsync("owner", "GET", $"/api/portal/jobs/runs/{ids[0]}")).Json;
        Assert.Equal(("PROBE_API", "PROBE_API probe", "MANUAL", 2, 3, "tags", "Done."), ((string)run["kind"]!, (string)run["title"]!, (string)run["trigger"]!, (int)run["done"]!, (int)run["total"]!, (string)run["unit"]!, (string)run["summary"]!));
        var tasks = await _api.SendAsync("owner", "GET", $"/api/portal/jobs/runs/{ids[0]}/tasks?page_size=1");
        Assert.Equal(("1", "own/one", "Success"), (tasks.Headers["X-Total-Count"], (string)tasks.Json[0]!["name"]!, (string)tasks.Json[0]!["status"]!));
        Assert.EndsWith(" hello\n", (await _api.SendAsync("owner", "GET", $"/api/portal/jobs/runs/{ids[0]}/log")).Text, StringComparison.Ordinal);
        foreach (var part in (string[])["", "/tasks", "/log"])
        {
            foreach (var hidden in (long[])[ids[1], ids[2], 999_999]) Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("owner", "GET", $"/api/portal/jobs/runs/{hidden}{part}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("developer", "GET", $"/api/portal/jobs/runs/{ids[0]}{part}")).Status);
        }
        Assert.Equal([ids[0]], await ListAsync("owner", ""));
        Assert.Equal(ids.Reverse(), await ListAsync("admin", "kind=PROBE_API"));
        Assert.Empty(await ListAsync("developer", ""));
        Assert.Empty(await ListAsync("owner", $"project_id={_api.Foreign.Id}"));
    }

    async Task<IEnumerable<long>> ListAsync(string user, string query) => (await _api.SendAsync(user, "GET", $"/api/portal/jobs/runs?{query}")).Json.AsArray().Select(r => (long)r!["id"]!);

    [Fact]
    public async Task List_FiltersSortsAndPages()
    {
        _probe.Work = (run, _) => run.Parameters.Contains("fail", StringComparison.Ordinal) ? throw new InvalidOperationException("no luck") : Task.CompletedTask;
        var ids = new[] { await StartAsync(), await StartAsync(null, """{"fail":1}"""), await StartAsync() };
        await UntilAsync(ids[1], "Error");
        foreach (var id in (long[])[ids[0], ids[2]]) await UntilAsync(id, "Success");
        Assert.Equal([ids[1]], await ListAsync("admin", "status=Error"));
        Assert.Equal([ids[1]], await ListAsync("admin", "q=text=~LUCK"));
        Assert.Equal(ids, await ListAsync("admin", "kind=PROBE_API&sort=id"));
        Assert.Equal(ids[1], (await ListAsync("admin", "kind=PROBE_API&sort=-status")).First());
        Assert.Equal([ids[1]], await ListAsync("admin", "kind=PROBE_API&page=2&page_size=1"));
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.SendAsync("admin", "GET", "/api/portal/jobs/runs?status=Asleep")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.SendAsync("admin", "GET", "/api/portal/jobs/runs?status=3")).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await _api.SendAsync("admin", "GET", "/api/portal/jobs/runs?page_size=101")).Status);
    }

    [Fact]
    public async Task StopAndRetry_AreForThoseWhoOperate()
    {
        _probe.Work = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        var id = await StartAsync(_api.Own.Id, """{"a":1}""");
        await UntilAsync(id, "Running");
        Assert.Equal(HttpStatusCode.Forbidden, (await _api.SendAsync("owner", "POST", $"/api/portal/jobs/runs/{id}/stop")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await _api.SendAsync("admin", "POST", $"/api/portal/jobs/runs/{id}/retry")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "POST", $"/api/portal/jobs/runs/{id}/stop")).Status);
        await UntilAsync(id, "Stopped");
        _probe.Work = (_, _) => Task.CompletedTask;
        var again = await _api.SendAsync("admin", "POST", $"/api/portal/jobs/runs/{id}/retry");
        Assert.Equal(HttpStatusCode.Created, again.Status);
        var run = await _api.SendAsync("admin", "GET", again.Headers["Location"]);
        Assert.Equal(("""{"a":1}""", _api.Own.Id), ((string)run.Json["parameters"]!, (int)run.Json["project_id"]!));
        Assert.NotEqual(id, (long)run.Json["id"]!);
    }

    [Fact]
    public async Task Queues_Pools_AndWorkers_AreTheApisOwn()
    {
        _probe.Work = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);
        var id = await StartAsync();
        await UntilAsync(id, "Running");
        var pool = Assert.Single((await _api.SendAsync("admin", "GET", "jobservice/pools")).Json.AsArray())!;
        Assert.Equal(Environment.ProcessId, (int)pool["pid"]!);
        Assert.Equal(12, (int)pool["concurrency"]!);
        foreach (var name in (string[])["all", (string)pool["worker_pool_id"]!])
        {
            var workers = (await _api.SendAsync("admin", "GET", $"jobservice/pools/{name}/workers")).Json.AsArray();
            Assert.Equal(12, workers.Count);
            var busy = Assert.Single(workers, w => w!["job_name"] is not null)!;
            Assert.Equal(("PROBE_API", id.ToString(CultureInfo.InvariantCulture)), ((string)busy["job_name"]!, (string)busy["job_id"]!));
        }
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "GET", "jobservice/pools/none/workers")).Status);

        foreach (var (type, action, status) in ((string, object?, int)[])[("PROBE_API", "pause", 200), ("NO_SUCH", "pause", 404), ("NO_SUCH", "stop", 404), ("PROBE_API", "hop", 400), ("PROBE_API", null, 400)])
            Assert.Equal(status, (int)(await _api.SendAsync("admin", "PUT", $"jobservice/queues/{type}", new { action })).Status);
        var waiting = await StartAsync();
        var queue = await QueueAsync("PROBE_API");
        Assert.Equal((1, true), ((int)queue["count"]!, (bool)queue["paused"]!));
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", "jobservice/queues/PROBE_API", new { action = "stop" })).Status);
        Assert.Equal(("Stopped", "Running"), (await StatusAsync(waiting), await StatusAsync(id)));
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", "jobservice/jobs/all")).Status);
        await UntilAsync(id, "Stopped");
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "GET", $"jobservice/jobs/{id}/log")).Status);
        foreach (var missing in (string[])["999999", "abc"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "PUT", $"jobservice/jobs/{missing}")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "GET", $"jobservice/jobs/{missing}/log")).Status);
        }
    }

    async Task<JsonNode> QueueAsync(string type) => (await _api.SendAsync("admin", "GET", "jobservice/queues")).Json.AsArray().Single(q => (string)q!["job_type"]! == type)!;

    [Fact]
    public async Task PausingAll_PausesSchedulesToo()
    {
        Assert.False((bool)(await _api.SendAsync("guest", "GET", "schedules/all/paused")).Json["paused"]!);
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", "jobservice/queues/all", new { action = "pause" })).Status);
        Assert.True((bool)(await _api.SendAsync("guest", "GET", "schedules/all/paused")).Json["paused"]!);
        Assert.True((bool)(await QueueAsync("EXECUTION_SWEEP"))["paused"]!);
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", "jobservice/queues/all", new { action = "resume" })).Status);
        Assert.False((bool)(await _api.SendAsync("guest", "GET", "schedules/all/paused")).Json["paused"]!);
        Assert.Equal(HttpStatusCode.BadRequest, (await _api.SendAsync("admin", "GET", "schedules/some/paused")).Status);
        var schedule = Assert.Single((await _api.SendAsync("admin", "GET", "schedules")).Json.AsArray())!;
        Assert.Equal(("EXECUTION_SWEEP", "0 40 1 * * *"), ((string)schedule["vendor_type"]!, (string)schedule["cron"]!));
    }
}

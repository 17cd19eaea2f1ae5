using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Audit;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Portal.Jobs.Upkeep;
using Xunit;

namespace Portal.Integration.Tests.Jobs;

/// <summary>Purging the audit log: by age and type, dry and for good, now and by a schedule; and the sweep of old runs.</summary>
public sealed class AuditPurgeTests : IAsyncLifetime
{
    readonly ApiFixture _api = new();

    public Task InitializeAsync() => _api.StartAsync();

    public Task DisposeAsync() => _api.DisposeAsync();

    Task<PortalDbContext> DbAsync() => _api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();

    /// <summary>As many rows of each type, so many hours old; before all others.</summary>
    async Task AddAsync(int hours, int count, params string[] types)
    {
        await using var db = await DbAsync();
        var at = DateTimeOffset.UtcNow.AddHours(-hours);
        foreach (var type in types)
        {
            var parts = type.Split('_');
            db.AuditEvents.AddRange(Enumerable.Range(0, count).Select(_ => new AuditEvent { At = at, Actor = "old", Action = parts[0], ResourceType = parts[1], Resource = type }));
        }
        await db.SaveChangesAsync();
    }

    async Task<int> LeftAsync(string type)
    {
        await using var db = await DbAsync();
        return await db.AuditEvents.CountAsync(e => e.Actor == "old" && e.Resource == type);
    }

    async Task<JsonNode> PurgeAsync(int hours, string? types, bool dry)
    {
        var answer = await _api.SendAsync("admin", "POST", "system/purgeaudit/schedule", new { schedule = new { type = "Manual" }, parameters = new { audit_retention_hour = hours, include_event_types = types, dry_run = dry } });
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Text);
        JsonNode? run = null;
        await Nodes.UntilAsync(async () => (string)(run = (await _api.SendAsync("admin", "GET", answer.Headers["Location"])).Json)["job_status"]! is "Success" or "Error", "the purge ends");
        Assert.Equal("Success", (string)run!["job_status"]!);
        return run;
    }

    [Fact]
    public async Task Purge_DeletesWhatIsOldAndOfTheTypes_InBatches_AndNothingElse()
    {
        await using (var empty = await DbAsync()) await empty.AuditEvents.ExecuteDeleteAsync();
        await AddAsync(100, 2_300, "pull_artifact");
        await AddAsync(100, 3, "create_artifact", "delete_tag", "sign-in_session");
        await AddAsync(2, 5, "pull_artifact", "delete_tag");

        var dry = await PurgeAsync(24, "pull_artifact", true);
        Assert.Equal("""{"audit_retention_hour":24,"include_event_types":"pull_artifact","dry_run":true}""", (string)dry["job_parameters"]!);
        Assert.Contains("2300 rows would be deleted.", (await _api.SendAsync("admin", "GET", $"system/purgeaudit/{dry["id"]}/log")).Text, StringComparison.Ordinal);
        Assert.Equal(2_305, await LeftAsync("pull_artifact"));

        var purged = await PurgeAsync(24, "pull_artifact", false);
        Assert.Contains("2300 rows deleted.", (await _api.SendAsync("admin", "GET", $"system/purgeaudit/{purged["id"]}/log")).Text, StringComparison.Ordinal);
        Assert.Equal((5, 3, 8), (await LeftAsync("pull_artifact"), await LeftAsync("create_artifact"), await LeftAsync("delete_tag")));

        await PurgeAsync(24, "other", false);
        Assert.Equal((5, 3, 5, 0), (await LeftAsync("pull_artifact"), await LeftAsync("create_artifact"), await LeftAsync("delete_tag"), await LeftAsync("sign-in_session")));

        await PurgeAsync(1, null, false);
        Assert.Equal((0, 0, 0), (await LeftAsync("pull_artifact"), await LeftAsync("create_artifact"), await LeftAsync("delete_tag")));
        await using var db = await DbAsync();
        var rows = await db.AuditEvents.Where(e => e.Action == AuditActions.Purge).OrderBy(e => e.Id).ToListAsync();
        Assert.Equal([2_300, 6, 13], rows.Select(r => (int)JsonNode.Parse(r.After!)!["deleted"]!));
        Assert.All(rows, r => Assert.Equal((AuditResources.AuditLog, "admin"), (r.ResourceType, r.Actor)));
    }

    [Theory]
    [InlineData("""{"schedule":{"type":"Custom","cron":"0 0 2 * * *"},"parameters":{"audit_retention_hour":0}}""", "audit_retention_hour"), InlineData("""{"schedule":{"type":"Custom","cron":"0 0 2 * * *"},"parameters":{"audit_retention_hour":240001}}""", "audit_retention_hour")]
    [InlineData("""{"schedule":{"type":"Custom","cron":"* * * * * *"},"parameters":{"audit_retention_hour":1}}""", "cron"), InlineData("""{"schedule":{"type":"Custom"},"parameters":{"audit_retention_hour":1}}""", "cron")]
    [InlineData("""{"schedule":{"type":"Yearly"},"parameters":{"audit_retention_hour":1}}""", "type"), InlineData("{}", "type")]
    [InlineData("""{"schedule":{"type":"Daily"},"parameters":{"audit_retention_hour":1,"include_event_types":"Drop Table"}}""", "include_event_types")]
    public async Task Set_NamesTheFieldAndTheBound(string body, string field)
    {
        foreach (var method in (string[])["POST", "PUT"])
        {
            var answer = await _api.SendAsync("admin", method, "system/purgeaudit/schedule", JsonNode.Parse(body));
            Assert.Equal((HttpStatusCode.BadRequest, true), (answer.Status, answer.Message.StartsWith(field, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Schedule_IsSetReadReplacedAndTakenAway()
    {
        Assert.Equal((HttpStatusCode.OK, ""), await ScheduleAsync());
        foreach (var (type, cron) in ((string, string)[])[("Hourly", "0 0 * * * *"), ("Daily", "0 0 0 * * *"), ("Weekly", "0 0 0 * * 0"), ("Custom", "0 30 4 * * 1")])
        {
            var set = await _api.SendAsync("admin", type == "Hourly" ? "POST" : "PUT", "system/purgeaudit/schedule", new { schedule = new { type, cron = type == "Custom" ? cron : "" }, parameters = new { audit_retention_hour = 720, dry_run = false } });
            Assert.Equal(type == "Hourly" ? HttpStatusCode.Created : HttpStatusCode.OK, set.Status);
            var read = (await _api.SendAsync("admin", "GET", "system/purgeaudit/schedule")).Json;
            Assert.Equal((type, cron, "SCHEDULE"), ((string)read["schedule"]!["type"]!, (string)read["schedule"]!["cron"]!, (string)read["job_kind"]!));
            Assert.True(DateTimeOffset.Parse((string)read["schedule"]!["next_scheduled_time"]!, System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.UtcNow);
            Assert.Equal(720, (int)JsonNode.Parse((string)read["job_parameters"]!)!["audit_retention_hour"]!);
        }
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", "system/purgeaudit/schedule", new { schedule = new { type = "None" } })).Status);
        Assert.Equal((HttpStatusCode.OK, ""), await ScheduleAsync());

        async Task<(HttpStatusCode, string)> ScheduleAsync()
        {
            var answer = await _api.SendAsync("admin", "GET", "system/purgeaudit/schedule");
            return (answer.Status, answer.Text);
        }
    }

    [Fact]
    public async Task History_ListsPurgesAlone_AndAnotherRunIsNone()
    {
        var purge = (long)(await PurgeAsync(240_000, "delete_tag", true))["id"]!;
        var sweep = (await _api.Host.Services.GetRequiredService<IJobs>().StartAsync(_api.Host.Admin, new(ExecutionSweep.Name, 0, null, "{}"), default)).Value;
        var row = Assert.Single((await _api.SendAsync("admin", "GET", "system/purgeaudit")).Json.AsArray())!;
        Assert.Equal((purge, "PURGE_AUDIT_LOG", "MANUAL", "Manual"), ((long)row["id"]!, (string)row["job_name"]!, (string)row["job_kind"]!, (string)row["schedule"]!["type"]!));
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "GET", $"system/purgeaudit/{sweep}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "PUT", $"system/purgeaudit/{sweep}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _api.SendAsync("admin", "GET", $"system/purgeaudit/{sweep}/log")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _api.SendAsync("admin", "PUT", $"system/purgeaudit/{purge}")).Status);
    }

    [Fact]
    public async Task Sweep_KeepsTheNewestOfEachOwner_AndNothingOlderThanTheDays()
    {
        const string Kind = AuditPurge.Name;
        await using (var db = await DbAsync())
        {
            var now = DateTimeOffset.UtcNow;
            JobRun Run(long owner, int days) => new() { Kind = Kind, Owner = owner, Lane = JobLane.Upkeep, Status = JobStatus.Success, QueuedAt = now.AddDays(-days), DueAt = now, EndedAt = now.AddDays(-days) };
            // one owner has more than are kept, one only old ones, one old and young ones
            db.JobRuns.AddRange(Enumerable.Range(0, 25).Select(_ => Run(1, 1)));
            db.JobRuns.AddRange(Run(2, 400), Run(2, 399), Run(3, 400), Run(3, 2));
            await db.SaveChangesAsync();
            var first = await db.JobRuns.OrderBy(r => r.Id).Select(r => r.Id).FirstAsync();
            db.JobTasks.Add(new() { RunId = first, Name = "gone with its run", StartedAt = now });
            db.JobLogParts.Add(new() { RunId = first, Text = "gone too\n" });
            await db.SaveChangesAsync();
        }
        var queries = _api.Host.Services.GetRequiredService<IJobQueries>();
        var id = (await _api.Host.Services.GetRequiredService<IJobs>().StartAsync(_api.Host.Admin, new(ExecutionSweep.Name, 0, null, "{}"), default)).Value;
        await Nodes.UntilAsync(async () => (await queries.RunAsync(id, default))!.EndedAt is not null, "the sweep ends");
        Assert.Equal("17 runs deleted.", (await queries.RunAsync(id, default))!.Summary);
        await using var after = await DbAsync();
        Assert.Equal([(1, 10), (2, 1), (3, 1)], (await after.JobRuns.Where(r => r.Kind == Kind).GroupBy(r => r.Owner).Select(g => new { g.Key, Count = g.Count() }).ToListAsync()).OrderBy(g => g.Key).Select(g => ((int)g.Key, g.Count)));
        Assert.False(await after.JobTasks.AnyAsync());
        Assert.False(await after.JobLogParts.AnyAsync(p => p.Text == "gone too\n"));
    }
}

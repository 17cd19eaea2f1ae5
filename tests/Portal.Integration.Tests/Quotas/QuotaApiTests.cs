using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Audit;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Xunit;

namespace Portal.Integration.Tests.Quotas;

/// <summary>The REST face of quotas: bounds, order, defaults, requests, and who may.</summary>
public sealed class QuotaApiTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    const long Most = 1_125_899_906_842_624;

    [Theory]
    [InlineData("""{"hard":{"storage":-1}}""", 200), InlineData("""{"hard":{"storage":1}}""", 200), InlineData("""{"hard":{"storage":1125899906842624}}""", 200)]
    [InlineData("""{"hard":{"storage":0}}""", 400), InlineData("""{"hard":{"storage":-2}}""", 400), InlineData("""{"hard":{"storage":1125899906842625}}""", 400)]
    [InlineData("""{"hard":{"count":5}}""", 400), InlineData("""{"hard":{"storage":5,"count":5}}""", 400), InlineData("""{"hard":{}}""", 400), InlineData("{}", 400)]
    public async Task Update_TakesMinusOneAndOneToAPebibyteOfStorageAlone(string body, int status)
    {
        var answer = await api.SendAsync("admin", "PUT", $"quotas/{api.Own.Id}", JsonNode.Parse(body));
        Assert.True((int)answer.Status == status, answer.Text);
        if (status == 200) Assert.Equal((long)JsonNode.Parse(body)!["hard"]!["storage"]!, (long)(await api.SendAsync("admin", "GET", $"quotas/{api.Own.Id}")).Json["hard"]!["storage"]!);
    }

    [Fact]
    public async Task Update_IsAuditedWithBeforeAndAfter_AndOnlyForAdministrators()
    {
        var project = await api.Host.CreateProjectAsync("audited");
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", $"quotas/{project.Id}", new { hard = new { storage = 4096 } })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("owner", "PUT", $"quotas/{api.Own.Id}", new { hard = new { storage = 5 } })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "PUT", "quotas/999999", new { hard = new { storage = 5 } })).Status);

        var row = Assert.Single(await AuditAsync(project.Id, AuditActions.Update));
        Assert.Equal(-1, (long)JsonNode.Parse(row.Before!)!["storage"]!);
        Assert.Equal(4096, (long)JsonNode.Parse(row.After!)!["storage"]!);
        Assert.Equal((AuditResources.Quota, "audited"), (row.ResourceType, row.Resource));
    }

    [Fact]
    public async Task List_SortsWithNoLimitAsTheLargest_AndFindsByReference()
    {
        var ids = new List<int>();
        foreach (var (name, limit) in ((string, long)[])[("list-small", 10), ("list-none", -1), ("list-large", Most)])
        {
            ids.Add((await api.Host.CreateProjectAsync(name)).Id);
            await api.SendAsync("admin", "PUT", $"quotas/{ids[^1]}", new { hard = new { storage = limit } });
        }
        Assert.Equal(["list-none", "list-large", "list-small"], await NamesAsync("sort=-hard.storage"));
        Assert.Equal(["list-small", "list-large", "list-none"], await NamesAsync("sort=hard.storage"));
        Assert.Equal(["list-large", "list-none", "list-small"], await NamesAsync(""));
        Assert.Equal("list-small", (string)Assert.Single((await api.SendAsync("admin", "GET", $"quotas?reference=project&reference_id={ids[0]}")).Json.AsArray())!["ref"]!["name"]!);
        Assert.Empty((await api.SendAsync("admin", "GET", "quotas?reference=repository")).Json.AsArray());
        var page = await api.SendAsync("admin", "GET", "quotas?page_size=1");
        Assert.Single(page.Json.AsArray());
        Assert.True(int.Parse(page.Headers["X-Total-Count"], CultureInfo.InvariantCulture) > 2);

        async Task<List<string>> NamesAsync(string sort) => [.. (await api.SendAsync("admin", "GET", "quotas?page_size=100&" + sort)).Json.AsArray()
            .Select(q => (string)q!["ref"]!["name"]!).Where(n => n.StartsWith("list-", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task CreateProject_TakesTheLimitOfAdministrators_AndElseTheDefault()
    {
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", "configurations", new { storage_per_project = 5_000 })).Status);
        try
        {
            await api.SendAsync("admin", "POST", "projects", new { project_name = "limit-given", storage_limit = 7_000 });
            await api.SendAsync("admin", "POST", "projects", new { project_name = "limit-none", storage_limit = -1 });
            await api.SendAsync("admin", "POST", "projects", new { project_name = "limit-default" });
            await api.SendAsync("stranger", "POST", "projects", new { project_name = "limit-ignored", storage_limit = 7_000 });
            Assert.Equal(7_000, await LimitAsync("limit-given"));
            Assert.Equal(-1, await LimitAsync("limit-none"));
            Assert.Equal(5_000, await LimitAsync("limit-default"));
            Assert.Equal(5_000, await LimitAsync("limit-ignored"));
            var refused = await api.SendAsync("admin", "POST", "projects", new { project_name = "limit-wrong", storage_limit = Most + 1 });
            Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
            Assert.Contains("storage_limit", refused.Message, StringComparison.Ordinal);
            await api.SendAsync("admin", "PUT", "configurations", new { quota_per_project_enable = false });
            await api.SendAsync("admin", "POST", "projects", new { project_name = "limit-off", storage_limit = 7_000 });
            Assert.Equal(5_000, await LimitAsync("limit-off"));
        }
        finally
        {
            await api.SendAsync("admin", "PUT", "configurations", new { storage_per_project = -1, quota_per_project_enable = true });
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("admin", "PUT", "configurations", new { storage_per_project = 0 })).Status);
        var configurations = (await api.SendAsync("admin", "GET", "configurations")).Json;
        Assert.Equal(-1, (long)configurations["storage_per_project"]!["value"]!);
        Assert.True((bool)configurations["quota_per_project_enable"]!["value"]!);

        async Task<long> LimitAsync(string name) => (long)(await api.SendAsync("admin", "GET", $"projects/{name}/summary")).Json["quota"]!["hard"]!["storage"]!;
    }

    [Fact]
    public async Task Requests_AreAskedOnce_GrantedOrDeclinedWithASentence_AndAudited()
    {
        var project = await api.Host.CreateProjectAsync("asking");
        await api.Host.AddMemberAsync(project, "owner", Access.BuiltInRoles.ProjectAdmin);
        await api.Host.AddMemberAsync(project, "developer", Access.BuiltInRoles.Developer);
        var ask = $"/api/portal/quotas/{project.Id}/requests";
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("owner", "POST", ask, new { bytes = 500, reason = "There is no limit to raise" })).Status);
        await api.SendAsync("admin", "PUT", $"quotas/{project.Id}", new { hard = new { storage = 1_000 } });
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("owner", "POST", ask, new { bytes = 1_000, reason = "Not more" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("owner", "POST", ask, new { bytes = 2_000, reason = " " })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("developer", "POST", ask, new { bytes = 2_000, reason = "Mine" })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("outsider", "POST", ask, new { bytes = 2_000, reason = "Mine" })).Status);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => api.SendAsync("owner", "POST", ask, new { bytes = 2_000, reason = "Nightly builds" })));
        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(7, answers.Count(a => a.Status == HttpStatusCode.Conflict));

        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("owner", "GET", "/api/portal/quota-requests")).Status);
        var request = (await api.SendAsync("admin", "GET", "/api/portal/quota-requests")).Json.AsArray().Single(r => (string)r!["project_name"]! == "asking")!;
        Assert.Equal(("open", "Nightly builds", 2_000), ((string)request["state"]!, (string)request["reason"]!, (long)request["bytes"]!));
        var decide = $"/api/portal/quota-requests/{(int)request["id"]!}";
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("owner", "PUT", decide, new { grant = true, answer = "Yes" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("admin", "PUT", decide, new { grant = true })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", decide, new { grant = true, answer = "There is room" })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await api.SendAsync("admin", "PUT", decide, new { grant = false, answer = "Too late" })).Status);
        Assert.Equal(2_000, (long)(await api.SendAsync("admin", "GET", $"quotas/{project.Id}")).Json["hard"]!["storage"]!);

        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync("owner", "POST", ask, new { bytes = 3_000, reason = "More" })).Status);
        var second = (await api.SendAsync("admin", "GET", "/api/portal/quota-requests")).Json.AsArray().First(r => (string)r!["project_name"]! == "asking")!;
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", $"/api/portal/quota-requests/{(int)second["id"]!}", new { grant = false, answer = "Clean up first" })).Status);
        Assert.Equal(2_000, (long)(await api.SendAsync("admin", "GET", $"quotas/{project.Id}")).Json["hard"]!["storage"]!);
        Assert.Equal(2, (await AuditAsync(project.Id, AuditActions.Create)).Count(e => e.ResourceType == AuditResources.QuotaRequest));
        Assert.Equal(2, (await AuditAsync(project.Id, AuditActions.Update)).Count(e => e.ResourceType == AuditResources.QuotaRequest));
    }

    [Fact]
    public async Task Recount_OfATamperedAccount_MendsItAndSaysSo()
    {
        var project = await api.Host.CreateProjectAsync("tampered");
        await using (var db = await api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
            await db.ProjectStorages.Where(s => s.ProjectId == project.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, 12_345L));

        var recount = (await api.SendAsync("admin", "POST", $"/api/portal/quotas/{project.Id}/recount")).Json;
        Assert.Equal((12_345, 0, true), ((long)recount["booked"]!, (long)recount["counted"]!, (bool)recount["mended"]!));
        Assert.False((bool)(await api.SendAsync("admin", "POST", $"/api/portal/quotas/{project.Id}/recount")).Json["mended"]!);
        Assert.Single(await AuditAsync(project.Id, AuditActions.Update));
    }

    [Fact]
    public async Task RepositoryLimits_AreSetAndInheritedAgain()
    {
        var path = $"/api/portal/quotas/{api.Foreign.Id}";
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", path + "/repositories", new { repository_storage = 100, repository_tags = 3 })).Status);
        var details = (await api.SendAsync("admin", "GET", path)).Json;
        Assert.Equal((100, 3), ((long)details["repository_storage"]!, (int)details["repository_tags"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("admin", "PUT", path + "/repositories", new { repository_tags = 0 })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", path + "/repositories", new { })).Status);
        Assert.Null((await api.SendAsync("admin", "GET", path)).Json["repository_tags"]);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("outsider", "GET", path)).Status);
    }

    async Task<List<AuditEvent>> AuditAsync(int project, string action)
    {
        await using var db = await api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await db.AuditEvents.AsNoTracking().Where(e => e.ProjectId == project && e.Action == action && (e.ResourceType == AuditResources.Quota || e.ResourceType == AuditResources.QuotaRequest))
            .Where(e => action != AuditActions.Update || e.ResourceType == AuditResources.QuotaRequest || e.Before != null).ToListAsync();
    }
}

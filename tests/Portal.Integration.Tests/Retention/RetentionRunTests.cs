using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Portal.Projects;
using Portal.Registry.Manifests;
using Xunit;
using static Portal.Integration.Tests.Retention.RetentionFixture;

namespace Portal.Integration.Tests.Retention;

/// <summary>Previews, runs, the brake and clusters on a real database.</summary>
public sealed class RetentionRunTests(RetentionFixture retention) : IClassFixture<RetentionFixture>
{
    const string Rules = """
        rules:
          - keep:
              tag: release-*
          - keep:
              newest: 2
              per: minor
          - delete:
              pushed-before: 30 days
        """;

    static readonly Seed[] Images =
    [
        new("a1", "1.4.1@60", "base:1000 a1:10"), new("a2", "1.4.2@50", "base:1000 a2:20"), new("a3", "1.4.3@40 stable@40", "base:1000 a3:40"), new("rel", "release-1@90", "rel:5"),
        new("old", "dev@45", "base:1000 old:80 both:300"), new("amd", "@45", "amd:160 both:300"), new("multi", "nightly@45", "", ArtifactKind.Index, "amd"), new("sig", "@44", "sig:7", ArtifactKind.Signature, Subject: "old"), new("young", "pr-1@2", "base:1000"),
    ];

    ApiFixture Api => retention.Api;

    static string Own(ProjectEntry project) => $"/api/portal/projects/{project.Name}/retention";

    Task<Answer> SaveAsync(ProjectEntry project, string text, int? percent = 100) => Api.SendAsync("owner", "PUT", Own(project), new { text, brake_percent = percent, brake_bytes = -1 });

    async Task<JsonNode> PreviewAsync(ProjectEntry project, object body)
    {
        var answer = await Api.SendAsync("owner", "POST", Own(project) + "/preview", body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    async Task<FakeJobRun> RunAsync(ProjectEntry project, bool dryRun = false)
    {
        var started = await Api.SendAsync("owner", "POST", Own(project) + "/runs", new { dry_run = dryRun });
        Assert.True(started.Status == HttpStatusCode.Created, started.Text);
        return await retention.CarryOutAsync(project.Id);
    }

    async Task<JsonNode> PlanAsync(ProjectEntry project) => (await Api.SendAsync("owner", "GET", Own(project) + "/plans")).Json.AsArray()[0]!;

    [Fact]
    public async Task Run_DoesWhatThePreviewShowed_WithTheSameReasons_AndCanBeTakenBack()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "team/app", Images);
        await retention.SeedAsync(project, "quiet", new Seed("q", "main@1", "base:1000"));
        Assert.Equal(HttpStatusCode.OK, (await SaveAsync(project, Rules)).Status);
        var before = await retention.TagsAsync(project);
        var preview = await PreviewAsync(project, new { text = Rules, page_size = 100, @try = "team/app:1.4.9" });
        // shared with what stays: base; shared by two that go: both, told once
        Assert.Equal(10 + 80 + 300 + 160 + 7, (long)preview["bytes"]!);
        Assert.Equal(("keep", "newest 2 of 1.4.x (1st)"), ((string)preview["tried"]!["verdict"]!, (string)preview["tried"]!["reason"]!));
        var rows = preview["rows"]!.AsArray().Select(r => Shown(r!)).ToList();
        Assert.Equal("pushed 60 days ago, over 30 days", (string)preview["rows"]!.AsArray().Single(r => (string?)r!["tag"] == "1.4.1")!["reason"]!);
        Assert.Equal(0, (long)preview["changed"]!);

        var dry = await RunAsync(project, dryRun: true);
        Assert.Equal(JobStatus.Success, dry.Outcome!.Status);
        Assert.Equal(before, await retention.TagsAsync(project));
        var run = await RunAsync(project);
        Assert.Equal(JobStatus.Success, run.Outcome!.Status);
        var plan = await PlanAsync(project);
        Assert.Equal(("done", 4, 0), ((string)plan["state"]!, (int)plan["deleted"]!, (int)plan["refused"]!));
        var stored = (await Api.SendAsync("owner", "GET", $"{Own(project)}/plans/{plan["id"]}/verdicts?page_size=100")).Json.AsArray().Select(r => Shown(r!)).ToList();
        Assert.Equal(rows.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
        Assert.Equal(before.Except(["team/app:1.4.1", "team/app:dev", "team/app:nightly", "team/app:stable"]), await retention.TagsAsync(project));
        Assert.Equal([$"{project.Name}/team/app"], run.Tasks.Keys);
        // the platform and the signature went along, and the artifact of 1.4.3 stays without its other tag
        await using var db = await retention.ContextAsync();
        Assert.Equal(["a1", "amd", "multi", "old", "sig"], (await db.Artifacts.Where(a => a.ProjectId == project.Id && a.DeletionId != null).Select(a => a.Digest).ToListAsync()).Select(d => Images.Single(i => DigestOf(i.Key) == d).Key).Order(StringComparer.Ordinal));

        var deletion = await db.Deletions.SingleAsync(d => d.ProjectId == project.Id);
        Assert.Equal("owner", deletion.Actor);
        var restored = await ((Artifacts.DeletionService)Api.Host.Services.GetService(typeof(Artifacts.DeletionService))!).RestoreAsync(Api.Host.Admin, deletion.Id, default);
        Assert.True(restored.Ok, restored.Error?.ToString());
        Assert.Equal(before, await retention.TagsAsync(project));
        // what was restored is pushed anew, so nothing of it is old enough now, and the next run finds nothing to do
        Assert.Equal(0, (int)(await PreviewAsync(project, new { text = "rules:\n  - delete:\n      pushed-before: 100 days\n" }))["deleted"]!);
    }

    static string Shown(JsonNode r) => $"{r["repository"]}|{r["tag"]}|{r["digest"]}|{r["verdict"]}|{r["rule"]}|{r["reason"]}|{r["bytes"]}";

    [Fact]
    public async Task Preview_ShowsWhatAnEditChanges_AndRefusesByLine()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("p1", "a@40"), new Seed("p2", "b@10"));
        await SaveAsync(project, "rules:\n  - delete:\n      pushed-before: 30 days\n");
        var changed = await PreviewAsync(project, new { text = "rules:\n  - delete:\n      pushed-before: 5 days\n", show = "changed" });
        var row = Assert.Single(changed["rows"]!.AsArray())!;
        Assert.Equal(("b", "delete", "skip", 1L), ((string)row["tag"]!, (string)row["verdict"]!, (string)row["before"]!, (long)changed["changed"]!));
        var wrong = await Api.SendAsync("owner", "POST", Own(project) + "/preview", new { text = "rules:\n  - delete:\n      pushed: 5\n" });
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.StartsWith("Line 3", (string)wrong.Json["detail"]!, StringComparison.Ordinal);
        // JSON says the same in the same words
        var json = await PreviewAsync(project, new { policy = (await Api.SendAsync("owner", "GET", Own(project))).Json["policy"] });
        Assert.Equal((1L, 0L), ((long)json["deleted"]!, (long)json["changed"]!));
    }

    [Fact]
    public async Task Held_IsReportedItemByItem_AndIsNoError()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("h1", "v1@40"), new Seed("h2", "dev@40"), new Seed("h3", "kept@40"));
        Assert.Equal(HttpStatusCode.Created, (await Api.SendAsync("owner", "POST", $"projects/{project.Name}/immutabletagrules", new { tag_selectors = new[] { new { kind = "doublestar", decoration = "matches", pattern = "v*" } }, scope_selectors = new { repository = new[] { new { kind = "doublestar", decoration = "repoMatches", pattern = "**" } } } })).Status);
        await using (var db = await retention.ContextAsync())
        {
            db.Locks.Add(new() { ProjectId = project.Id, Repository = "app", Tag = "kept", Reason = "The auditors look at it", CreatedBy = "owner" });
            await db.SaveChangesAsync();
        }
        await SaveAsync(project, "rules:\n  - delete: everything\n");
        var run = await RunAsync(project);
        Assert.Equal(JobStatus.Success, run.Outcome!.Status);
        Assert.Equal(["app:kept", "app:v1"], await retention.TagsAsync(project));
        var plan = await PlanAsync(project);
        Assert.Equal((1, 2, 0), ((int)plan["deleted"]!, (int)plan["held"]!, (int)plan["refused"]!));
        var verdicts = (await Api.SendAsync("owner", "GET", $"{Own(project)}/plans/{plan["id"]}/verdicts")).Json.AsArray();
        Assert.Equal("immutable", (string)verdicts.Single(v => (string?)v!["tag"] == "v1")!["verdict"]!);
        Assert.Equal("locked: The auditors look at it", (string)verdicts.Single(v => (string?)v!["tag"] == "kept")!["reason"]!);
    }

    [Fact]
    public async Task Brake_StopsBeforeDeleting_AndAConfirmationCarriesOutExactlyThat()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("b1", "one@40"), new Seed("b2", "two@40"), new Seed("b3", "new@1"));
        await SaveAsync(project, Rules, percent: 50);
        var stopped = await RunAsync(project);
        Assert.Equal(JobStatus.Error, stopped.Outcome!.Status);
        Assert.Equal(3, (await retention.TagsAsync(project)).Count);
        var plan = await PlanAsync(project);
        Assert.Equal("waiting", (string)plan["state"]!);
        Assert.Contains("2 of 3", (string)plan["brake"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await Api.SendAsync("outsider", "POST", $"{Own(project)}/plans/{plan["id"]}/confirm")).Status);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Api.SendAsync("owner", "POST", $"{Own(project)}/plans/{plan["id"]}/confirm")));
        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(3, answers.Count(a => a.Status == HttpStatusCode.Conflict));
        Assert.Equal(JobStatus.Success, (await retention.CarryOutAsync(project.Id)).Outcome!.Status);
        Assert.Equal(["app:new"], await retention.TagsAsync(project));
        Assert.Equal(("done", "owner"), ((string)(await PlanAsync(project))["state"]!, (string)(await PlanAsync(project))["confirmed_by"]!));
    }

    [Fact]
    public async Task Brake_ConfirmedAfterSomethingChanged_DeletesNothing()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("c1", "one@40"), new Seed("c2", "two@40"));
        await SaveAsync(project, Rules, percent: 60);
        await RunAsync(project);
        var plan = await PlanAsync(project);
        await retention.SeedAsync(project, "other", new Seed("c3", "three@40"));
        Assert.Equal(HttpStatusCode.Created, (await Api.SendAsync("owner", "POST", $"{Own(project)}/plans/{plan["id"]}/confirm")).Status);
        Assert.Equal(JobStatus.Error, (await retention.CarryOutAsync(project.Id)).Outcome!.Status);
        Assert.Equal(3, (await retention.TagsAsync(project)).Count);
        Assert.Equal("outdated", (string)(await PlanAsync(project))["state"]!);
    }

    [Fact]
    public async Task LastTagOfARepository_IsAskedFor()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "gone", new Seed("l1", "only@40"));
        await retention.SeedAsync(project, "app", new Seed("l2", "x@1"), new Seed("l3", "y@1"), new Seed("l4", "z@1"));
        await SaveAsync(project, Rules, percent: 50);
        Assert.Equal(JobStatus.Error, (await RunAsync(project)).Outcome!.Status);
        Assert.Contains("The last tag of gone", (string)(await PlanAsync(project))["brake"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InUse_IsKept_HoweverOldTheReport_UntilTheNextSaysOtherwise()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("u-amd", "@40"), new Seed("u1", "multi@40", "", ArtifactKind.Index, "u-amd"), new Seed("u2", "dev@40"), new Seed("u3", "gone@40"));
        await SaveAsync(project, "rules:\n  - delete: everything\n");
        var host = Api.Host.BaseAddress.Authority;
        string[] images = [$"{host}/{project.Name}/app@{DigestOf("u-amd")}", $"{host}/{project.Name}/app:dev", "docker.io/library/redis:7", $"{host}/nothing/there:1"];
        Assert.Equal(HttpStatusCode.Forbidden, (await Api.SendAsync("owner", "PUT", "/api/portal/clusters/prod-eu/in-use", new { images })).Status);
        var report = await Api.SendAsync("admin", "PUT", "/api/portal/clusters/prod-eu/in-use", new { images, fresh_hours = 1 });
        Assert.Equal((2, 2), ((int)report.Json["taken"]!, (int)report.Json["foreign"]!));
        await using (var db = await retention.ContextAsync()) await db.Clusters.Where(c => c.Name == "prod-eu").ExecuteUpdateAsync(s => s.SetProperty(c => c.ReportedAt, DateTimeOffset.UtcNow.AddDays(-30)));
        Assert.True((bool)(await Api.SendAsync("admin", "GET", "/api/portal/clusters")).Json.AsArray().Single(c => (string)c!["name"]! == "prod-eu")!["old"]!);

        await RunAsync(project);
        Assert.Equal(["app:dev", "app:multi"], await retention.TagsAsync(project));
        var verdicts = (await Api.SendAsync("owner", "GET", $"{Own(project)}/plans/{(await PlanAsync(project))["id"]}/verdicts")).Json.AsArray();
        Assert.Equal("running in prod-eu", (string)verdicts.Single(v => (string?)v!["tag"] == "multi")!["reason"]!);

        Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("admin", "PUT", "/api/portal/clusters/prod-eu/in-use", new { images = images[..1] })).Status);
        await RunAsync(project);
        Assert.Equal(["app:multi"], await retention.TagsAsync(project));
        Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("admin", "DELETE", "/api/portal/clusters/prod-eu")).Status);
        await RunAsync(project);
        Assert.Empty(await retention.TagsAsync(project));
    }

    [Fact]
    public async Task Report_IsBounded()
    {
        foreach (var (body, field) in new (object, string)[] { (new { }, "images"), (new { images = Enumerable.Repeat("a", 20_001) }, "images"), (new { images = Array.Empty<string>(), fresh_hours = 0 }, "fresh_hours"), (new { images = new[] { new string('x', 701) } }, "reference") })
        {
            var answer = await Api.SendAsync("admin", "PUT", "/api/portal/clusters/c/in-use", body);
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Contains(field, (string)answer.Json["detail"]!, StringComparison.Ordinal);
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("admin", "PUT", "/api/portal/clusters/Not_a_name/in-use", new { images = Array.Empty<string>() })).Status);
    }

    [Fact]
    public async Task SystemPolicy_HoldsWhereProjectsFollowIt_AndExtendsOthers()
    {
        var (follows, extends, replaces) = (await retention.ProjectAsync(), await retention.ProjectAsync(), await retention.ProjectAsync());
        foreach (var project in (ProjectEntry[])[follows, extends, replaces]) await retention.SeedAsync(project, "app", new Seed($"{project.Name}1", "old@40"), new Seed($"{project.Name}2", "mine@40"), new Seed($"{project.Name}3", "new@1"));
        try
        {
            Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("admin", "PUT", "/api/portal/retention", new { text = "rules:\n  - delete:\n      pushed-before: 30 days\n", brake_percent = 100, brake_bytes = -1 })).Status);
            await Api.SendAsync("owner", "PUT", Own(extends), new { mode = "extend", text = "rules:\n  - keep:\n      tag: mine\n", brake_percent = 100 });
            await Api.SendAsync("owner", "PUT", Own(replaces), new { mode = "replace", text = "rules: []\n" });
            Assert.Equal(HttpStatusCode.Created, (await Api.SendAsync("admin", "POST", "/api/portal/retention/runs", new { dry_run = false })).Status);
            await retention.CarryOutAsync(0);
            Assert.Equal(["app:new"], await retention.TagsAsync(follows));
            Assert.Equal(3, (await retention.TagsAsync(extends)).Count);
            await RunAsync(extends);
            Assert.Equal(["app:mine", "app:new"], await retention.TagsAsync(extends));
            Assert.Equal("the system's rule 1", (string)(await Api.SendAsync("owner", "GET", $"{Own(follows)}/plans/{(await PlanAsync(follows))["id"]}/verdicts")).Json.AsArray().Single(v => (string)v!["tag"]! == "old")!["rule"]!);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await Api.SendAsync("owner", "POST", Own(replaces) + "/runs", new { dry_run = false })).Status);

            Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("admin", "PUT", "/api/portal/retention", new { text = "rules:\n  - delete:\n      pushed-before: 30 days\n", locked = true, brake_percent = 100, brake_bytes = -1 })).Status);
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await Api.SendAsync("owner", "PUT", Own(replaces), new { mode = "replace", text = "rules: []\n" })).Status);
            await RunAsync(replaces);
            Assert.Equal(["app:new"], await retention.TagsAsync(replaces));
        }
        finally
        {
            await Api.SendAsync("admin", "DELETE", "/api/portal/retention");
        }
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Portal.Integration.Tests.Api;
using Portal.Jobs;
using Xunit;
using static Portal.Integration.Tests.Retention.RetentionFixture;

namespace Portal.Integration.Tests.Retention;

/// <summary><c>/retentions</c> of the Harbor v2.0 API.</summary>
public sealed class HarborRetentionTests(RetentionFixture retention) : IClassFixture<RetentionFixture>
{
    ApiFixture Api => retention.Api;

    static JsonObject Policy(int project, params (string Template, int? Number, string Tags)[] rules) => new()
    {
        ["algorithm"] = "or",
        ["scope"] = new JsonObject { ["level"] = "project", ["ref"] = project },
        ["trigger"] = new JsonObject { ["kind"] = "Schedule", ["settings"] = new JsonObject { ["cron"] = "0 0 0 * * *" } },
        ["rules"] = new JsonArray([.. rules.Select(r => (JsonNode)new JsonObject
        {
            ["disabled"] = false, ["action"] = "retain", ["template"] = r.Template,
            ["params"] = r.Number is { } n ? new JsonObject { [r.Template] = n } : new JsonObject(),
            ["tag_selectors"] = new JsonArray(new JsonObject { ["kind"] = "doublestar", ["decoration"] = "matches", ["pattern"] = r.Tags, ["extras"] = """{"untagged":true}""" }),
            ["scope_selectors"] = new JsonObject { ["repository"] = new JsonArray(new JsonObject { ["kind"] = "doublestar", ["decoration"] = "repoMatches", ["pattern"] = "**" }) },
        })]),
    };

    [Fact]
    public async Task Policy_KeepsItsForm_IsRunAndToldAsHarborDoes()
    {
        var project = await retention.ProjectAsync();
        await retention.SeedAsync(project, "app", new Seed("r1", "v1@40"), new Seed("r2", "v2@20"), new Seed("r3", "v3@1"), new Seed("r4", "@3"));
        var made = await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, ("latestPushedK", 2, "**"), ("always", null, "v2")));
        Assert.True(made.Status == HttpStatusCode.Created, made.Text);
        var at = made.Headers["Location"];
        var read = (await Api.SendAsync("owner", "GET", at)).Json;
        var sent = Policy(project.Id, ("latestPushedK", 2, "**"), ("always", null, "v2"));
        Assert.Equal("or", (string)read["algorithm"]!);
        Assert.Equal(project.Id, (int)read["scope"]!["ref"]!);
        Assert.Equal("0 0 0 * * *", (string)read["trigger"]!["settings"]!["cron"]!);
        for (var i = 0; i < 2; i++)
            foreach (var field in (string[])["template", "action", "disabled", "tag_selectors", "scope_selectors"])
                Assert.True(JsonNode.DeepEquals(sent["rules"]![i]![field], read["rules"]![i]![field]), $"{field}: {read["rules"]![i]}");
        Assert.Equal(2, (int)read["rules"]![0]!["params"]!["latestPushedK"]!);
        var id = (long)read["id"]!;
        Assert.Equal("0 0 0 * * *", retention.Jobs.Schedule(id)!.Cron);

        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id))).Status);
        var run = await Api.SendAsync("owner", "POST", at + "/executions", new { dry_run = true });
        Assert.Equal(HttpStatusCode.Created, run.Status);
        Assert.Equal(JobStatus.Success, (await retention.CarryOutAsync(project.Id)).Outcome!.Status);
        var execution = (await Api.SendAsync("owner", "GET", at + "/executions")).Json.AsArray()[0]!;
        Assert.Equal(("Success", "Manual", true, id), ((string)execution["status"]!, (string)execution["trigger"]!, (bool)execution["dry_run"]!, (long)execution["policy_id"]!));
        Assert.EndsWith($"/executions/{execution["id"]}", run.Headers["Location"], StringComparison.Ordinal);
        var task = Assert.Single((await Api.SendAsync("owner", "GET", $"{at}/executions/{execution["id"]}/tasks")).Json.AsArray())!;
        // the newest two are v3 and the one without a tag; v2 is kept by the second rule, whose selector also takes what has no tag
        Assert.Equal(("app", 4, 3, "Success"), ((string)task["repository"]!, (int)task["total"]!, (int)task["retained"]!, (string)task["status"]!));
        var log = await Api.SendAsync("owner", "GET", $"{at}/executions/{execution["id"]}/tasks/{task["id"]}");
        Assert.Contains($"{DigestOf("r1")}\tv1\t", log.Text, StringComparison.Ordinal);
        Assert.Contains("\tDEL\t", log.Text, StringComparison.Ordinal);
        Assert.Equal(3, (await retention.TagsAsync(project)).Count);

        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("owner", "PATCH", $"{at}/executions/{execution["id"]}", new { action = "pause" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("owner", "PATCH", $"{at}/executions/{execution["id"]}", new { action = "stop" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("owner", "PUT", at, Policy(project.Id, ("always", null, "**")))).Status);
        Assert.Single((await Api.SendAsync("owner", "GET", at)).Json["rules"]!.AsArray());
        Assert.Equal(HttpStatusCode.OK, (await Api.SendAsync("owner", "DELETE", at)).Status);
        Assert.Null(retention.Jobs.Schedule(id));
        Assert.Equal(HttpStatusCode.NotFound, (await Api.SendAsync("owner", "GET", at)).Status);
    }

    [Fact]
    public async Task Bounds_AreHarbors()
    {
        var project = await retention.ProjectAsync();
        var many = Enumerable.Range(0, 16).Select(i => ("latestPushedK", (int?)i, "**")).ToArray();
        var refused = await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, many));
        Assert.Equal((HttpStatusCode.BadRequest, "only 15 rules are allowed at most"), (refused.Status, refused.Message));
        Assert.Equal(HttpStatusCode.Conflict, (await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, ("always", null, "a"), ("always", null, "a")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, ("latestPushedK", -1, "a")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, ("newest", 1, "a")))).Status);
        var seconds = Policy(project.Id, ("always", null, "a"));
        seconds["trigger"]!["settings"]!["cron"] = "30 0 0 * * *";
        Assert.Equal(HttpStatusCode.BadRequest, (await Api.SendAsync("owner", "POST", "retentions", seconds)).Status);
        var metadata = (await Api.SendAsync("guest", "GET", "retentions/metadatas")).Json;
        Assert.Equal(["latestPushedK", "latestPulledN", "nDaysSinceLastPush", "nDaysSinceLastPull", "always"], metadata["templates"]!.AsArray().Select(t => (string)t!["rule_template"]!));
    }

    [Fact]
    public async Task ForeignPolicy_AnswersAsAMissingOne()
    {
        var project = await retention.ProjectAsync();
        var at = (await Api.SendAsync("owner", "POST", "retentions", Policy(project.Id, ("always", null, "**")))).Headers["Location"];
        foreach (var (method, body) in new (string, object?)[] { ("GET", null), ("PUT", Policy(project.Id)), ("DELETE", null) })
        {
            var (foreign, missing) = (await Api.SendAsync("outsider", method, at, body), await Api.SendAsync("outsider", method, "retentions/999999", body));
            Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
            Assert.Equal(missing.Text, foreign.Text);
        }
    }
}

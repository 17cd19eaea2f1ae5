using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Portal.Integration.Tests.Api;

[Collection(ApiCollection.Name)]
public sealed class ProjectApiTests(ApiFixture api)
{
    [Fact]
    public async Task Get_FreshProject_LeavesOutZerosAndWritesTimesWithMilliseconds()
    {
        await api.SendAsync("admin", "POST", "projects", new { project_name = "shape" });
        var project = (await api.SendAsync("admin", "GET", "projects/shape")).Json.AsObject();
        Assert.Equal(["creation_time", "current_user_role_id", "current_user_role_ids", "cve_allowlist", "metadata", "name", "owner_id", "owner_name", "project_id", "repo_count", "togglable", "update_time"],
            project.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal(0, (int)project["repo_count"]!);
        Assert.Equal("false", (string)project["metadata"]!["public"]!);
        Assert.Equal("0001-01-01T00:00:00.000Z", (string)project["cve_allowlist"]!["creation_time"]!);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string)project["creation_time"]!);
    }

    [Fact]
    public async Task Create_Valid_AnswersLocationByIdOrName()
    {
        var byId = await api.SendAsync("admin", "POST", "projects", new { project_name = "location-a" });
        Assert.Equal(HttpStatusCode.Created, byId.Status);
        Assert.Matches("^/api/v2.0/projects/[0-9]+$", byId.Headers["Location"]);
        Assert.Empty(byId.Text);
        var byName = await api.SendAsync("admin", "POST", "projects", new { project_name = "location-b" }, r => r.Headers.Add("X-Resource-Name-In-Location", "true"));
        Assert.Equal("/api/v2.0/projects/location-b", byName.Headers["Location"]);
    }

    [Theory]
    [InlineData("Upper"), InlineData(""), InlineData("a//b"), InlineData("-x")]
    public async Task Create_BadName_Answers400(string name)
    {
        var answer = await api.SendAsync("admin", "POST", "projects", new { project_name = name });
        Assert.Equal((HttpStatusCode.BadRequest, "BAD_REQUEST"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Project_MadeChangedDeletedAndMadeAgain_IsSeenAsItIsEachTime()
    {
        async Task<(HttpStatusCode Status, string? Public, int? Id)> SeenAsync()
        {
            var answer = await api.SendAsync("admin", "GET", "projects/now-and-then");
            var found = answer.Status == HttpStatusCode.OK ? answer.Json : null;
            return (answer.Status, (string?)found?["metadata"]?["public"], (int?)found?["project_id"]);
        }

        var ids = new List<int?>();
        for (var round = 0; round < 2; round++)
        {
            // that a name is free is remembered as well as that it is taken
            Assert.Equal(HttpStatusCode.NotFound, (await SeenAsync()).Status);
            await api.SendAsync("admin", "POST", "projects", new { project_name = "now-and-then" });
            var made = await SeenAsync();
            Assert.Equal((HttpStatusCode.OK, "false"), (made.Status, made.Public));
            Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("outsider", "GET", "projects/now-and-then")).Status);
            await api.SendAsync("admin", "PUT", "projects/now-and-then", new { metadata = new Dictionary<string, string> { ["public"] = "true" } });
            Assert.Equal((HttpStatusCode.OK, "true", made.Id), await SeenAsync());
            Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("outsider", "GET", "projects/now-and-then")).Status);
            Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", "projects/now-and-then")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", $"projects/{made.Id}")).Status);
            ids.Add(made.Id);
        }
        Assert.Equal(2, ids.Distinct().Count());
    }

    [Fact]
    public async Task Create_Taken_Answers409()
    {
        var answer = await api.SendAsync("admin", "POST", "projects", new { project_name = "own" });
        Assert.Equal((HttpStatusCode.Conflict, "CONFLICT", "The project named own already exists"), (answer.Status, answer.Code, answer.Message));
    }

    [Fact]
    public async Task Create_EveryFieldOfTheAnswer_ChangesNothingButNameAndPublicity()
    {
        // Posted as an ordinary user: owner, id, roles and times stay the server's.
        var body = JsonNode.Parse("""{"project_name":"over-posted","project_id":1,"owner_id":1,"owner_name":"admin","current_user_role_id":1,"repo_count":99,"deleted":true,"creation_time":"2001-01-01T00:00:00Z","metadata":{"public":"true"},"id":1,"name":"other"}""");
        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync("stranger", "POST", "projects", body)).Status);
        var project = (await api.SendAsync("stranger", "GET", "projects/over-posted")).Json;
        Assert.Equal(api.UserIds["stranger"], (int)project["owner_id"]!);
        Assert.NotEqual(1, (int)project["project_id"]!);
        Assert.Equal(0, (int)project["repo_count"]!);
        Assert.DoesNotContain("2001", (string)project["creation_time"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_SwitchedOnWithoutTheCapability_IsRefusedAndOffIsTaken()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("owner", "PUT", "projects/own", new { metadata = new { prevent_vul = "true" } })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("owner", "PUT", "projects/own", new { metadata = new { prevent_vul = "false" } })).Status);
    }

    [Fact]
    public async Task Metadata_AddedAndDeleted_IsThereAndGone()
    {
        await api.SendAsync("admin", "POST", "projects", new { project_name = "metadata" });
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "POST", "projects/metadata/metadatas", new { audit_pulls = "false" })).Status);
        Assert.Equal("false", (string)(await api.SendAsync("admin", "GET", "projects/metadata/metadatas/audit_pulls")).Json["audit_pulls"]!);
        Assert.Equal(HttpStatusCode.Conflict, (await api.SendAsync("admin", "POST", "projects/metadata/metadatas", new { audit_pulls = "false" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", "projects/metadata/metadatas/audit_pulls")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", "projects/metadata/metadatas/audit_pulls")).Status);
    }

    [Fact]
    public async Task Number_WithHeader_IsAName()
    {
        await api.SendAsync("admin", "POST", "projects", new { project_name = "777123" });
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", "projects/777123")).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "GET", "projects/777123", null, r => r.Headers.Add("X-Is-Resource-Name", "true"))).Status);
        Assert.Equal("own", (string)(await api.SendAsync("admin", "GET", $"projects/{api.Own.Id}")).Json["name"]!);
    }

    [Fact]
    public async Task Delete_WithRepositories_Answers412AndSaysSoBefore()
    {
        var deletable = (await api.SendAsync("admin", "GET", "projects/foreign/_deletable")).Json;
        Assert.False((bool)deletable["deletable"]!);
        Assert.NotEmpty((string)deletable["message"]!);
        Assert.Equal("PRECONDITION", (await api.SendAsync("admin", "DELETE", "projects/foreign")).Code);
    }

    [Fact]
    public async Task Summary_CountsMembersForThoseWhoMayListThem()
    {
        Assert.Equal(1, (int)(await api.SendAsync("guest", "GET", "projects/own/summary")).Json["maintainer_count"]!);
        var limited = (await api.SendAsync("limited", "GET", "projects/own/summary")).Json;
        Assert.Null(limited["maintainer_count"]);
        Assert.Equal(-1, (long)limited["quota"]!["hard"]!["storage"]!);
    }

    [Fact]
    public async Task Member_OfAnotherProject_IsNotFoundThroughThisOne()
    {
        var id = api.ForeignMember.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("owner", "GET", $"projects/own/members/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("owner", "PUT", $"projects/own/members/{id}", new { role_id = 1 })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("owner", "DELETE", $"projects/own/members/{id}")).Status);
        Assert.Equal("guest", (string)(await api.SendAsync("admin", "GET", $"projects/foreign/members/{id}")).Json["role_name"]!);
    }

    [Fact]
    public async Task Member_AddedChangedAndRemoved_Follows()
    {
        await api.SendAsync("admin", "POST", "projects", new { project_name = "members" });
        var added = await api.SendAsync("admin", "POST", "projects/members/members", new { role_id = 2, member_user = new { user_id = api.UserIds["stranger"] } });
        Assert.Equal(HttpStatusCode.Created, added.Status);
        Assert.Equal("CONFLICT", (await api.SendAsync("admin", "POST", "projects/members/members", new { role_id = 3, member_user = new { username = "stranger" } })).Code);
        var found = (await api.SendAsync("admin", "GET", "projects/members/members?entityname=stranger")).Json.AsArray();
        Assert.Equal("developer", (string)found.Single()!["role_name"]!);
        Assert.Equal("u", (string)found.Single()!["entity_type"]!);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", added.Headers["Location"], new { role_id = 5 })).Status);
        Assert.Equal("limitedGuest", (string)(await api.SendAsync("admin", "GET", added.Headers["Location"])).Json["role_name"]!);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", added.Headers["Location"])).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("admin", "POST", "projects/members/members", new { role_id = 9, member_user = new { username = "stranger" } })).Status);
    }
}

using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>Custom roles over REST.</summary>
[Collection(ApiCollection.Name)]
public sealed class RoleApiTests(ApiFixture api)
{
    const string Roles = "/api/portal/roles";

    [Fact]
    public async Task List_AnyMember_SeesWhatRolesMayDoButNotWhoHoldsThem()
    {
        var seen = (await api.SendAsync("guest", "GET", Roles + "?page_size=100")).Json.AsArray();
        var auditor = seen.Single(r => (string)r!["name"]! == "auditor")!;
        Assert.True((bool)auditor["builtIn"]!);
        Assert.Contains("audit-log:list", auditor["permissions"]!.AsArray().Select(p => (string)p!));
        Assert.Equal(0, (int)seen.Single(r => (string)r!["name"]! == "guest")!["holders"]!["users"]!);
        var counted = (await api.SendAsync("admin", "GET", Roles + "?page_size=100")).Json.AsArray();
        Assert.True((int)counted.Single(r => (string)r!["name"]! == "guest")!["holders"]!["users"]! > 0);
    }

    [Fact]
    public async Task Permissions_Catalogue_SaysEachInWords()
    {
        var rights = (await api.SendAsync("guest", "GET", "/api/portal/permissions")).Json.AsArray();
        var delete = rights.Single(r => (string)r!["permission"]! == "tag:delete")!;
        Assert.Equal(("Delete tags", true), ((string)delete["sentence"]!, (bool)delete["inProjects"]!));
        Assert.Equal(Permissions.All.Count, rights.Count);
    }

    [Fact]
    public async Task Role_MadeChangedGivenAndDeleted_FollowsEveryRule()
    {
        var made = await api.SendAsync("admin", "POST", Roles, new { title = "Release manager", description = "Ships", permissions = new[] { "tag:list", "tag:delete", "project:read" } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var url = made.Headers["Location"];
        Assert.Equal("release-manager", (string)(await api.SendAsync("admin", "GET", url)).Json["name"]!);
        Assert.Equal(HttpStatusCode.Conflict, (await api.SendAsync("admin", "POST", Roles, new { title = "release  MANAGER" })).Status);

        var given = await api.SendAsync("admin", "POST", "/api/portal/bindings", new { project = "own", subjectKind = "user", subject = "outsider", role = "release-manager" });
        Assert.Equal(HttpStatusCode.Created, given.Status);
        var caller = Caller.Anonymous with { Kind = SubjectKind.User, Id = api.UserIds["outsider"], Name = "outsider" };
        Assert.True(await MayAsync(caller, Permissions.TagDelete));
        var held = await api.SendAsync("admin", "DELETE", url);
        Assert.Equal(HttpStatusCode.PreconditionFailed, held.Status);
        Assert.Contains("given 1 time", (string)held.Json["detail"]!, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "PUT", url, new { title = "Release lead", permissions = new[] { "tag:list", "project:read" } })).Status);
        Assert.False(await MayAsync(caller, Permissions.TagDelete));
        Assert.Equal(("release-lead", "Ships"), await NamesAsync(url));

        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", given.Headers["Location"])).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", url)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "GET", url)).Status);
        var rows = (await api.SendAsync("admin", "GET", "auditlog-exts?q=resource_type=role&page_size=50")).Json.AsArray();
        Assert.Equal(["create", "delete", "update"], rows.Where(r => ((string)r!["resource"]!).StartsWith("release-", StringComparison.Ordinal)).Select(r => (string)r!["operation"]!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Clone_ShippedRole_IsCustomWithTheSameRights()
    {
        var source = (await api.SendAsync("admin", "GET", Roles + "?page_size=100")).Json.AsArray().Single(r => (string)r!["name"]! == "promoter")!;
        var made = await api.SendAsync("admin", "POST", Roles, new { title = "Promoter of mine", from = (int)source["id"]! });
        var copy = (await api.SendAsync("admin", "GET", made.Headers["Location"])).Json;
        Assert.False((bool)copy["builtIn"]!);
        Assert.Equal(source["permissions"]!.ToJsonString(), copy["permissions"]!.ToJsonString());
        Assert.Equal("from", (string)(await api.SendAsync("admin", "POST", Roles, new { title = "Both", from = 1, permissions = new[] { "tag:list" } })).Json["field"]!);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("admin", "POST", Roles, new { title = "Of nothing", from = 999_999 })).Status);
    }

    [Fact]
    public async Task Author_LackingARight_CannotPutItIntoARole()
    {
        var author = await api.Host.CreateUserAsync("role-author");
        var roles = api.Host.Services.GetRequiredService<RoleService>();
        var role = (await roles.CreateAsync(api.Host.Admin, new("Role author", "", ["role:list", "role:read", "role:create", "role:update", "tag:list", "member:list"]), default)).Value;
        Assert.True((await api.Host.Services.GetRequiredService<BindingService>().GiveAsync(api.Host.Admin, BindingPlace.System, new(SubjectKind.User, author.Id), "role-author", null, default)).Ok);

        var beyond = await api.SendAsync("role-author", "POST", Roles, new { title = "Too much", permissions = new[] { "tag:list", "tag:delete" } });
        Assert.Equal(HttpStatusCode.Forbidden, beyond.Status);
        Assert.Contains("tag:delete", (string)beyond.Json["detail"]!, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("role-author", "PUT", FormattableString.Invariant($"{Roles}/{role}"), new { permissions = new[] { "role:update", "user:update" } })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("role-author", "POST", Roles, new { title = "Copied admin", from = 1 })).Status);
        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync("role-author", "POST", Roles, new { title = "Enough", permissions = new[] { "tag:list" } })).Status);
    }

    [Theory]
    [InlineData("""{"title":""}""", "title"), InlineData("""{"title":"Fine","permissions":["tag:eat"]}""", "permissions")]
    public async Task Create_BadInput_NamesTheField(string body, string field)
    {
        var answer = await api.SendAsync("admin", "POST", Roles, null, r => r.Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
        Assert.Equal("application/problem+json", answer.Headers["Content-Type"].Split(';')[0]);
    }

    async Task<bool> MayAsync(Caller caller, Permission right) => await api.Host.Services.GetRequiredService<IAccessPolicy>().MayAsync(caller, right, api.Own.Target, default);

    async Task<(string, string)> NamesAsync(string url)
    {
        var role = (await api.SendAsync("admin", "GET", url)).Json;
        return ((string)role["name"]!, (string)role["description"]!);
    }
}

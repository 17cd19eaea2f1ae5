using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Xunit;

namespace Portal.Integration.Tests.Api;

/// <summary>Roles given to users, groups and robots, over REST.</summary>
[Collection(ApiCollection.Name)]
public sealed class BindingApiTests(ApiFixture api)
{
    const string Bindings = "/api/portal/bindings";

    [Fact]
    public async Task Give_OnAPatternUntilADay_HoldsThereAndIsShown()
    {
        await api.Host.CreateUserAsync("pattern-person");
        var until = DateTimeOffset.UtcNow.AddDays(30);
        var made = await api.SendAsync("owner", "POST", Bindings, new { project = "own", subjectKind = "user", subject = "Pattern-Person", role = "developer", repositoryPattern = "team/*", tagPattern = "v*", until });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var binding = (await api.SendAsync("owner", "GET", made.Headers["Location"])).Json;
        Assert.Equal(("own", "team/*", "v*", "developer", "user"), ((string)binding["project"]!, (string)binding["repositoryPattern"]!, (string)binding["tagPattern"]!, (string)binding["role"]!, (string)binding["subjectKind"]!));
        // the Harbor face knows no patterns, so it does not say that this person is a member
        Assert.Empty((await api.SendAsync("owner", "GET", "projects/own/members?entityname=pattern-person")).Json.AsArray());
        Assert.Equal(HttpStatusCode.Conflict, (await api.SendAsync("owner", "POST", Bindings, new { project = "own", subjectKind = "user", subject = "pattern-person", role = "guest", repositoryPattern = "team/*", tagPattern = "v*" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("owner", "PUT", made.Headers["Location"], new { role = "guest", forever = true })).Status);
        var changed = (await api.SendAsync("owner", "GET", made.Headers["Location"])).Json;
        Assert.Equal(("guest", null), ((string)changed["role"]!, (string?)changed["until"]));
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("owner", "DELETE", made.Headers["Location"])).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("owner", "GET", made.Headers["Location"])).Status);
    }

    [Fact]
    public async Task Give_ProjectAdmin_ReachesNeitherTheSystemNorANeighbourNorMoreThanOwnRights()
    {
        var body = new { subjectKind = "user", subject = "stranger", role = "guest" };
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("owner", "POST", Bindings, body)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("owner", "POST", Bindings, new { project = "foreign", body.subjectKind, body.subject, body.role })).Status);
        Assert.True((await api.Host.Services.GetRequiredService<RoleService>().CreateAsync(api.Host.Admin, new("Metadata lister", "", ["metadata:list", "project:read"]), default)).Ok);
        var beyond = await api.SendAsync("owner", "POST", Bindings, new { project = "own", body.subjectKind, body.subject, role = "metadata-lister" });
        Assert.Equal((HttpStatusCode.Forbidden, "role"), (beyond.Status, (string?)beyond.Json["field"]));
        var given = await api.SendAsync("admin", "POST", Bindings, new { project = "own", body.subjectKind, body.subject, role = "metadata-lister" });
        Assert.Equal(HttpStatusCode.Created, given.Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("owner", "DELETE", given.Headers["Location"])).Status);
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("admin", "DELETE", given.Headers["Location"])).Status);
    }

    [Theory]
    [InlineData("""{"project":"own","subjectKind":"user","subject":"stranger","role":"guest","repositoryPattern":"Team/**"}""", "repository_pattern")]
    [InlineData("""{"project":"own","subjectKind":"user","subject":"stranger","role":"guest","tagPattern":"a/b"}""", "tag_pattern")]
    [InlineData("""{"project":"own","subjectKind":"user","subject":"stranger","role":"guest","until":"2020-01-01T00:00:00Z"}""", "until")]
    [InlineData("""{"project":"own","subjectKind":"user","subject":"stranger","role":"system-admin"}""", "role")]
    [InlineData("""{"project":"own","subjectKind":"crowd","subject":"stranger","role":"guest"}""", "subject_kind")]
    public async Task Give_BadInput_NamesTheField(string body, string field)
    {
        var answer = await api.SendAsync("admin", "POST", Bindings, null, r => r.Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.Status, (string?)answer.Json["field"]));
    }

    [Fact]
    public async Task Group_AsMember_GivesItsPeopleTheRoleAndIsListedAsAGroup()
    {
        var person = await api.Host.CreateUserAsync("grouped");
        await using (var db = await Db())
        {
            db.Groups.Add(new() { Name = "payments-core", ExternalName = "payments-core", Source = GroupSource.Local, CreatedAt = DateTimeOffset.UtcNow, Members = [new() { UserId = person.Id }] });
            await db.SaveChangesAsync();
        }
        var made = await api.SendAsync("owner", "POST", "projects/own/members", new { role_id = 4, member_group = new { group_name = "payments-core" } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var member = (await api.SendAsync("owner", "GET", made.Headers["Location"])).Json;
        Assert.Equal(("payments-core", "g", "maintainer"), ((string)member["entity_name"]!, (string)member["entity_type"]!, (string)member["role_name"]!));
        Assert.True(await api.Host.Services.GetRequiredService<IAccessPolicy>().MayAsync(person, Permissions.TagDelete, api.Own.Target, default));
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("owner", "DELETE", made.Headers["Location"])).Status);
        Assert.False(await api.Host.Services.GetRequiredService<IAccessPolicy>().MayAsync(person, Permissions.TagDelete, api.Own.Target, default));
    }

    [Fact]
    public async Task LastAdministrator_LosingEndingOrWeakeningTheRole_IsRefusedWithAReason()
    {
        var own = (await api.SendAsync("admin", "GET", Bindings + "?subject=admin&role=system-admin")).Json.AsArray().Single(b => b!["project"] is null)!;
        var url = $"{Bindings}/{own["id"]}";
        foreach (var answer in (Answer[])[await api.SendAsync("admin", "DELETE", url), await api.SendAsync("admin", "PUT", url, new { role = "auditor" }), await api.SendAsync("admin", "PUT", url, new { until = DateTimeOffset.UtcNow.AddDays(1) })])
        {
            Assert.Equal(HttpStatusCode.PreconditionFailed, answer.Status);
            Assert.Contains("last administrator", (string)answer.Json["detail"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ended_Binding_MakesRoomForANewOne()
    {
        var person = await api.Host.CreateUserAsync("returning");
        var first = (await api.Host.Services.GetRequiredService<MemberService>().AddAsync(api.Host.Admin, api.Own.Target, "own", "returning", "guest", default)).Value;
        await using (var db = await Db()) await db.Bindings.Where(b => b.Id == first).ExecuteUpdateAsync(s => s.SetProperty(b => b.Until, DateTimeOffset.UtcNow.AddDays(-1)));
        Assert.Empty((await api.SendAsync("owner", "GET", "projects/own/members?entityname=returning")).Json.AsArray());
        Assert.Equal(HttpStatusCode.Created, (await api.SendAsync("owner", "POST", "projects/own/members", new { role_id = 2, member_user = new { user_id = person.Id } })).Status);
        Assert.Equal("developer", (string)(await api.SendAsync("owner", "GET", "projects/own/members?entityname=returning")).Json[0]!["role_name"]!);
    }

    [Fact]
    public async Task Change_IsAuditedWithBeforeAndAfter()
    {
        await api.Host.CreateUserAsync("audited");
        var made = await api.SendAsync("owner", "POST", Bindings, new { project = "own", subjectKind = "user", subject = "audited", role = "guest", repositoryPattern = "team/app" });
        await api.SendAsync("owner", "PUT", made.Headers["Location"], new { role = "pull-only" });
        await using var db = await Db();
        var row = await db.AuditEvents.Where(e => e.Resource == "own/audited" && e.Action == "update").SingleAsync();
        Assert.Equal(("""{"role":"guest","repositories":"team/app"}""", """{"role":"pull-only","repositories":"team/app"}"""), (Dense(row.Before), Dense(row.After)));
        Assert.Equal("owner", row.Actor);
    }

    // jsonb comes back with spaces of the database's own
    static string? Dense(string? json) => json?.Replace(" ", "", StringComparison.Ordinal);

    Task<PortalDbContext> Db() => api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
}

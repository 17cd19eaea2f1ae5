using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Api;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Integration.Tests.Faults;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>
/// Every changing endpoint gets a body with every field that any shape of the API has, from callers who may do little. Owners, roles, ids, flags and
/// counts stay what they were, whether the request is refused or done.
/// </summary>
[Collection(ChangesCollection.Name)]
public sealed class MassAssignmentTests(ApiFixture api)
{
    static readonly string[] Weak = ["outsider", "limited", "guest", "developer"];

    static readonly Dictionary<string, Type> Fields = typeof(WireAttribute).Assembly.GetTypes().Where(t => t.IsDefined(typeof(WireAttribute), false))
        .SelectMany(t => t.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        .GroupBy(p => p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)).ToDictionary(g => g.Key, g => g.First().PropertyType, StringComparer.Ordinal);

    /// <summary>Endpoint, and a body that fills its own shape so that binding succeeds.</summary>
    public static TheoryData<string, string, string> Changes => new()
    {
        { "POST", "users", """{"username":"mass","password":"User-password-1","email":"m@example.org","realname":"m","comment":"m"}""" },
        { "PUT", "users/{self}", """{"email":"m@example.org","realname":"m","comment":"m"}""" },
        { "PUT", "users/{admin}", """{"email":"m@example.org","realname":"m","comment":"m"}""" },
        { "PUT", "users/{self}/sysadmin", """{"sysadmin_flag":true}""" },
        { "PUT", "users/{self}/password", """{"old_password":"not the present one","new_password":"Another-password-2"}""" },
        { "PUT", "users/{admin}/password", """{"old_password":"not the present one","new_password":"Another-password-2"}""" },
        { "POST", "projects", """{"project_name":"mass-{user}","description":"m","public":false,"metadata":{"public":"false"},"registry_id":null,"storage_limit":1}""" },
        { "PUT", "projects/own", """{"project_name":"mass","description":"m","public":true,"metadata":{"public":"true"},"registry_id":null,"storage_limit":1}""" },
        { "PUT", "projects/foreign", """{"project_name":"mass","description":"m","public":true,"metadata":{"public":"true"},"registry_id":null,"storage_limit":1}""" },
        { "POST", "projects/own/metadatas", """{"public":"true"}""" },
        { "PUT", "projects/own/metadatas/public", """{"public":"true"}""" },
        { "POST", "projects/own/members", """{"role_id":1,"member_user":{"user_id":0,"username":"{user}"},"member_group":null}""" },
        { "PUT", "projects/own/members/{member}", """{"role_id":1}""" },
        { "PUT", "projects/own/repositories/team%2Fapp", """{"description":"m"}""" },
        { "PUT", "projects/foreign/repositories/team%2Fapp", """{"description":"m"}""" },
        { "POST", "projects/own/repositories/team%2Fapp/artifacts/1.0/tags", """{"name":"mass-{user}"}""" },
        { "POST", "/api/portal/tokens", """{"name":"mass-{user}","scopes":["read"],"project":null,"allowed_from":[],"days":1}""" },
        { "POST", "robots", """{"name":"mass-{user}","description":"m","level":"project","duration":1,"permissions":[{"kind":"project","namespace":"own","access":[{"resource":"repository","action":"pull"}]}]}""" },
        { "PUT", "robots/{robot}", """{"name":"mass","description":"m","level":"project","duration":-1,"disable":false,"permissions":[{"kind":"project","namespace":"own","access":[{"resource":"repository","action":"push"}]}]}""" },
        { "POST", "/api/portal/robots/{robot}/secrets", """{"secret":"Mass-secret-1","overlap_minutes":0}""" },
        { "POST", "/api/portal/robots/{robot}/trusts", """{"name":"mass","kind":"generic","issuer":"https://issuer.example","audience":"m","conditions":[],"single_use":false,"disabled":false}""" },
        { "POST", "/api/portal/robots/{robot}/trusts/test", """{"token":"a.b.c"}""" },
        { "POST", "projects/own/immutabletagrules", """{"id":0,"priority":0,"disabled":false,"action":"immutable","template":"immutable_template","params":null,"tag_selectors":[],"scope_selectors":{}}""" },
        { "POST", "usergroups", """{"group_name":"mass-{user}","group_type":2,"ldap_group_dn":null}""" },
        { "PUT", "quotas/{own}", """{"hard":{"storage":1}}""" },
        { "PUT", "/api/portal/quotas/{own}/repositories", """{"repository_storage":1,"repository_tags":1}""" },
        { "POST", "/api/portal/quotas/{own}/requests", """{"bytes":5,"reason":"m"}""" },
        { "PUT", "/api/portal/quota-requests/1", """{"grant":true,"answer":"m"}""" },
        { "PUT", "jobservice/queues/all", """{"action":"pause"}""" },
        { "PUT", "system/purgeaudit/schedule", """{"schedule":{"type":"Manual","cron":""},"parameters":{"audit_retention_hour":1,"include_event_types":"","dry_run":false}}""" },
        { "PUT", "/api/portal/retention", """{"mode":"replace","policy":null,"text":"rules: []","cron":"","locked":true,"brake_percent":1,"brake_bytes":1}""" },
        { "POST", "/api/portal/projects/foreign/retention/preview", """{"mode":"replace","policy":null,"text":"rules: []","show":"all","page":1,"page_size":1,"sort":"tag","filter":"m","try":"m:m"}""" },
        { "POST", "/api/portal/retention/runs", """{"dry_run":true}""" },
        { "PATCH", "retentions/1/executions/1", """{"action":"stop"}""" },
        { "PUT", "/api/portal/clusters/mass/in-use", """{"images":[],"hosts":[],"fresh_hours":1}""" },
        { "POST", "system/gc/schedule", """{"schedule":{"type":"Hourly","cron":"","next_scheduled_time":null},"parameters":{"delete_untagged":true}}""" },
        { "PUT", "/api/portal/projects/own/trash/window", """{"days":0}""" },
        { "PUT", "/api/portal/trash/settings", """{"days":0,"countsAgainstQuota":true}""" },
        { "PUT", "/api/portal/garbage-collection/settings", """{"graceMinutes":0,"itemsPerSecond":1,"fromHour":1,"toHour":2,"sampledTags":0}""" },
        { "POST", "/api/portal/projects/own/bulk-deletion", """{"repositories":"**","tags":"**","reason":"m","fingerprint":""}""" },
        { "POST", "system/oidc/ping", """{"url":"https://issuer.example","verify_cert":true}""" },
    };

    [Fact]
    public void Shapes_OfRequests_AreAllSent()
    {
        var requests = typeof(WireAttribute).Assembly.GetTypes().Where(t => t.Name.EndsWith("Req", StringComparison.Ordinal) && t.IsDefined(typeof(WireAttribute), false)).ToList();
        var bodies = Changes.Select(c => JsonNode.Parse((string)c[2])!.AsObject().Select(f => f.Key).ToHashSet(StringComparer.Ordinal)).ToList();
        Assert.True(requests.Count >= 8, $"only {requests.Count} request shapes were found");
        Assert.All(requests, r => Assert.Contains(bodies, b => r.GetProperties().All(p => b.Contains(JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name)))));
        Assert.All((string[])["sysadmin_flag", "owner_id", "role_id", "user_id", "project_id", "pull_count", "creation_time"], f => Assert.Contains(f, Fields.Keys));
    }

    /// <summary>Sends one change with every field, as everybody who may do little; the attack of the security class of the same name.</summary>
    internal static async Task AttackAsync(ApiFixture api, string method, string path, string valid)
    {
        foreach (var user in Weak)
        {
            var before = await StateAsync(api);
            var answer = await api.SendAsync(user, method, Named(api, path, user), Body(api, Named(api, valid, user)));
            Assert.True((int)answer.Status < 500, $"{user}: {answer.Status} {answer.Text}");
            var after = await StateAsync(api);
            var what = $"{method} {path} by {user}";
            Flaw.If(before.Except(after).Any(), $"{what} changed what it may not: {string.Join("; ", before.Except(after))}");
            var added = after.Except(before).Order(StringComparer.Ordinal).ToList();
            var self = api.UserIds[user];
            string[] expected = (method, path) switch
            {
                ("POST", "projects") => [$"binding User {self} project-admin mass-{user}", $"project mass-{user} of {self} public False deleted False"],
                _ when path.EndsWith("/tags", StringComparison.Ordinal) && user == "developer" => [$"tag own/team/app:mass-developer {ApiFixture.Digest} pulls 0"],
                // its end is a moment
                _ when path.EndsWith("/tokens", StringComparison.Ordinal) => [added.Find(a => a.StartsWith($"token of {self} mass-{user} ", StringComparison.Ordinal)) ?? "a token of one's own"],
                _ => [],
            };
            Flaw.If(!expected.SequenceEqual(added), $"{what} made {string.Join("; ", added)} instead of {string.Join("; ", expected)}");
        }
    }

    [Fact]
    public async Task Change_OfOneself_TakesWhatThePersonMaySay()
    {
        Assert.Equal(System.Net.HttpStatusCode.OK, (await api.SendAsync("guest", "PUT", $"users/{api.UserIds["guest"]}", Body(api, """{"realname":"mine"}"""))).Status);
        Assert.Equal("mine", (string)(await api.SendAsync("guest", "GET", "users/current")).Json["realname"]!);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await api.SendAsync("developer", "PUT", "projects/own/repositories/team%2Fapp", Body(api, """{"description":"said"}"""))).Status);
        Assert.Equal("said", (string)(await api.SendAsync("developer", "GET", "projects/own/repositories/team%2Fapp")).Json["description"]!);
    }

    static string Named(ApiFixture api, string text, string user) => text.Replace("{user}", user, StringComparison.Ordinal).Replace("{self}", $"{api.UserIds[user]}", StringComparison.Ordinal)
        .Replace("{admin}", $"{api.Host.Admin.Id}", StringComparison.Ordinal).Replace("{member}", $"{api.OwnMember}", StringComparison.Ordinal)
        .Replace("{robot}", $"{api.OwnRobot}", StringComparison.Ordinal).Replace("{own}", $"{api.Own.Id}", StringComparison.Ordinal);

    /// <summary>The body with every other field of the API put beside its own.</summary>
    static JsonObject Body(ApiFixture api, string valid)
    {
        var body = JsonNode.Parse(valid)!.AsObject();
        // metadata is a map of its own, to which every key is a setting
        if (body.Count == 1 && body.ContainsKey("public")) return body;
        foreach (var (name, type) in Fields)
        {
            if (body.ContainsKey(name)) continue;
            var bare = Nullable.GetUnderlyingType(type) ?? type;
            body[name] = bare == typeof(bool) ? true
                : bare == typeof(int) || bare == typeof(long) ? name == "role_id" ? 1 : name.EndsWith("_count", StringComparison.Ordinal) ? 999_999 : api.Host.Admin.Id
                : bare == typeof(DateTimeOffset) ? "2001-01-01T00:00:00.000Z"
                : bare == typeof(string) ? name == "email" ? "admin@example.org" : "admin"
                : null;
        }
        // what the database calls the same things, in case a binder reads those
        foreach (var name in (string[])["OwnerId", "Id", "PasswordHash", "SecurityStamp", "MustChangePassword", "DisabledAt", "Deleted", "DeletionId", "RoleId", "Everything"])
            body[name] = 1;
        return body;
    }

    static async Task<HashSet<string>> StateAsync(ApiFixture api)
    {
        await using var db = await api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var lines = new List<string>();
        lines.AddRange((await db.Users.AsNoTracking().ToListAsync()).Select(u => $"user {u.Id} {u.UserName} {u.PasswordHash} {u.SecurityStamp} {u.MustChangePassword} {u.DisabledAt} {u.Deleted} {u.CreatedAt:O}"));
        lines.AddRange(await db.Bindings.Select(b => $"binding {b.SubjectKind} {b.SubjectId} {b.Role!.Name} {db.Projects.Where(p => p.Id == b.ProjectId).Select(p => p.Name).FirstOrDefault()}").ToListAsync());
        lines.AddRange((await db.Roles.AsNoTracking().ToListAsync()).Select(r => $"role {r.Id} {r.Name} {r.Everything}"));
        lines.AddRange((await db.Projects.AsNoTracking().ToListAsync()).Select(p => $"project {p.Name} of {p.OwnerId} public {p.Public} deleted {p.DeletedAt is not null}"));
        lines.AddRange((await db.ProjectStorages.AsNoTracking().Where(a => a.Limit != -1 || a.RepositoryLimit != null || a.TagLimit != null).ToListAsync()).Select(a => $"limits {a.ProjectId} {a.Limit} {a.RepositoryLimit} {a.TagLimit}"));
        lines.AddRange((await db.RetentionPolicies.AsNoTracking().ToListAsync()).Select(p => $"retention {p.Place} {p.Mode} {p.Rules} {p.Cron} {p.Locked}"));
        lines.AddRange((await db.Clusters.AsNoTracking().ToListAsync()).Select(c => $"cluster {c.Name} {c.Images}"));
        lines.AddRange((await db.QuotaRequests.AsNoTracking().ToListAsync()).Select(r => $"request {r.Id} {r.Bytes} {r.State} {r.RequestedBy}"));
        lines.AddRange((await db.Repositories.AsNoTracking().Include(r => r.Project).ToListAsync()).Select(r => $"repository {r.Id} {r.Project!.Name}/{r.Name} pulls {r.PullCount} {r.CreatedAt:O} {r.DeletionId}"));
        lines.AddRange((await db.Artifacts.AsNoTracking().ToListAsync()).Select(a => $"artifact {a.Id} {a.ProjectId} {a.RepositoryId} {a.Digest} {a.Size} pulls {a.PullCount} by {a.PushedBy} {a.DeletionId}"));
        lines.AddRange((await db.Tags.AsNoTracking().Include(t => t.Artifact!.Repository!.Project).ToListAsync())
            .Select(t => $"tag {t.Artifact!.Repository!.Project!.Name}/{t.Artifact.Repository.Name}:{t.Name} {t.Artifact.Digest} pulls {t.PullCount}"));
        lines.AddRange((await db.AccessTokens.AsNoTracking().ToListAsync()).Select(t => $"token of {t.UserId} {t.Name} {t.Scopes} {t.ExpiresAt:O} {t.RevokedAt}"));
        lines.AddRange((await db.Robots.AsNoTracking().Include(r => r.Permissions).Include(r => r.Secrets).ToListAsync())
            .Select(r => $"robot {r.Login} of {r.ProjectId} {r.DisabledAt} {r.ExpiresAt:O} {string.Join(' ', r.Permissions.Select(p => $"{p.ProjectId}:{p.Resource}:{p.Action}"))} {r.Secrets.Count} secrets"));
        lines.AddRange((await db.Groups.AsNoTracking().ToListAsync()).Select(g => $"group {g.Name} {g.Source} {g.ExternalName}"));
        lines.AddRange((await db.GroupMembers.AsNoTracking().ToListAsync()).Select(m => $"member {m.UserId} of {m.GroupId}"));
        return [.. lines];
    }
}

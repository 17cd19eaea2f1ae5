using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Security.SecurityFixture;

namespace Portal.Integration.Tests.Security;

/// <summary>Robots over REST and at the registry's door: names, rights, secrets, and rotation under load.</summary>
[Collection(SecurityCollection.Name)]
public sealed class RobotTests(SecurityFixture portal)
{
    const string TokenService = "service/token?service=portal-registry&scope=repository:team/app:pull,push";
    static int _names;

    static string NewName() => $"ci{Interlocked.Increment(ref _names)}";

    static object Rights(string place, params string[] rights) => new
    {
        kind = place == "/" ? "system" : "project",
        @namespace = place,
        access = rights.Select(r => new { resource = r[..r.IndexOf(':', StringComparison.Ordinal)], action = r[(r.IndexOf(':', StringComparison.Ordinal) + 1)..] }).ToArray(),
    };

    static object Body(string name, string level, params object[] permissions) => new { name, level, description = "builds", duration = 30, permissions };

    async Task<JsonNode> MakeAsync(object body, string user = "admin", PortalHost? host = null)
    {
        var (status, json) = await SendAsync(user, "POST", "api/v2.0/robots", body, host);
        Assert.True(status == HttpStatusCode.Created, json?.ToJsonString());
        return json!;
    }

    Task<JsonNode> MakePullerAsync(PortalHost? host = null) => MakeAsync(Body(NewName(), "project", Rights("team", "repository:pull")), host: host);

    async Task<(HttpStatusCode Status, JsonNode? Json)> SendAsync(string user, string method, string path, object? body = null, PortalHost? host = null, string? password = null)
    {
        using var client = (host ?? portal.Host).Client(user, password);
        using var request = new HttpRequestMessage(new(method), path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    HttpClient As(JsonNode robot, string? secret = null) => portal.Host.Client((string)robot["name"]!, secret ?? (string)robot["secret"]!);

    static string Message(JsonNode? json) => (string)json!["errors"]![0]!["message"]!;

    [Fact]
    public async Task Create_OfAProject_HasItsNameAndPullsNothingElse()
    {
        var name = NewName();
        var made = await MakeAsync(Body(name, "project", Rights("team", "repository:pull", "artifact:read")));
        Assert.Equal($"robot$team+{name}", (string)made["name"]!);
        Assert.Matches("^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9])[A-Za-z0-9]{32}$", (string)made["secret"]!);
        var found = (await SendAsync("admin", "GET", $"api/v2.0/robots/{made["id"]}")).Json!;
        Assert.Equal((false, true, 30, "project", "local"), ((bool)found["disable"]!, (bool)found["editable"]!, (int)found["duration"]!, (string)found["level"]!, (string)found["creator_type"]!));
        Assert.Null(found["secret"]);
        Assert.Equal(DateTimeOffset.Parse((string)found["creation_time"]!, System.Globalization.CultureInfo.InvariantCulture).AddDays(30).ToUnixTimeSeconds(), (long)found["expires_at"]!);

        using var robot = As(made);
        Assert.Equal("repository:team/app:pull", (string)JsonNode.Parse(await robot.GetStringAsync(TokenService))!["scope"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, Manifest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, "api/v2.0/projects/team/repositories/app/artifacts/1"));
        Assert.Equal(HttpStatusCode.PreconditionFailed, await StatusAsync(robot, "api/v2.0/users/current"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(robot, "api/v2.0/users"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("admin", "GET", "api/portal/tokens", password: (string)made["secret"]!)).Status);
    }

    [Fact]
    public async Task Create_OfTheSystem_ReachesEveryProjectAndListsApart()
    {
        var name = NewName();
        var made = await MakeAsync(Body(name, "system", Rights("*", "repository:pull"), Rights("/", "user:list")));
        Assert.Equal($"robot${name}", (string)made["name"]!);
        using var robot = As(made);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, Manifest));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, "api/v2.0/users"));
        var mine = await MakePullerAsync();
        var system = (await SendAsync("admin", "GET", "api/v2.0/robots?page_size=100")).Json!.AsArray().Select(r => (string)r!["name"]!).ToList();
        Assert.Contains($"robot${name}", system);
        Assert.DoesNotContain((string)mine["name"]!, system);
        var ofTeam = (await SendAsync("admin", "GET", $"api/v2.0/robots?page_size=100&q=Level%3Dproject,ProjectID%3D{portal.Team.Id}")).Json!.AsArray().Select(r => (string)r!["name"]!).ToList();
        Assert.Contains((string)mine["name"]!, ofTeam);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("admin", "GET", "api/v2.0/robots?q=Level%3Dproject")).Status);
    }

    [Fact]
    public async Task Create_BadInput_IsRefusedInWords()
    {
        foreach (var (body, words) in ((object, string)[])
            [
                (Body("Not A Name", "project", Rights("team", "repository:pull")), "lower-case"),
                (Body(NewName(), "galaxy", Rights("team", "repository:pull")), "level"),
                (Body(NewName(), "project", Rights("team", "repository:fly")), "bad request permission: repository:fly"),
                (Body(NewName(), "project", Rights("team", "user:list")), "bad request permission: user:list"),
                (Body(NewName(), "project", Rights("*", "repository:pull")), "exactly one"),
                (Body(NewName(), "system"), "empty permission"),
                (new { name = NewName(), level = "system", duration = 0, permissions = new[] { Rights("*", "repository:pull") } }, "-1"),
            ])
        {
            var (status, json) = await SendAsync("admin", "POST", "api/v2.0/robots", body);
            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(words, Message(json), StringComparison.Ordinal);
        }
        var name = NewName();
        await MakeAsync(Body(name, "project", Rights("team", "repository:pull")));
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("admin", "POST", "api/v2.0/robots", Body(name, "project", Rights("team", "repository:pull")))).Status);
    }

    [Fact]
    public async Task Create_MoreThanTheCreatorHas_IsDenied()
    {
        await portal.Host.CreateUserAsync("lead");
        await portal.Host.AddMemberAsync(portal.Team, "lead", BuiltInRoles.ProjectAdmin);
        var (status, json) = await SendAsync("lead", "POST", "api/v2.0/robots", Body(NewName(), "project", Rights("team", "repository:pull", "metadata:list")));
        Assert.Equal((HttpStatusCode.Forbidden, "DENIED"), (status, (string)json!["errors"]![0]!["code"]!));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("lead", "POST", "api/v2.0/robots", Body(NewName(), "system", Rights("team", "repository:pull")))).Status);

        // A robot that may make robots hands on what it has and no more, and cannot reach a stronger one's secret.
        var maker = await MakeAsync(Body(NewName(), "system", Rights("/", "robot:create"), Rights("team", "repository:pull", "robot:create", "robot:read")));
        var (name, secret) = ((string)maker["name"]!, (string)maker["secret"]!);
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(name, "POST", "api/v2.0/robots", Body(NewName(), "project", Rights("team", "repository:pull")), password: secret)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(name, "POST", "api/v2.0/robots", Body(NewName(), "project", Rights("team", "repository:push")), password: secret)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(name, "POST", "api/v2.0/robots", Body(NewName(), "system", Rights("*", "robot:create")), password: secret)).Status);
        var strong = await MakeAsync(Body(NewName(), "project", Rights("team", "repository:pull", "metadata:list")));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("lead", "PATCH", $"api/v2.0/robots/{strong["id"]}", new { secret = "" })).Status);
    }

    [Fact]
    public async Task Update_RightsStateAndDuration_BiteAtTheNextRequest()
    {
        var made = await MakePullerAsync();
        var path = $"api/v2.0/robots/{made["id"]}";
        using var robot = As(made);
        using var registry = portal.Host.Client();
        registry.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await robot.GetStringAsync(TokenService))!["token"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(registry, Manifest));
        object Put(bool disable, string right) => new { name = (string)made["name"]!, level = "project", description = "new", duration = -1, disable, permissions = new[] { Rights("team", right) } };

        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("admin", "PUT", path, new { name = "other", level = "project", permissions = new[] { Rights("team", "repository:pull") } })).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "PUT", path, Put(true, "repository:pull"))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(robot, TokenService));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(registry, Manifest));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "PUT", path, Put(false, "artifact:read"))).Status);
        Assert.Equal("repository:team/app:", (string)JsonNode.Parse(await robot.GetStringAsync(TokenService))!["scope"]!);
        var now = (await SendAsync("admin", "GET", path)).Json!;
        Assert.Equal((-1, -1, "new"), ((int)now["duration"]!, (int)now["expires_at"]!, (string)now["description"]!));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "DELETE", path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(robot, TokenService));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("admin", "GET", path)).Status);
    }

    [Fact]
    public async Task Secret_GivenOrGenerated_ReplacesTheOldAtOnce()
    {
        var made = await MakePullerAsync();
        var path = $"api/v2.0/robots/{made["id"]}";
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("admin", "PATCH", path, new { secret = "short" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync("admin", "PATCH", path, new { secret = "alllowercase1" })).Status);
        var given = await SendAsync("admin", "PATCH", path, new { secret = "Given-secret-1" });
        Assert.Equal((HttpStatusCode.OK, null), (given.Status, (string?)given.Json!["secret"]));
        using var old = As(made);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(old, TokenService));
        using var now = As(made, "Given-secret-1");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(now, TokenService));
        var generated = (string)(await SendAsync("admin", "PATCH", path, new { secret = "" })).Json!["secret"]!;
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(now, TokenService));
        using var last = As(made, generated);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(last, TokenService));
    }

    [Fact]
    public async Task Expiry_OnTheSecond_EndsTheRobot()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        await host.CreateProjectAsync("team");
        var made = await MakeAsync(new { name = "brief", level = "project", duration = 1, permissions = new[] { Rights("team", "repository:pull") } }, host: host);
        using var robot = host.Client((string)made["name"]!, (string)made["secret"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, TokenService));
        time.Advance(TimeSpan.FromDays(1));
        using var ended = await robot.GetAsync("api/v2.0/projects/team");
        Assert.Equal(HttpStatusCode.Unauthorized, ended.StatusCode);
        Assert.Contains("has expired", await ended.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prefix_Changed_RenamesTheRobotsThereAre()
    {
        await using var host = await portal.StartAsync(portal.Time, new() { ["Portal:Access:RobotNamePrefix"] = "bot_" });
        var project = await host.CreateProjectAsync("team");
        var made = await MakeAsync(Body("ci", "project", Rights("team", "repository:pull")), host: host);
        Assert.Equal("bot_team+ci", (string)made["name"]!);
        await using (var db = await host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
            await db.Robots.Where(r => r.ProjectId == project.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.Login, "robot$team+ci"));
        await host.Services.GetRequiredService<Projects.RobotLogins>().RunAsync(default);
        Assert.Equal("bot_team+ci", (string)(await SendAsync("admin", "GET", $"api/v2.0/robots/{made["id"]}", host: host)).Json!["name"]!);
    }

    [Fact]
    public async Task Rotation_UnderLoad_FailsNoPullAndEndsOnDemand()
    {
        var made = await MakePullerAsync();
        var secrets = $"api/portal/robots/{made["id"]}/secrets";
        var (first, current) = ((string)made["secret"]!, (string)made["secret"]!);
        var answers = new ConcurrentBag<HttpStatusCode>();
        using var stop = new CancellationTokenSource();
        var pullers = Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            do
            {
                var secret = Volatile.Read(ref current);
                using var login = As(made, secret);
                using var token = await login.GetAsync(TokenService);
                answers.Add(token.StatusCode);
                if (!token.IsSuccessStatusCode) continue;
                using var registry = portal.Host.Client();
                registry.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)JsonNode.Parse(await token.Content.ReadAsStringAsync())!["token"]!);
                answers.Add(await StatusAsync(registry, Manifest));
            }
            while (!stop.IsCancellationRequested);
        })).ToArray();

        await Task.Delay(500);
        var rotated = await SendAsync("admin", "POST", secrets, new { overlap_minutes = 60 });
        Assert.Equal(HttpStatusCode.OK, rotated.Status);
        await Task.Delay(500);
        // Half of the fleet has the new secret now; the old one still works, also for who comes late.
        Volatile.Write(ref current, (string)rotated.Json!["secret"]!);
        await Task.Delay(500);
        await stop.CancelAsync();
        await Task.WhenAll(pullers);
        Assert.True(answers.Count >= 128);
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a));

        using var old = As(made, first);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(old, Manifest));
        await portal.Host.Services.GetRequiredService<CredentialUse>().FlushAsync(default);
        var both = (await SendAsync("admin", "GET", secrets)).Json!.AsArray();
        Assert.Equal(2, both.Count);
        Assert.NotNull(both[1]!["valid_until"]);
        Assert.NotNull(both[1]!["last_used_at"]);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "DELETE", secrets + "/old")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(old, Manifest));
        using var now = As(made, current);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(now, Manifest));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync("admin", "DELETE", secrets + "/old")).Status);
    }

    [Fact]
    public async Task Overlap_Over_EndsTheOldSecretAndItsRegistryToken()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        await host.CreateProjectAsync("team");
        var made = await MakePullerAsync(host);
        using var old = host.Client((string)made["name"]!, (string)made["secret"]!);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(old, TokenService));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "POST", $"api/portal/robots/{made["id"]}/secrets", new { overlap_minutes = 5 }, host)).Status);
        var token = (string)JsonNode.Parse(await old.GetStringAsync(TokenService))!["token"]!;
        using var registry = host.Client();
        registry.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(registry, Manifest));
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(old, TokenService));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(registry, Manifest));
    }

    [Fact]
    public async Task Pull_ByARobot_IsAuditedUnderItsFullNameAndSecret()
    {
        var made = await MakePullerAsync();
        var name = (string)made["name"]!;
        using var robot = As(made);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, Manifest));
        await BecomesAsync(true, System.Diagnostics.Stopwatch.StartNew(), async () =>
        {
            await using var db = await portal.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            return await db.AuditEvents.AnyAsync(e => e.Actor == name && e.Action == "pull" && e.ActorUserId == null && EF.Functions.Like(e.Credential, "secret/%"));
        });
    }

    [Fact]
    public async Task Project_Deleted_TakesItsRobots()
    {
        await portal.Host.CreateProjectAsync("passing");
        var made = await MakeAsync(Body("ci", "project", Rights("passing", "project:read")));
        using var robot = As(made);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(robot, "api/v2.0/projects/passing"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("admin", "DELETE", "api/v2.0/projects/passing")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(robot, TokenService));
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("admin", "GET", $"api/v2.0/robots/{made["id"]}")).Status);
    }
}

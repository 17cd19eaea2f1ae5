using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Gateway.Tokens;
using Portal.Projects;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Registry tokens given out for a robot's or a limited credential, on a clock that is moved by hand.</summary>
public sealed class CredentialTokenTests : IAsyncLifetime
{
    readonly ManualTime _time = new(DateTimeOffset.UtcNow);
    readonly KnownCredentials _known = new();
    PortalHost _host = null!;
    ProjectEntry _team = null!;

    public async Task InitializeAsync()
    {
        _host = await PortalHost.StartAsync(configure: builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(_time);
            builder.Services.AddSingleton<ICredentialSource>(_known);
        });
        _team = await _host.CreateProjectAsync("team");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    // without a registry behind it a permitted request ends in "no such repository" of its own kind
    const string Permitted = "The repository team/app does not exist.";

    async Task<HttpClient> BearerAsync(Caller caller)
    {
        var token = await _host.Services.GetRequiredService<TokenService>().IssueAsync(caller, ["repository:team/app:pull,push"], CancellationToken.None);
        Assert.True(token.Ok, token.Error?.ToString());
        var client = _host.Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.Value.Text);
        return client;
    }

    static async Task<(HttpStatusCode Status, bool Permitted)> AskAsync(HttpClient client)
    {
        using var answer = await client.GetAsync("v2/team/app/tags/list");
        return (answer.StatusCode, (await answer.Content.ReadAsStringAsync()).Contains(Permitted, StringComparison.Ordinal));
    }

    async Task<Caller> RobotAsync(DateTimeOffset? expires, params (string Resource, string Action)[] rights)
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        var robot = new Robot { Name = "ci", Login = $"robot$team+ci{Guid.NewGuid():N}", ProjectId = _team.Id, Stamp = "one", ExpiresAt = expires, Permissions = [.. rights.Select(r => new RobotPermission { ProjectId = _team.Id, Resource = r.Resource, Action = r.Action })] };
        db.Robots.Add(robot);
        await db.SaveChangesAsync();
        return Caller.Anonymous with { Kind = SubjectKind.Robot, Id = robot.Id, Name = robot.Login };
    }

    Task ChangeRobotAsync(Caller robot, Action<Robot> change) => ChangeAsync(async db =>
    {
        change(await db.Robots.SingleAsync(r => r.Id == robot.Id));
        await db.SaveChangesAsync();
        return AccessTopics.OfSubject(SubjectKind.Robot, robot.Id);
    });

    async Task ChangeAsync(Func<PortalDbContext, Task<ChangeNotice>> change)
    {
        await using var db = await _host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        await _host.Services.GetRequiredService<IChangeFeed>().AnnounceAsync(db, CancellationToken.None, await change(db));
    }

    [Fact]
    public async Task Robot_WithRightToPull_PullsUntilDisabledExpiredOrStampedAnew()
    {
        var disabled = await RobotAsync(null, ("repository", "pull"));
        var stamped = await RobotAsync(null, ("repository", "pull"));
        var ending = await RobotAsync(_time.GetUtcNow().AddMinutes(5), ("repository", "pull"));
        var other = await RobotAsync(null, ("tag", "list"));
        using var a = await BearerAsync(disabled);
        using var b = await BearerAsync(stamped);
        using var c = await BearerAsync(ending);
        using var d = await BearerAsync(other);
        foreach (var client in (HttpClient[])[a, b, c]) Assert.Equal((HttpStatusCode.NotFound, true), await AskAsync(client));
        Assert.False((await AskAsync(d)).Permitted);
        Assert.Equal(HttpStatusCode.NotFound, (await a.PostAsync("v2/team/app/blobs/uploads/", null)).StatusCode);

        await ChangeRobotAsync(disabled, r => r.DisabledAt = _time.GetUtcNow());
        await ChangeRobotAsync(stamped, r => r.Stamp = "two");
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(a)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(b)).Status);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(c)).Status);
        Assert.Equal(PermissionSet.None, await _host.Services.GetRequiredService<IAccessPolicy>().RightsAsync(ending, _team.Target, CancellationToken.None));
    }

    [Fact]
    public async Task Credential_LimitsTheOwnerAndEndsTheToken()
    {
        var dev = await _host.CreateUserAsync("dev");
        await _host.AddMemberAsync(_team, "dev", BuiltInRoles.Maintainer);
        var elsewhere = await _host.CreateProjectAsync("elsewhere");
        CredentialState State(CallerLimit? limit, DateTimeOffset? end = null) => new(SubjectKind.User, dev.Id, limit, end);
        _known.States["full"] = State(null);
        _known.States["push"] = State(new(PermissionSet.Of(Permissions.RepositoryPush), null));
        _known.States["away"] = State(new(PermissionSet.Everything, elsewhere.Id));
        _known.States["ending"] = State(null, _time.GetUtcNow().AddMinutes(5));
        _known.States["foreign"] = State(null) with { OwnerId = dev.Id + 1000 };
        _known.States["homebound"] = State(null) with { AllowedFrom = _ => false };
        Caller With(string id) => dev with { Credential = $"known/{id}", Limit = _known.States[id].Limit };

        using var full = await BearerAsync(With("full"));
        using var push = await BearerAsync(With("push"));
        using var away = await BearerAsync(With("away"));
        using var ending = await BearerAsync(With("ending"));
        using var homebound = await BearerAsync(With("homebound"));
        Assert.True((await AskAsync(full)).Permitted);
        Assert.False((await AskAsync(push)).Permitted);
        Assert.False((await AskAsync(away)).Permitted);
        Assert.True((await AskAsync(ending)).Permitted);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(homebound)).Status);
        var tokens = _host.Services.GetRequiredService<TokenService>();
        foreach (var credential in (string[])["known/foreign", "known/none", "other/1", "nothing"])
            Assert.False((await tokens.IssueAsync(dev with { Credential = credential }, [], CancellationToken.None)).Ok, credential);

        // a narrower limit holds for a token that was given out before it
        _known.States["full"] = State(new(PermissionSet.Of(Permissions.RepositoryPush), null));
        await ChangeAsync(_ => Task.FromResult(AccessTopics.OfCredential("known/full")));
        Assert.False((await AskAsync(full)).Permitted);
        _known.States.Remove("full");
        await ChangeAsync(_ => Task.FromResult(AccessTopics.OfCredential("known/full")));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(full)).Status);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(ending)).Status);
    }

    [Fact]
    public async Task Binding_WithAnEnd_CountsUntilThenAlsoBehindAToken()
    {
        var user = await _host.CreateUserAsync("temp");
        var binding = await _host.BindAsync(user, BuiltInRoles.Maintainer, _team, "app", until: _time.GetUtcNow().AddMinutes(5));
        using var client = await BearerAsync(user);
        Assert.True((await AskAsync(client)).Permitted);
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.True((await AskAsync(client)).Permitted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await AskAsync(client)).Permitted);

        // and one that is taken away counts no more at once
        await ChangeAsync(async db =>
        {
            await db.Bindings.Where(b => b.Id == binding).ExecuteUpdateAsync(s => s.SetProperty(b => b.Until, (DateTimeOffset?)null));
            return AccessTopics.OfSubject(SubjectKind.User, user.Id);
        });
        Assert.True((await AskAsync(client)).Permitted);
        await ChangeAsync(async db =>
        {
            await db.Bindings.Where(b => b.Id == binding).ExecuteDeleteAsync();
            return AccessTopics.OfSubject(SubjectKind.User, user.Id);
        });
        Assert.False((await AskAsync(client)).Permitted);
    }

    [Fact]
    public async Task Group_Binding_CountsForItsMembersOnly()
    {
        var (member, other) = (await _host.CreateUserAsync("in-group"), await _host.CreateUserAsync("not-in-group"));
        var group = new Group { Name = "crew", ExternalName = "crew", Source = GroupSource.Local };
        await ChangeAsync(async db =>
        {
            db.Groups.Add(group);
            await db.SaveChangesAsync();
            db.GroupMembers.Add(new() { GroupId = group.Id, UserId = member.Id });
            await db.SaveChangesAsync();
            return AccessTopics.OfSubject(SubjectKind.User, member.Id);
        });
        using var mine = await BearerAsync(member);
        Assert.False((await AskAsync(mine)).Permitted);
        await _host.BindAsync(Caller.Anonymous with { Kind = SubjectKind.Group, Id = group.Id, Name = "crew" }, BuiltInRoles.Guest, _team);
        using var after = await BearerAsync(member);
        using var theirs = await BearerAsync(other);
        Assert.True((await AskAsync(after)).Permitted);
        Assert.False((await AskAsync(theirs)).Permitted);
    }

    sealed class KnownCredentials : ICredentialSource
    {
        public Dictionary<string, CredentialState> States { get; } = [];
        public string Name => "known";
        public Task<CredentialState?> LoadAsync(string id, CancellationToken cancellation) => Task.FromResult(States.GetValueOrDefault(id));
    }
}

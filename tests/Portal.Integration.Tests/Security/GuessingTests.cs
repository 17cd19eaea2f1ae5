using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Data;
using Portal.Integration.Tests.Web;
using Portal.TestKit;
using Xunit;
using static Portal.Integration.Tests.Security.SecurityFixture;

namespace Portal.Integration.Tests.Security;

/// <summary>Guesses that come all at once are no better than guesses one after the other.</summary>
[Collection(SecurityCollection.Name)]
public sealed class GuessingTests(SecurityFixture portal)
{
    const int Burst = 50;
    const int Free = 5;
    const string Door = "service/token?service=portal-registry";

    [Fact]
    public async Task FiftyGuessesAtOnce_OnlyTheFreeOnesAreLookedAt()
    {
        await using var host = await portal.StartAsync(new ManualTime(DateTimeOffset.UtcNow));
        await host.CreateUserAsync("burst");

        var answers = await BurstAsync(host, i => ("burst", $"wrong-guess-{i}"));

        Assert.Equal((Free, Burst - Free), (answers.Count(a => a == HttpStatusCode.Unauthorized), answers.Count(a => a == HttpStatusCode.TooManyRequests)));
        await using var db = await DbAsync(host);
        Assert.Equal(Free, await db.AuditEvents.CountAsync(e => e.Resource == "burst" && !e.Success));
    }

    [Fact]
    public async Task FiftyClientsWithTheRightPassword_AllGetIn_AndCountNothing()
    {
        await using var host = await portal.StartAsync(new ManualTime(DateTimeOffset.UtcNow));
        await host.CreateUserAsync("busy");

        var answers = await BurstAsync(host, _ => ("busy", PortalHost.Password));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a));
        await using var db = await DbAsync(host);
        Assert.False(await db.SignInFailures.AnyAsync(f => f.Count > 0));
    }

    [Fact]
    public async Task GivenRobotSecret_FiftyGuessesAtOnce_OnlyTheFreeOnesAreLookedAt()
    {
        await using var host = await portal.StartAsync(new ManualTime(DateTimeOffset.UtcNow));
        var pull = new RobotRight(Permissions.RepositoryPull, EveryProject: true);
        var given = (await host.Services.GetRequiredService<RobotService>().CreateAsync(host.Admin, null, null, new("given", "", 1, [pull], "Chosen-by-hand-1"), CancellationToken.None)).Value;
        var random = (await host.Services.GetRequiredService<RobotService>().CreateAsync(host.Admin, null, null, new("random", "", 1, [pull]), CancellationToken.None)).Value;

        var answers = await BurstAsync(host, i => (given.Login, $"Wrong-guess-{i}"));
        Assert.Equal((Free, Burst - Free), (answers.Count(a => a == HttpStatusCode.Unauthorized), answers.Count(a => a == HttpStatusCode.TooManyRequests)));

        Assert.All(await BurstAsync(host, _ => (random.Login, random.Secret)), a => Assert.Equal(HttpStatusCode.OK, a));
        await using var db = await DbAsync(host);
        Assert.Equal([(given.Id, false), (random.Id, true)], (await db.RobotSecrets.OrderBy(s => s.RobotId).Select(s => new { s.RobotId, s.Random }).ToListAsync()).Select(s => (s.RobotId, s.Random)));
    }

    [Fact]
    public async Task OwnPassword_WrongPresentOnes_WaitLikeAtSignIn()
    {
        var time = new ManualTime(DateTimeOffset.UtcNow);
        await using var host = await portal.StartAsync(time);
        var user = await host.CreateUserAsync("forgot");
        var browser = await SignedInAsync(host, "forgot");
        for (var i = 0; i < Free; i++)
            Assert.Contains("The present password is wrong.", (await ChangeAsync(browser, $"wrong-guess-{i}")).Text, StringComparison.Ordinal);
        Assert.Contains("Too many wrong passwords. Try again in", (await ChangeAsync(browser, PortalHost.Password)).Text, StringComparison.Ordinal);
        // the count is that of the sign-in: neither door opens while the other one waits
        var door = await new SiteVisitor(host.BaseAddress).PostAsync("/sign-in", "sign-in", ("name", "forgot"), ("password", PortalHost.Password));
        Assert.Contains("Too many wrong passwords. Try again in", door.Text, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromSeconds(5));
        using var basic = host.Client("forgot");
        using var rest = await basic.PutAsJsonAsync($"api/v2.0/users/{user.Id}/password", new { old_password = PortalHost.Password, new_password = "Quite-another-4" });
        Assert.Equal(HttpStatusCode.OK, rest.StatusCode);
        await using var db = await DbAsync(host);
        Assert.Equal(Free, await db.AuditEvents.CountAsync(e => e.Resource == "forgot" && e.Action == "sign-in" && !e.Success));
    }

    static Task<SiteAnswer> ChangeAsync(SiteVisitor browser, string present) =>
        browser.PostAsync("/profile", "password", ("Password.Present", present), ("Password.Wanted", "Quite-another-3"), ("Password.Repeated", "Quite-another-3"));

    static async Task<IReadOnlyList<HttpStatusCode>> BurstAsync(PortalHost host, Func<int, (string Name, string Secret)> who)
    {
        using var start = new SemaphoreSlim(0);
        var asked = Enumerable.Range(0, Burst).Select(async i =>
        {
            var (name, secret) = who(i);
            using var client = host.Client(name, secret);
            await start.WaitAsync();
            return await StatusAsync(client, Door);
        }).ToList();
        start.Release(Burst);
        return await Task.WhenAll(asked);
    }

    static Task<PortalDbContext> DbAsync(PortalHost host) => host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
}

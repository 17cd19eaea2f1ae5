using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Data;
using Portal.Integration.Tests.Web;
using Portal.Kernel;
using Portal.Projects;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Security;

/// <summary>What happens at the same moment, on two nodes, or in an order that nobody thinks of.</summary>
[Collection(SecurityCollection.Name)]
public sealed class AccessEdgesTests(SecurityFixture portal)
{
    [Fact]
    public async Task FirstRoleOnTheSystem_GivenManyTimesAtOnce_IsOneRow()
    {
        var bindings = Service<BindingService>();
        for (var round = 0; round < 5; round++)
        {
            var user = await portal.Host.CreateUserAsync($"first-grant-{round}");
            var given = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
                bindings.GiveAsync(portal.Host.Admin, BindingPlace.System, new(SubjectKind.User, user.Id), BuiltInRoles.Guest.Name, null, CancellationToken.None))));

            Assert.Single(given, g => g.Ok);
            Assert.All(given.Where(g => !g.Ok), g => Assert.Equal("CONFLICT", g.Error!.Code));
            Assert.Equal(1, await DatabaseAsync(db => db.Bindings.CountAsync(b => b.SubjectKind == SubjectKind.User && b.SubjectId == user.Id)));
        }
    }

    [Fact]
    public async Task Administrator_MadeManyTimesAtOnce_IsOneRow()
    {
        var user = await portal.Host.CreateUserAsync("promoted-twice");
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Service<UserService>().SetAdministratorAsync(portal.Host.Admin, user.Id, true, CancellationToken.None))));

        Assert.Contains(made, m => m.Ok);
        Assert.All(made.Where(m => !m.Ok), m => Assert.Equal("CONFLICT", m.Error!.Code));
        Assert.Equal(1, await DatabaseAsync(db => db.Bindings.CountAsync(b => b.SubjectKind == SubjectKind.User && b.SubjectId == user.Id)));
        Assert.True((await Service<UserService>().SetAdministratorAsync(portal.Host.Admin, user.Id, false, CancellationToken.None)).Ok);
    }

    [Fact]
    public async Task RoleThatARuleGives_IsNotDeleted_AndTheRulesAreNamed()
    {
        using var admin = portal.Host.Client("admin");
        using var made = await admin.PostAsJsonAsync("api/portal/roles", new { title = "Ruled role", permissions = new[] { "tag:list" } });
        var role = made.Headers.Location!.ToString();
        foreach (var pattern in (string[])["ruled-a-(*)", "ruled-b-(*)"])
            using (var rule = await admin.PostAsJsonAsync("api/portal/group-mapping-rules", new { pattern, project = "$1", role = "ruled-role" })) Assert.Equal(HttpStatusCode.Created, rule.StatusCode);

        using var refused = await admin.DeleteAsync(new Uri(role, UriKind.Relative));

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("The group rules ruled-a-(*), ruled-b-(*) give this role. Change or delete them first.", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (var rule in (await Service<MappingRuleService>().ListAsync(portal.Host.Admin, CancellationToken.None)).Value.Items)
            Assert.True((await Service<MappingRuleService>().DeleteAsync(portal.Host.Admin, rule.Id, CancellationToken.None)).Ok);
        using var deleted = await admin.DeleteAsync(new Uri(role, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
    }

    [Fact]
    public async Task Rule_ReachesAProjectMadeLater_WithoutAnotherSignIn()
    {
        var user = await portal.Host.CreateUserAsync("rule-waiter");
        await Service<GroupSync>().ReplaceAsync(user, GroupSource.Oidc, ["crew-later-dev", "crew-other-dev"], CancellationToken.None);
        var rule = await Service<MappingRuleService>().CreateAsync(portal.Host.Admin, new(GroupSource.Oidc, "crew-(*)-dev", "$1", BuiltInRoles.Developer.Name), CancellationToken.None);
        Assert.True(rule.Ok, rule.Error?.ToString());

        var project = await portal.Host.CreateProjectAsync("later");

        Assert.True(await Service<IAccessPolicy>().MayAsync(user, Permissions.RepositoryPush, project.Target, CancellationToken.None));
        var held = await DatabaseAsync(db => db.Bindings.Where(b => b.ProjectId == project.Id && b.SubjectKind == SubjectKind.Group).Include(b => b.Role).SingleAsync());
        Assert.Equal((BuiltInRoles.Developer.Name, BindingOrigin.MappingRule), (held.Role!.Name, held.Origin));
        Assert.True((await Service<MappingRuleService>().DeleteAsync(portal.Host.Admin, rule.Value, CancellationToken.None)).Ok);
        Assert.True((await Service<ProjectDeleter>().DeleteAsync(portal.Host.Admin, project.Id, CancellationToken.None)).Ok);
    }

    [Theory]
    [InlineData(UserSource.Ldap), InlineData(UserSource.Oidc)]
    public async Task PasswordKeptElsewhere_IsNeitherOfferedNorTaken(UserSource source)
    {
        var name = $"kept-{source}".ToLowerInvariant();
        var user = await portal.Host.CreateUserAsync(name);
        var own = await portal.SignedInAsync(name);
        Assert.True((await own.GetAsync("/profile")).HasForm("password"));
        await DatabaseAsync(async db =>
        {
            var row = await db.Users.SingleAsync(u => u.Id == user.Id);
            (row.Source, row.ExternalIssuer, row.ExternalSubject) = (source, "https://id.example", name);
            return await db.SaveChangesAsync();
        });

        var profile = await own.GetAsync("/profile");
        Assert.False(profile.HasForm("password"));
        Assert.Contains(source == UserSource.Ldap ? "Your password is kept by the directory" : "You sign in by the identity provider", profile.Text, StringComparison.Ordinal);
        var admin = await portal.SignedInAsync("admin", PortalHost.AdminPassword);
        Assert.DoesNotContain("data-opens=\"reset\"", (await admin.GetAsync($"/admin/users?q={name}")).Html, StringComparison.Ordinal);
        Assert.Contains("kept by the directory or the identity provider", (await admin.PostAsync("/admin/users", "reset", ("id", $"{user.Id}"), ("who", name), ("password", "One-time-pass-4"))).Text, StringComparison.Ordinal);
        using var rest = portal.Host.Client("admin");
        using var reset = await rest.PutAsJsonAsync($"api/v2.0/users/{user.Id}/password", new { new_password = "One-time-pass-4" });
        Assert.Equal(HttpStatusCode.PreconditionFailed, reset.StatusCode);
        Assert.Equal(AccessErrors.PasswordKeptElsewhere, (await Service<UserService>().ChangeOwnPasswordAsync(user, PortalHost.Password, "Quite-another-3", null, CancellationToken.None)).Error);
    }

    [Fact]
    public async Task Session_UsedOnAnotherNode_IsNotIdleHere()
    {
        await portal.Host.CreateUserAsync("two-nodes");
        var user = (await Service<CredentialService>().VerifyAsync("two-nodes", PortalHost.Password, Caller.Anonymous, CancellationToken.None)).Value;
        SessionService[] nodes = [ActivatorUtilities.CreateInstance<SessionService>(portal.Host.Services), ActivatorUtilities.CreateInstance<SessionService>(portal.Host.Services)];
        var id = await nodes[0].StartAsync(user, CancellationToken.None);
        foreach (var node in nodes) Assert.NotNull(await node.CheckAsync(id, true, CancellationToken.None));
        for (var hours = 0; hours < 24; hours += 8)
        {
            portal.Time.Advance(TimeSpan.FromHours(8));
            Assert.NotNull(await nodes[0].CheckAsync(id, true, CancellationToken.None));
        }

        // twice the idle time after this node saw it last
        Assert.NotNull(await nodes[1].CheckAsync(id, true, CancellationToken.None));
        portal.Time.Advance(TimeSpan.FromHours(13));
        foreach (var node in nodes) Assert.Null(await node.CheckAsync(id, true, CancellationToken.None));
    }

    T Service<T>() where T : notnull => portal.Host.Services.GetRequiredService<T>();

    async Task<T> DatabaseAsync<T>(Func<PortalDbContext, Task<T>> read)
    {
        await using var db = await Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await read(db);
    }
}

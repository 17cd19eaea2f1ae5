using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Ldap;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Ldap;

[Collection(LdapCollection.Name)]
public sealed class GroupSyncTests(LdapFixture ldap)
{
    GroupSync Sync => ldap.Host.Services.GetRequiredService<GroupSync>();

    MappingRuleService Rules => ldap.Host.Services.GetRequiredService<MappingRuleService>();

    [Fact]
    public async Task SignIn_Again_ReplacesTheGroups()
    {
        await ldap.Directory.AddPersonAsync("hal", LdapFixture.Password);
        await ldap.Directory.AddPersonAsync("stay", LdapFixture.Password);
        await ldap.Directory.AddGroupAsync("sync-one", "hal", "stay");
        await ldap.Directory.AddGroupAsync("sync-two", "stay");
        var hal = (await ldap.SignInAsync("hal")).Value;
        Assert.Equal(["sync-one"], await ldap.GroupsOfAsync(hal.Id));

        await ldap.Directory.SetGroupAsync("sync-one", "stay");
        await ldap.Directory.SetGroupAsync("sync-two", "stay", "hal");
        await ForgetAsync(hal);
        Assert.True((await ldap.SignInAsync("hal", address: "192.0.2.20")).Ok);

        Assert.Equal(["sync-two"], await ldap.GroupsOfAsync(hal.Id));
        Assert.Equal(2, await ldap.ReadAsync(db => db.AuditEvents.CountAsync(e => e.ResourceType == "group-member" && e.Resource == "hal")));
    }

    [Fact]
    public async Task SignIn_GroupBase_FindsGroupsThatNameThePerson()
    {
        await ldap.Directory.AddPersonAsync("ida", LdapFixture.Password);
        await ldap.Directory.AddGroupAsync("based", "ida");
        await ldap.ChangeAsync(new Dictionary<string, string> { ["ldap_group_base_dn"] = SlapdProcess.Groups, ["ldap_group_search_filter"] = "(objectClass=groupOfNames)", ["ldap_group_membership_attribute"] = "none" });
        try
        {
            Assert.Equal(["based"], await ldap.GroupsOfAsync((await ldap.SignInAsync("ida")).Value.Id));
        }
        finally
        {
            await ldap.ChangeAsync(new Dictionary<string, string> { ["ldap_group_base_dn"] = "", ["ldap_group_search_filter"] = "", ["ldap_group_membership_attribute"] = "memberof" });
        }
    }

    [Fact]
    public async Task AdministratorGroup_SettingOnAndOff_GivesAndTakesTheRole()
    {
        await ldap.Directory.AddPersonAsync("jan", LdapFixture.Password);
        await ldap.Directory.AddGroupAsync("root", "jan");
        var dn = $"CN=Root, {SlapdProcess.Groups}";
        await ldap.ChangeAsync("ldap_group_admin_dn", dn);
        var jan = (await ldap.SignInAsync("jan")).Value;

        var held = await ldap.ReadAsync(db => db.Bindings.Where(b => b.SubjectKind == SubjectKind.Group && db.GroupMembers.Any(m => m.GroupId == b.SubjectId && m.UserId == jan.Id)).Include(b => b.Role).ToListAsync());
        Assert.Equal((BuiltInRoles.SystemAdministrator.Name, BindingOrigin.AdministratorGroup, null as int?), (Assert.Single(held).Role!.Name, held[0].Origin, held[0].ProjectId));

        await ldap.ChangeAsync("ldap_group_admin_dn", "");
        Assert.False(await ldap.ReadAsync(db => db.Bindings.AnyAsync(b => b.Id == held[0].Id)));
    }

    [Fact]
    public async Task AllowPattern_OtherGroups_AreNotTaken()
    {
        var user = await ldap.Host.CreateUserAsync("kim");
        await ldap.ChangeAsync("ldap_group_allow", "team-*");
        try
        {
            var outcome = await Sync.ReplaceAsync(user, GroupSource.Ldap, [$"cn=team-x,{SlapdProcess.Groups}", $"cn=other,{SlapdProcess.Groups}", "no distinguished name"], CancellationToken.None);
            Assert.Equal((1, 2), (outcome.Groups.Count, outcome.Ignored));
            Assert.Equal(["team-x"], await ldap.GroupsOfAsync(user.Id));
        }
        finally
        {
            await ldap.ChangeAsync("ldap_group_allow", "");
        }
    }

    [Fact]
    public async Task Replace_MoreGroupsThanTheBound_KeepsTheBoundAndOtherSources()
    {
        var user = await ldap.Host.CreateUserAsync("lee");
        await Sync.ReplaceAsync(user, GroupSource.Ldap, [$"cn=kept-elsewhere,{SlapdProcess.Groups}"], CancellationToken.None);

        var outcome = await Sync.ReplaceAsync(user, GroupSource.Oidc, [.. Enumerable.Range(0, GroupSync.MaxGroups + 50).Select(i => $"bulk-{i:0000}")], CancellationToken.None);

        Assert.Equal((GroupSync.MaxGroups, 50), (outcome.Groups.Count, outcome.Ignored));
        Assert.Contains("kept-elsewhere", await ldap.GroupsOfAsync(user.Id));
        Assert.Equal(GroupSync.MaxGroups, (await Sync.ReplaceAsync(user, GroupSource.Oidc, [], CancellationToken.None)).Left);
    }

    [Fact]
    public async Task Replace_ByTwoAtOnce_MakesEachGroupOnce()
    {
        var people = new[] { await ldap.Host.CreateUserAsync("mia"), await ldap.Host.CreateUserAsync("mo"), await ldap.Host.CreateUserAsync("max") };
        string[] names = [.. Enumerable.Range(0, 30).Select(i => $"race-{i}")];

        await Task.WhenAll(people.Select(p => Sync.ReplaceAsync(p, GroupSource.Oidc, names, CancellationToken.None)));

        Assert.Equal(30, await ldap.ReadAsync(db => db.Groups.CountAsync(g => g.ExternalName.StartsWith("race-"))));
        Assert.Equal(90, await ldap.ReadAsync(db => db.GroupMembers.CountAsync(m => m.Group!.ExternalName.StartsWith("race-"))));
    }

    [Fact]
    public async Task MappingRule_MadeChangedAndDeleted_FollowsInTheBindings()
    {
        var shop = await ldap.Host.CreateProjectAsync("shop");
        var user = await ldap.Host.CreateUserAsync("nia");
        await Sync.ReplaceAsync(user, GroupSource.Oidc, ["team-Shop-dev"], CancellationToken.None);
        var group = await ldap.ReadAsync(db => db.Groups.SingleAsync(g => g.ExternalName == "team-Shop-dev"));
        Task<List<string>> Roles() => ldap.ReadAsync(db => db.Bindings.Where(b => b.SubjectKind == SubjectKind.Group && b.SubjectId == group.Id && b.ProjectId == shop.Id).Select(b => b.Role!.Name).ToListAsync());

        var made = await Rules.CreateAsync(ldap.Host.Admin, new(null, "team-(*)-dev", "$1", "developer"), CancellationToken.None);
        Assert.True(made.Ok, made.Error?.ToString());
        Assert.Equal(["developer"], await Roles());

        Assert.True((await Rules.UpdateAsync(ldap.Host.Admin, made.Value, new(GroupSource.Oidc, "team-(*)-dev", "$1", "guest"), CancellationToken.None)).Ok);
        Assert.Equal(["guest"], await Roles());
        var tried = await Rules.TryAsync(ldap.Host.Admin, GroupSource.Oidc, "team-shop-dev", CancellationToken.None);
        Assert.Contains(tried.Value.Rules, r => r is { ProjectExists: true, Verdict: { Gives: true, Project: "shop" } });

        Assert.True((await Rules.DeleteAsync(ldap.Host.Admin, made.Value, CancellationToken.None)).Ok);
        Assert.Empty(await Roles());
    }

    [Fact]
    public async Task Import_KnownAndUnknownNames_MakesAccountsAndNamesFailures()
    {
        await ldap.Directory.AddPersonAsync("oda", LdapFixture.Password);
        var directory = ldap.Host.Services.GetRequiredService<LdapAdministration>();

        var done = await directory.ImportAsync(ldap.Host.Admin, ["oda", "no-such-person"], CancellationToken.None);

        Assert.Equal((1, "no-such-person"), (done.Value.Imported, Assert.Single(done.Value.Failures).Uid));
        var imported = await ldap.ReadAsync(db => db.Users.SingleAsync(u => u.UserName == "oda"));
        Assert.Equal(imported.Id, (await ldap.SignInAsync("oda")).Value.Id);
    }

    [Fact]
    public async Task ImportGroup_UnknownAndKnown_NeedsTheDirectorysWord()
    {
        await ldap.Directory.AddPersonAsync("pia", LdapFixture.Password);
        await ldap.Directory.AddGroupAsync("beforehand", "pia");
        var directory = ldap.Host.Services.GetRequiredService<LdapAdministration>();

        Assert.Equal(Kernel.ErrorKind.NotFound, (await directory.ImportGroupAsync(ldap.Host.Admin, $"cn=missing,{SlapdProcess.Groups}", "", "", CancellationToken.None)).Error!.Kind);
        var made = await directory.ImportGroupAsync(ldap.Host.Admin, $"cn=beforehand,{SlapdProcess.Groups}", "", "", CancellationToken.None);
        Assert.True(made.Ok, made.Error?.ToString());

        Assert.Equal(["beforehand"], await ldap.GroupsOfAsync((await ldap.SignInAsync("pia")).Value.Id));
        Assert.Equal(1, await ldap.ReadAsync(db => db.Groups.CountAsync(g => g.Name == "beforehand")));
    }

    // A right password is remembered for a minute; a change of the account forgets it.
    async Task ForgetAsync(Caller user) =>
        Assert.True((await ldap.Host.Services.GetRequiredService<UserService>().UpdateProfileAsync(ldap.Host.Admin, user.Id, new(user.Name, "", ""), CancellationToken.None)).Ok);
}

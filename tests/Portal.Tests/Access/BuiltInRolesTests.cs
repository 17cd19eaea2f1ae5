using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class BuiltInRolesTests
{
    // The number of resource-action pairs of each role in the Harbor API's role tables; "project:read" and so on stand for its "self". The trash is Portal's own.
    [Theory]
    [InlineData("project-admin", 75)]
    [InlineData("maintainer", 53)]
    [InlineData("developer", 36)]
    [InlineData("guest", 20)]
    [InlineData("limited-guest", 14)]
    public void Role_HasAsManyRightsAsItsModel(string name, int expected)
    {
        var role = BuiltInRoles.OfProjects.Single(r => r.Name == name);
        Assert.Equal(expected, Permissions.All.Count(p => p.Resource != "trash" && role.Permissions.Has(p)));
    }

    [Fact]
    public void Trash_IsSeenByWhoeverMayDelete_AndEmptiedByProjectAdmins()
    {
        Assert.Equal(["project-admin", "maintainer"], BuiltInRoles.OfProjects.Where(r => r.Permissions.Has(Permissions.Named("trash:list"))).Select(r => r.Name));
        Assert.Equal(["project-admin"], BuiltInRoles.OfProjects.Where(r => r.Permissions.Has(Permissions.Named("trash:delete"))).Select(r => r.Name));
    }

    [Fact]
    public void EachRole_CoversTheWeakerOnes()
    {
        BuiltInRole[] ladder = [BuiltInRoles.SystemAdministrator, .. BuiltInRoles.OfProjects];
        for (var i = 1; i < ladder.Length; i++) Assert.True(ladder[i - 1].Permissions.Covers(ladder[i].Permissions), ladder[i].Name);
        Assert.False(BuiltInRoles.Guest.Permissions.Covers(BuiltInRoles.Developer.Permissions));
    }

    [Fact]
    public void Public_MayListAndPullAndNothingElse()
    {
        Assert.True(BuiltInRoles.Public.Has(Permissions.RepositoryPull));
        Assert.True(BuiltInRoles.Public.Has(Permissions.RepositoryList));
        Assert.False(BuiltInRoles.Public.Has(Permissions.RepositoryRead));
        Assert.False(BuiltInRoles.Public.Has(Permissions.MemberList));
        Assert.DoesNotContain(Permissions.All.Where(BuiltInRoles.Public.Has), p => p.Action is "create" or "update" or "delete" or "push");
    }

    [Fact]
    public void Catalogue_FitsTheSetAndHasNoPairTwice()
    {
        Assert.InRange(Permissions.All.Count, 100, PermissionSet.Capacity);
        Assert.Equal(Permissions.All.Count, Permissions.All.Select(p => p.ToString()).Distinct().Count());
        Assert.All(Permissions.All, p => Assert.True(Permissions.TryParse(p.ToString(), out var same) && same == p));
    }

    [Fact]
    public void Set_HoldsExactlyWhatWasPutIn()
    {
        foreach (var permission in Permissions.All)
            Assert.Equal([permission], Permissions.All.Where(PermissionSet.Of(permission).Has));
    }

    [Fact]
    public void Auditor_ReadsEverythingIncludingTheLogsAndChangesAndPullsNothing()
    {
        var rights = BuiltInRoles.Auditor.Permissions;
        Assert.All([Permissions.AuditLogList, Permissions.LogList, Permissions.MemberList, Permissions.UserList, Permissions.RoleList, Permissions.ArtifactRead], right => Assert.True(rights.Has(right), right.ToString()));
        Assert.DoesNotContain(Permissions.All.Where(rights.Has), p => p.Action is not ("read" or "list"));
        Assert.False(rights.Has(Permissions.RepositoryPull));
    }

    [Theory]
    [InlineData("scanner", "repository:pull scan:create sbom:create", "repository:push tag:delete artifact:delete")]
    [InlineData("tag-cleaner", "tag:list tag:delete", "repository:pull repository:push artifact:delete repository:delete")]
    [InlineData("promoter", "repository:pull repository:push artifact:create tag:create", "tag:delete artifact:delete member:list")]
    [InlineData("pull-only", "repository:pull tag:list", "repository:push tag:create member:list")]
    public void Preset_HoldsItsDutyAndNoMore(string name, string has, string lacks)
    {
        var rights = BuiltInRoles.Presets.Single(r => r.Name == name).Permissions;
        Assert.All(has.Split(' '), text => Assert.True(Permissions.TryParse(text, out var right) && rights.Has(right), text));
        Assert.All(lacks.Split(' '), text => Assert.False(Permissions.TryParse(text, out var right) && rights.Has(right), text));
    }

    [Fact]
    public void EveryPreset_CanBeGivenByAProjectAdmin() =>
        Assert.All(BuiltInRoles.Presets, preset => Assert.True(BuiltInRoles.ProjectAdmin.Permissions.Covers(preset.Permissions & PermissionWords.OfProjects), preset.Name));
}

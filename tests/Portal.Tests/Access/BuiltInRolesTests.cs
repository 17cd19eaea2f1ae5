using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class BuiltInRolesTests
{
    // The number of resource-action pairs of each role in the Harbor API's role tables; "project:read" and so on stand for its "self".
    [Theory]
    [InlineData("project-admin", 75)]
    [InlineData("maintainer", 53)]
    [InlineData("developer", 36)]
    [InlineData("guest", 20)]
    [InlineData("limited-guest", 14)]
    public void Role_HasAsManyRightsAsItsModel(string name, int expected)
    {
        var role = BuiltInRoles.OfProjects.Single(r => r.Name == name);
        Assert.Equal(expected, Permissions.All.Count(role.Permissions.Has));
    }

    [Fact]
    public void EachRole_CoversTheWeakerOnes()
    {
        for (var i = 1; i < BuiltInRoles.All.Count; i++) Assert.True(BuiltInRoles.All[i - 1].Permissions.Covers(BuiltInRoles.All[i].Permissions), BuiltInRoles.All[i].Name);
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
}

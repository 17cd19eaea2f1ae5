using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class RoleRulesTests
{
    [Theory]
    [InlineData("Release manager", "release-manager")]
    [InlineData("  QA / staging (EU) ", "qa-staging-eu")]
    [InlineData("Ärzte 2", "ärzte-2")]
    [InlineData("--", "")]
    public void Key_Title_GivesWordsWithDashes(string title, string key) => Assert.Equal(key, RoleRules.Key(title));

    [Theory]
    [InlineData("", "title"), InlineData("   ", "title"), InlineData("?!", "title"), InlineData("a\tb", "title")]
    public void Check_BadTitle_NamesTheField(string title, string field) => Assert.Equal(field, RoleRules.Check(title, "")?.Field);

    [Fact]
    public void Check_Bounds_AreThoseOfTheColumns()
    {
        Assert.Null(RoleRules.Check(new('x', RoleRules.MaxTitle), new('x', RoleRules.MaxDescription)));
        Assert.Equal("title", RoleRules.Check(new('x', RoleRules.MaxTitle + 1), "")?.Field);
        Assert.Equal("description", RoleRules.Check("x", new('x', RoleRules.MaxDescription + 1))?.Field);
    }

    [Fact]
    public void Rights_UnknownOne_IsRefusedByName()
    {
        Assert.Contains("'tag:eat'", RoleRules.Rights(["tag:list", "tag:eat"]).Error!.Message, StringComparison.Ordinal);
        Assert.Equal(PermissionSet.Of(Permissions.TagList, Permissions.TagDelete), RoleRules.Rights(["tag:list", "tag:delete", "tag:list"]).Value);
    }

    [Fact]
    public void Strength_Set_IsThatOfTheStrongestRoleItCovers()
    {
        Assert.Equal(BuiltInRoles.Developer.Strength, RoleRules.Strength(BuiltInRoles.Developer.Permissions | PermissionSet.Of(Permissions.TagDelete)));
        Assert.Equal(1, RoleRules.Strength(PermissionSet.Of(Permissions.TagDelete)));
    }
}

public sealed class PermissionWordsTests
{
    [Fact]
    public void EveryRight_HasASentenceOfItsOwn()
    {
        var sentences = Permissions.All.Select(PermissionWords.Sentence).ToList();
        Assert.All(sentences, s => Assert.Matches("^[A-Z][^.:]+$", s));
        Assert.Equal(sentences.Count, sentences.Distinct().Count());
    }

    [Fact]
    public void Resources_AreThoseOfTheCatalogueInUnbrokenGroups()
    {
        Assert.Equal(Permissions.All.Select(p => p.Resource).Distinct().Order(StringComparer.Ordinal), PermissionWords.Resources.Select(r => r.Resource).Order(StringComparer.Ordinal));
        var groups = PermissionWords.Resources.Select(r => r.Group).ToList();
        Assert.Equal(groups.Distinct().Count(), 1 + groups.Zip(groups.Skip(1)).Count(pair => pair.First != pair.Second));
    }

    [Fact]
    public void OfProjects_HoldsProjectRightsAndNothingOfTheSystem()
    {
        Assert.True(PermissionWords.OfProjects.Covers(BuiltInRoles.ProjectAdmin.Permissions));
        Assert.All([Permissions.UserList, Permissions.AuditLogList, Permissions.RoleUpdate, Permissions.ProjectCreate], right => Assert.False(PermissionWords.OfProjects.Has(right), right.ToString()));
    }
}

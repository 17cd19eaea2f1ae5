using Portal.Access;
using Portal.Projects;
using Portal.Web.Layout;
using Portal.Web.Projects;
using Xunit;

namespace Portal.Web.Tests.Projects;

public sealed class ProjectPlaceTests
{
    static ProjectSections Of(PermissionSet rights) => new ProjectPlace(Caller.Anonymous, new(1, "payments", false, true, true), rights).Sections;

    [Fact]
    public void Sections_ProjectAdmin_AreAll() => Assert.Equal(ProjectSections.All, Of(BuiltInRoles.ProjectAdmin.Permissions));

    [Theory]
    [InlineData("developer", ProjectSections.Retention), InlineData("guest", ProjectSections.None)]
    public void Sections_WhoMayNotAdminister_LackAuditAndSettings(string role, ProjectSections more) =>
        Assert.Equal(ProjectSections.Overview | ProjectSections.Repositories | ProjectSections.Members | ProjectSections.Robots | ProjectSections.Access | more, Of(BuiltInRoles.OfProjects.Single(r => r.Name == role).Permissions));

    [Fact]
    public void Sections_Maintainer_HaveTheRulesToo() =>
        Assert.Equal(ProjectSections.All & ~(ProjectSections.Audit | ProjectSections.Jobs | ProjectSections.Settings), Of(BuiltInRoles.Maintainer.Permissions));

    [Fact]
    public void Sections_LimitedGuest_LackMembersToo() => Assert.Equal(ProjectSections.Overview | ProjectSections.Repositories, Of(BuiltInRoles.LimitedGuest.Permissions));

    [Fact]
    public void Sections_AnybodyInAPublicProject_AreContentOnly() => Assert.Equal(ProjectSections.Overview | ProjectSections.Repositories, Of(BuiltInRoles.Public));
}

using Portal.Access;
using Portal.Projects;
using Portal.Web.Projects;
using Xunit;

namespace Portal.Web.Tests.Projects;

public sealed class AccessQuestionTests
{
    static readonly ProjectEntry Payments = new(1, "payments", false, true, true);

    [Theory]
    [InlineData("", null, null, null)]
    [InlineData("payments", "payments", null, null)]
    [InlineData("payments/team/api", "payments", "team/api", null)]
    [InlineData("payments/api:1.0", "payments", "api", "1.0")]
    public async Task Target_InTheAdministration_BeginsWithTheProject(string text, string? project, string? repository, string? tag)
    {
        var target = (await Ask(text).TargetAsync(null, FindAsync)).Value;
        Assert.Equal((project is null ? null : 1, repository, tag), (target.ProjectId, target.Repository, target.Tag));
    }

    [Fact]
    public async Task Target_InAProject_NeedsNoProject()
    {
        var target = (await Ask("team/api:1.0").TargetAsync(Payments, FindAsync)).Value;
        Assert.Equal((1, "team/api", "1.0"), (target.ProjectId, target.Repository, target.Tag));
        Assert.Null((await Ask("").TargetAsync(Payments, FindAsync)).Value.Repository);
    }

    [Theory]
    [InlineData("payments/Not Good"), InlineData("payments/api:not a tag"), InlineData(":1.0"), InlineData("payments:1.0"), InlineData("elsewhere/api")]
    public async Task Target_Unreadable_IsRefused(string text) => Assert.False((await Ask(text).TargetAsync(null, FindAsync)).Ok);

    static AccessQuestion Ask(string place) => new(false, "", Permissions.RepositoryPull, place);

    static Task<ProjectEntry?> FindAsync(string name) => Task.FromResult(name == Payments.Name ? Payments : null);
}

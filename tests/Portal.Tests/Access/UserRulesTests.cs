using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class UserRulesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("ines.okafor")]
    [InlineData("ines@example.com")]
    public void Name_OfUsualForm_IsTaken(string name) => Assert.Null(UserRules.Name(name));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("robot$ci")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("<b>")]
    public void Name_ThatCouldMeanSomethingElse_IsRefused(string name) => Assert.Equal("username", UserRules.Name(name)?.Field);

    [Fact]
    public void Name_Of256Characters_IsRefused() => Assert.NotNull(UserRules.Name(new string('a', 256)));

    [Theory]
    [InlineData("short")]
    [InlineData("someone-long")]
    public void Password_TooShortOrTheName_IsRefused(string password) => Assert.Equal("password", UserRules.Password("Someone-Long", password, 10)?.Field);

    [Fact]
    public void Password_Of129Characters_IsRefused() => Assert.NotNull(UserRules.Password("a", new string('x', 129), 10));

    [Theory]
    [InlineData("a@b.example", true)]
    [InlineData("", true)]
    [InlineData("no address", false)]
    [InlineData("A <a@b.example>", false)]
    public void Email_IsJudged(string email, bool fine) => Assert.Equal(fine, UserRules.Profile(UserProfile.Empty with { Email = email }) is null);
}

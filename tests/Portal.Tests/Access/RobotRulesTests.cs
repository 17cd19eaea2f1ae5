using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class RobotRulesTests
{
    static readonly DateTimeOffset Made = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Login_OfASystemAndAProjectRobot_IsTheFieldsForm()
    {
        Assert.Equal("robot$ci", RobotRules.Login("robot$", null, "ci"));
        Assert.Equal("robot$team+ci", RobotRules.Login("robot$", "team", "ci"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-2)]
    [InlineData(int.MaxValue)]
    public void Days_OutOfBounds_AreRefused(int days) => Assert.Equal("duration", RobotRules.Days(days)?.Field);

    [Fact]
    public void End_OfAnyDuration_IsATimeThatCanBeKept()
    {
        Assert.Null(RobotRules.End(Made, -1));
        Assert.Equal(Made.AddDays(30), RobotRules.End(Made, 30));
        Assert.True(RobotRules.End(Made, int.MaxValue - 1) > Made.AddYears(7_000));
    }

    [Fact]
    public void Rights_OutsideThePlaceOrTheCatalogue_AreRefused()
    {
        Assert.Null(RobotRules.Rights(7, [new(Permissions.RepositoryPull, 7)]));
        Assert.Contains("that project only", RobotRules.Rights(7, [new(Permissions.RepositoryPull, 8)])?.Message, StringComparison.Ordinal);
        Assert.Contains("that project only", RobotRules.Rights(7, [new(Permissions.RepositoryPull, EveryProject: true)])?.Message, StringComparison.Ordinal);
        Assert.Equal("bad request permission: user:list", RobotRules.Rights(null, [new(Permissions.UserList, 7)])?.Message);
        Assert.Equal("bad request permission: repository:pull", RobotRules.Rights(null, [new(Permissions.RepositoryPull)])?.Message);
        Assert.NotNull(RobotRules.Rights(null, []));
    }

    [Theory]
    [InlineData("Aa1aaaaa", true)]
    [InlineData("Aa1aaaa", false)]
    [InlineData("aa1aaaaa", false)]
    [InlineData("AA1AAAAA", false)]
    [InlineData("Aaaaaaaa", false)]
    [InlineData("Aa1aaa\naa", false)]
    public void Secret_Given_NeedsLengthAndThreeKinds(string secret, bool good) => Assert.Equal(good, RobotSecretText.Refuse(secret) is null);

    [Fact]
    public void Secret_Kept_IsSaltedAndNotTheText()
    {
        const string Given = "Given-secret-1";
        foreach (var (secret, keep) in ((string, Func<string, DateTimeOffset, RobotSecret>)[])[(RobotSecretText.New(), RobotSecretText.KeepRandom), (Given, RobotSecretText.KeepGiven)])
        {
            var (one, other) = (keep(secret, Made), keep(secret, Made));
            Assert.NotEqual(one.Hash, other.Hash);
            Assert.True(RobotSecretText.Matches(one, secret) && RobotSecretText.Matches(other, secret));
            Assert.False(RobotSecretText.Matches(one, secret + "x"));
        }
        // only what nobody guesses may be kept by a hash that is fast to compute
        Assert.False(RobotSecretText.KeepGiven(Given, Made).Random);
        var kept = RobotSecretText.KeepGiven(Given, Made);
        Assert.NotEqual(System.Security.Cryptography.SHA256.HashData([.. kept.Salt, .. System.Text.Encoding.UTF8.GetBytes(Given)]), kept.Hash);
    }

    [Fact]
    public void Scopes_Presets_GrowAndReadBack()
    {
        var sets = TokenScopes.Presets.Select(p => TokenScopes.Set(TokenScopes.Text(TokenScopes.Parse([p.Name]).Value))).ToList();
        for (var i = 1; i < sets.Count; i++) Assert.True(sets[i].Covers(sets[i - 1]) && !sets[i - 1].Covers(sets[i]));
        Assert.All(TokenScopes.Presets, p => Assert.Same(p, TokenScopes.PresetOf(TokenScopes.Text(TokenScopes.Parse([p.Name]).Value))));
        Assert.Null(TokenScopes.PresetOf("repository:pull"));
        Assert.Equal("scopes", TokenScopes.Parse(["repository:fly"]).Error?.Field);
        Assert.Equal("scopes", TokenScopes.Parse([]).Error?.Field);
    }
}

using Portal.Access;
using Xunit;

namespace Portal.Tests.Access;

public sealed class AccessTokenTextTests
{
    [Fact]
    public void New_Token_IsWholeAndFindableAndNeverTheSame()
    {
        var tokens = Enumerable.Range(0, 200).Select(_ => AccessTokenText.New()).ToList();

        Assert.All(tokens, t => Assert.Matches("^ptl_[0-9A-Za-z]{49}$", t));
        Assert.All(tokens, t => Assert.True(AccessTokenText.IsWhole(t)));
        Assert.Equal(200, tokens.Distinct().Count());
    }

    [Fact]
    public void IsWhole_OneCharacterOther_IsFalse()
    {
        var token = AccessTokenText.New();
        for (var i = 4; i < token.Length; i++)
            Assert.False(AccessTokenText.IsWhole(token[..i] + (token[i] == '7' ? '8' : '7') + token[(i + 1)..]), $"character {i}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ptl_")]
    [InlineData("ptl_00000000000000000000000000000000000000000000000000")]
    [InlineData("ghp_0000000000000000000000000000000000000000000000000")]
    public void IsWhole_OtherTexts_IsFalse(string text) => Assert.False(AccessTokenText.IsWhole(text));

    [Fact]
    public void Hint_OfAToken_ShowsLittleOfIt()
    {
        var token = AccessTokenText.New();
        Assert.Equal($"{token[..8]}…{token[^4..]}", AccessTokenText.Hint(token));
    }
}

using Portal.Registry.Client;
using Xunit;

namespace Portal.Tests.Registry.Client;

public sealed class ChallengeTests
{
    [Fact]
    public void Parse_QuotedCommas_StayInOneValue()
    {
        var challenge = Assert.Single(Challenge.Parse(["Bearer realm=\"https://h/token?a=b\",service=\"s\",scope=\"repository:a/b:pull,push\",error=\"invalid_token\""]));
        Assert.Equal("bearer", challenge.Scheme);
        Assert.Equal("https://h/token?a=b", challenge["realm"]);
        Assert.Equal("repository:a/b:pull,push", challenge["SCOPE"]);
    }

    [Fact]
    public void Choose_SeveralInOneHeader_PrefersBearer()
    {
        var all = Challenge.Parse(["Negotiate abc==, BASIC realm=\"a \\\"b\\\"\", Bearer realm=https://h/t"]);
        Assert.Equal("https://h/t", Challenge.Choose(all)!["realm"]);
        Assert.Equal("a \"b\"", all.Single(c => c.Scheme == "basic")["realm"]);
    }

    [Fact]
    public void Choose_BearerWithoutRealm_FallsToBasic() => Assert.Equal("basic", Challenge.Choose(Challenge.Parse(["Bearer service=\"x\"", "Basic realm=\"y\""]))!.Scheme);

    [Theory]
    [InlineData("")]
    [InlineData("\"\"\"")]
    [InlineData("=====")]
    [InlineData("Bearer realm=\"never closed")]
    [InlineData("Bearer realm=\"x\\")]
    public void Parse_Broken_EndsWithoutThrowing(string header) => Assert.True(Challenge.Parse([header]).Count <= 1);
}

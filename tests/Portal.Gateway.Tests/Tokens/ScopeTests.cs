using Portal.Gateway.Tokens;
using Xunit;

namespace Portal.Gateway.Tests.Tokens;

public sealed class ScopeTests
{
    [Theory]
    [InlineData("repository:team/api:pull", "Pull")]
    [InlineData("repository:team/api:pull,push", "Pull, Push")]
    [InlineData("repository:team/api:*", "Pull, Push, Delete")]
    [InlineData("repository:team/api:fly", "None")]
    [InlineData("registry:catalog:*", "Catalog")]
    public void Parse_KnownScope_GivesItsActions(string text, string actions) => Assert.Equal(actions, Scope.Parse(text)!.Value.Actions.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("repository")]
    [InlineData("repository:team/api")]
    [InlineData("repository:api:pull")]
    [InlineData("repository:Team/api:pull")]
    [InlineData("repository:host:5000/team/api:pull")]
    [InlineData("registry:other:*")]
    [InlineData("plugin:team/api:pull")]
    public void Parse_AnythingElse_GivesNothing(string text) => Assert.Null(Scope.Parse(text));

    [Theory]
    [InlineData("Basic ZGV2OnB3", "dev", "pw")]
    [InlineData("basic ZGV2OnA6dw==", "dev", "p:w")]
    [InlineData("Basic ZGV2OnA6dw", "dev", "p:w")]
    public void ParseBasic_Credentials_AreSplitAtTheFirstColon(string header, string user, string secret) =>
        Assert.Equal(new BasicCredentials(user, secret), BasicCredentials.Parse(header));

    [Theory]
    [InlineData("")]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic ZGV2")]
    [InlineData("Basic OnB3")]
    [InlineData("Digest ZGV2OnB3")]
    public void ParseBasic_AnythingElse_GivesNothing(string header) => Assert.Null(BasicCredentials.Parse(header));
}

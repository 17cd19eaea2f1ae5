using Portal.Access.Federation;
using Portal.Web.Federation;
using Xunit;

namespace Portal.Web.Tests.Federation;

public sealed class ConditionLinesTests
{
    [Fact]
    public void Lines_AreReadAndWrittenBack()
    {
        var read = ConditionLines.Read("repository = acme/app\r\n\n  ref ~ refs/tags/*  \n/kubernetes.io/namespace = a=b");
        Assert.Equal([new("repository", ClaimMatch.Equals, "acme/app"), new("ref", ClaimMatch.Glob, "refs/tags/*"), new ClaimCondition("/kubernetes.io/namespace", ClaimMatch.Equals, "a=b")], read.Value);
        Assert.Equal("repository = acme/app\nref ~ refs/tags/*\n/kubernetes.io/namespace = a=b", ConditionLines.Write(read.Value));
    }

    [Theory]
    [InlineData("repository"), InlineData("= acme"), InlineData("ref: x")]
    public void OtherLines_AreRefusedByName(string text) => Assert.Equal("conditions", ConditionLines.Read(text).Error?.Field);

    [Theory]
    [InlineData(IssuerKind.GitHub, "id-token: write"), InlineData(IssuerKind.GitLab, "id_tokens:"), InlineData(IssuerKind.Kubernetes, "serviceAccountToken"), InlineData(IssuerKind.Generic, "/service/token/exchange")]
    public void Pipelines_NameRegistryRobotAndAudience(IssuerKind kind, string mark)
    {
        var text = TrustSnippets.For(new FederationTrust { Kind = kind, Audience = "portal.example" }, "cr.example", "robot$team+ci");
        Assert.Contains(mark, text, StringComparison.Ordinal);
        Assert.Contains("cr.example", text, StringComparison.Ordinal);
        // in single quotes, or a shell would read $team
        Assert.Contains("'", text[..text.IndexOf("robot$team+ci", StringComparison.Ordinal)], StringComparison.Ordinal);
    }
}

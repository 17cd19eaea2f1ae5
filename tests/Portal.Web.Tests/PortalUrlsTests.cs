using Portal.Kernel;
using Xunit;

namespace Portal.Web.Tests;

public sealed class PortalUrlsTests
{
    const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Repository_PathWithSlashes_KeepsThemLast()
    {
        Assert.True(RepositoryName.TryParse("payments/api/worker", out var name));

        Assert.Equal("/projects/payments/r/api/worker", PortalUrls.Repository(name));
    }

    [Fact]
    public void Artifact_Digest_StandsBeforeThePath()
    {
        Assert.True(RepositoryName.TryParse("payments/api/a", out var name));

        Assert.Equal($"/projects/payments/a/{Digest}/api/a", PortalUrls.Artifact(name, Kernel.Digest.Parse(Digest)));
    }

    [Fact]
    public void Project_HostileName_CannotLeaveItsSegment() => Assert.Equal("/projects/..%2Fadmin%3Fx", PortalUrls.Project("../admin?x"));

    [Theory]
    [InlineData("/projects?q=a", true)]
    [InlineData("/", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example", false)]
    [InlineData("/a\nb", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void IsLocal_AnyAddress_OnlyTrueOnThisSite(string? url, bool expected) => Assert.Equal(expected, PortalUrls.IsLocal(url));

    [Fact]
    public void SignInThen_ForeignAddress_IsLeftOut() => Assert.Equal(PortalUrls.SignIn, PortalUrls.SignInThen("//evil.example"));
}

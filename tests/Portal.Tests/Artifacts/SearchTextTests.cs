using Portal.Artifacts;
using Xunit;

namespace Portal.Tests.Artifacts;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("api", "api", null, null)]
    [InlineData("payments/api:2.1", "payments/api", "2.1", null)]
    [InlineData("docker pull cr.example:8080/payments/api:2.1", "payments/api", "2.1", null)]
    [InlineData("podman pull --tls-verify=false 127.0.0.1:8080/payments/api", "payments/api", null, null)]
    [InlineData("skopeo inspect docker://cr.example/payments/api:2.1", "payments/api", "2.1", null)]
    [InlineData("1f8a0c3d", "1f8a0c3d", null, "sha256:1f8a0c3d")]
    [InlineData("sha256:1f8a", null, null, "sha256:1f8a")]
    [InlineData("payments/api@sha256:1f8a", null, null, "sha256:1f8a")]
    [InlineData("  web  ", "web", null, null)]
    public void Parse_OfWhatPeopleType_FindsItsParts(string text, string? name, string? tag, string? digest) =>
        Assert.Equal(new SearchText(name, tag, digest), SearchText.Parse(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public void Parse_OfNothing_IsNothing(string? text) => Assert.Null(SearchText.Parse(text));
}

using Portal.Protection;
using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Tests.Protection;

public sealed class ContentListTests
{
    const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    [Fact]
    public void Empty_LetsAnythingIn() => Assert.True(ContentList.Anything.Allows(ArtifactKind.Other, Manifest, "application/x.y"));

    [Theory]
    [InlineData("image", ArtifactKind.Index, "", true)]
    [InlineData("image", ArtifactKind.Chart, "application/vnd.cncf.helm.config.v1+json", false)]
    [InlineData("application/vnd.cncf.helm.config.v1+json", ArtifactKind.Chart, "application/vnd.cncf.helm.config.v1+json", true)]
    [InlineData(Manifest, ArtifactKind.Other, "application/x.y", true)]
    [InlineData("signature", ArtifactKind.Image, "", false)]
    public void Entry_AllowsByKindMediaTypeOrArtifactType(string entry, ArtifactKind kind, string artifactType, bool expected) =>
        Assert.Equal(expected, ContentList.Read([entry]).Value.Allows(kind, Manifest, artifactType));

    [Theory]
    [InlineData("images")]
    [InlineData("application/")]
    [InlineData("a/b/c")]
    [InlineData("text/plain; charset=x")]
    public void Entry_ThatIsNeither_IsRefusedByName(string entry) => Assert.Contains(entry, ContentList.Read([entry]).Error!.Message, StringComparison.Ordinal);

    [Fact]
    public void List_PastItsBound_IsRefused() => Assert.Equal("allowed", ContentList.Read(Enumerable.Range(0, 31).Select(i => $"a/b{i}")).Error!.Field);
}

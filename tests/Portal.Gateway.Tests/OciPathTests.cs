using Xunit;

namespace Portal.Gateway.Tests;

public sealed class OciPathTests
{
    [Theory]
    [InlineData("/v2", "Base", "", "")]
    [InlineData("/v2/", "Base", "", "")]
    [InlineData("/v2/_catalog", "Catalog", "", "")]
    [InlineData("/v2/a/b/manifests/latest", "Manifest", "a/b", "latest")]
    [InlineData("/v2/a/manifests/manifests/1", "Manifest", "a/manifests", "1")]
    [InlineData("/v2/a/blobs/manifests/1", "Manifest", "a/blobs", "1")]
    [InlineData("/v2/a/b/blobs/sha256:00", "Blob", "a/b", "sha256:00")]
    [InlineData("/v2/a/b/blobs/uploads/", "Uploads", "a/b", "")]
    [InlineData("/v2/a/b/blobs/uploads", "Uploads", "a/b", "")]
    [InlineData("/v2/a/b/blobs/uploads/123", "Upload", "a/b", "123")]
    [InlineData("/v2/a/blobs/uploads/blobs/sha256:00", "Blob", "a/blobs/uploads", "sha256:00")]
    [InlineData("/v2/a/tags/tags/list", "Tags", "a/tags", "")]
    [InlineData("/v2/a/b/referrers/sha256:00", "Referrers", "a/b", "sha256:00")]
    [InlineData("/v2/a/b/manifests/", "None", "", "")]
    [InlineData("/v2/manifests/1", "None", "", "")]
    [InlineData("/v2/a/b", "None", "", "")]
    [InlineData("/v2//", "None", "", "")]
    [InlineData("/v2/../manifests/1", "Manifest", "..", "1")]
    public void Parse_Path_IsReadFromItsEnd(string path, string resource, string name, string reference)
    {
        var parsed = OciPath.Parse(path);
        Assert.Equal((resource, name, reference), (parsed.Resource.ToString(), parsed.Name.ToString(), parsed.Reference.ToString()));
    }

    [Theory]
    [InlineData("/v2", true)]
    [InlineData("/v2/x", true)]
    [InlineData("/v20", false)]
    [InlineData("/V2/", false)]
    [InlineData("/", false)]
    public void IsOurs_Path_IsDecidedByItsFirstSegment(string path, bool ours) => Assert.Equal(ours, OciPath.IsOurs(path));
}

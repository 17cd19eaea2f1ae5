using FsCheck;
using FsCheck.Fluent;
using Portal.Kernel;
using Xunit;

namespace Portal.Tests.Kernel;

public sealed class NamesTests
{
    [Theory]
    [InlineData("a/b", "a", "b")]
    [InlineData("payments/api/worker", "payments", "api/worker")]
    [InlineData("a/b__c", "a", "b__c")]
    [InlineData("a/b---c.d_e", "a", "b---c.d_e")]
    public void RepositoryName_Valid_SplitsAtTheFirstSlash(string text, string project, string path)
    {
        Assert.True(RepositoryName.TryParse(text, out var name));
        Assert.Equal((project, path), (name.Project, name.Path));
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a/B")]
    [InlineData("a/b___c")]
    [InlineData("a/..")]
    [InlineData("a/b..c")]
    [InlineData("a/-b")]
    [InlineData("a/b\n")]
    [InlineData("a/b ")]
    [InlineData("a/é")]
    public void RepositoryName_BreaksTheGrammar_IsRefused(string text) => Assert.False(RepositoryName.TryParse(text, out _));

    [Fact]
    public void RepositoryName_Bounds_Are255()
    {
        Assert.True(RepositoryName.TryParse("a/" + new string('b', 253), out _));
        Assert.False(RepositoryName.TryParse("a/" + new string('b', 254), out _));
    }

    [Fact]
    public void RepositoryName_AnyText_AgreesWithAHandWrittenReader() =>
        Prop.ForAll(Gen.Elements('a', 'z', '0', '.', '_', '-', '/', 'A').ArrayOf(12).Select(c => new string(c)).ToArbitrary(), text =>
            RepositoryName.TryParse(text.TrimEnd('/'), out _) == Oracle(text.TrimEnd('/'))).QuickCheckThrowOnFailure();

    [Fact]
    public void TagName_AnyText_AgreesWithAHandWrittenReader() =>
        Prop.ForAll(Gen.Elements('a', 'Z', '0', '.', '_', '-', '/', ':', ' ').ArrayOf(4).Select(c => new string(c)).ToArbitrary(), text =>
            TagName.TryParse(text, out _) == (text[0] is not ('.' or '-') && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void TagName_Length_IsAtMost128(int length, bool ok) => Assert.Equal(ok, TagName.TryParse(new string('a', length), out _));

    [Fact]
    public void Reference_DigestOrTag_IsTold()
    {
        var digest = Digest.Sha256([]);
        Assert.True(Reference.TryParse(digest.Text, out var byDigest));
        Assert.True(byDigest.IsDigest);
        Assert.Equal(digest.Text, byDigest.ToString());
        Assert.True(Reference.TryParse("v1", out var byTag));
        Assert.False(byTag.IsDigest);
        Assert.Equal("v1", byTag.ToString());
        Assert.False(Reference.TryParse("sha256:abc", out _));
    }

    // two or more components; in each, runs of letters parted by '.', '_', '__' or dashes
    static bool Oracle(string text) => text.Split('/') is { Length: > 1 } parts && parts.All(part =>
    {
        var at = 0;
        while (true)
        {
            var start = at;
            while (at < part.Length && (char.IsAsciiLetterLower(part[at]) || char.IsAsciiDigit(part[at]))) at++;
            if (at == start) return false;
            if (at == part.Length) return true;
            start = at;
            while (at < part.Length && part[at] is ('.' or '_' or '-')) at++;
            var by = part[start..at];
            if (by is not ("." or "_" or "__") && by.Any(c => c != '-')) return false;
            if (by.Length == 0) return false;
        }
    });
}

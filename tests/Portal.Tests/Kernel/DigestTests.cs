using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Portal.Kernel;
using Xunit;

namespace Portal.Tests.Kernel;

public sealed class DigestTests
{
    const string Empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Fact]
    public void Sha256_EmptyContent_IsThePublishedValue() => Assert.Equal(Empty, Digest.Sha256([]).Text);

    [Fact]
    public void TryParse_WhatSha256Made_ComesBack() => Prop.ForAll<byte[]>(content =>
        Digest.TryParse(Digest.Sha256(content ?? []).Text, out var digest) && digest == Digest.Sha256(content ?? []) && digest.Hex == Convert.ToHexStringLower(SHA256.HashData(content ?? [])))
        .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85\n")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../etc/passwd00")]
    public void TryParse_NoDigest_IsFalse(string? text) => Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void OfSameAlgorithm_Sha512_UsesSha512()
    {
        var digest = Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData("a"u8)));
        Assert.Equal(digest, digest.OfSameAlgorithm("a"u8));
        Assert.Equal(128, digest.Hex.Length);
        Assert.StartsWith("sha256:", default(Digest).OfSameAlgorithm("a"u8).Text, StringComparison.Ordinal);
    }
}

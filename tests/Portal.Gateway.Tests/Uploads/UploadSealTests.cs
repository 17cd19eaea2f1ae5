using System.Buffers.Text;
using System.Security.Cryptography;
using Portal.Access;
using Portal.Gateway.Uploads;
using Xunit;

namespace Portal.Gateway.Tests.Uploads;

public sealed class UploadSealTests
{
    static readonly UploadState State = new(3, SubjectKind.User, 7, "team/api", "0f-1", 12_345, "/v2/team/api/blobs/uploads/0f-1?_state=abc");

    readonly UploadSeal _seal = new(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public void Open_WhatWasSealed_GivesItBack() => Assert.Equal(State, _seal.Open(_seal.Seal(State)));

    [Fact]
    public void Open_AnyByteChanged_GivesNothing()
    {
        var bytes = Base64Url.DecodeFromChars(_seal.Seal(State));
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 1;
            Assert.Null(_seal.Open(Base64Url.EncodeToString(bytes)));
            bytes[i] ^= 1;
        }
    }

    [Fact]
    public void Open_SealOfAnotherKey_GivesNothing() => Assert.Null(_seal.Open(new UploadSeal(RandomNumberGenerator.GetBytes(32)).Seal(State)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    public void Open_Garbage_GivesNothing(string? text) => Assert.Null(_seal.Open(text));

    [Fact]
    public void Open_TooLong_GivesNothing() => Assert.Null(_seal.Open(new string('A', 100_000)));
}

using System.Text;
using Portal.Kernel;
using Portal.Registry;
using Xunit;

namespace Portal.Tests.Registry;

public sealed class OciErrorsTests
{
    [Fact]
    public void Read_WhatBodyWrote_ComesBack()
    {
        var entry = Assert.Single(OciErrors.Read(OciErrors.Denied.Body("no \"push\"", new System.Text.Json.Nodes.JsonObject { ["a"] = 1 })));
        Assert.Equal(("DENIED", "no \"push\"", 1), (entry.Code, entry.Message, (int)entry.Detail!["a"]!));
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"errors":{}}""")]
    [InlineData("""{"errors":[],"errors":[1]}""")]
    public void Read_OtherShapes_GiveNothing(string body) => Assert.Empty(OciErrors.Read(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public void Read_NumericStatus_IsUnknownWithItsMessage() =>
        Assert.Equal(("UNKNOWN", "gone"), OciErrors.Read("""{"errors":[{"status":404,"message":"gone"}]}"""u8) is [var e] ? (e.Code, e.Message) : default);

    [Fact]
    public void For_KnownCodeOrKind_GivesTheStatus()
    {
        Assert.Equal(404, OciErrors.For(OciErrors.ManifestUnknown.Because()).Status);
        Assert.Equal(403, OciErrors.For(new Error("TAG_IMMUTABLE", "", ErrorKind.Denied)).Status);
        Assert.Equal(413, OciErrors.For(OciErrors.TooLarge.Because()).Status);
        Assert.Equal(503, OciErrors.For(new Error("X", "", ErrorKind.Unavailable)).Status);
    }
}

using Portal.Web.Account;
using Xunit;

namespace Portal.Web.Tests.Account;

public sealed class ReturnUrlTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/projects")]
    [InlineData("/projects?q=a%20b&page=2")]
    [InlineData("/projects/payments/a/sha256:1f8a/api")]
    [InlineData("/search?q=docker%20pull%20x")]
    [InlineData("/projects?q=100%")]
    public void IsLocal_PathOnThisSite_IsTaken(string url) => Assert.True(ReturnUrl.IsLocal(url));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("projects")]
    [InlineData("//evil.example")]
    [InlineData("///evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("/%2Fevil.example")]
    [InlineData("/%2fevil.example")]
    [InlineData("/%5Cevil.example")]
    [InlineData("/%252Fevil.example")]
    [InlineData("%2F%2Fevil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("/%09/evil.example")]
    [InlineData("/%0d%0aSet-Cookie:a=b")]
    [InlineData("/\u0000/evil.example")]
    [InlineData("/\u0085/evil.example")]
    [InlineData(" /projects")]
    [InlineData("https://evil.example")]
    [InlineData("https:evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("@evil.example")]
    public void IsLocal_WhatABrowserCouldReadAsForeign_IsRefused(string? url) => Assert.False(ReturnUrl.IsLocal(url));

    [Fact]
    public void IsLocal_LongerThanTheBound_IsRefused() => Assert.False(ReturnUrl.IsLocal("/" + new string('a', ReturnUrl.MaxLength)));

    [Fact]
    public void OrHome_Foreign_IsHome() => Assert.Equal(PortalUrls.Home, ReturnUrl.OrHome("//evil.example"));

    [Fact]
    public void OrHome_Local_IsKept() => Assert.Equal("/projects?mine=1", ReturnUrl.OrHome("/projects?mine=1"));
}

using Portal.Web.Artifacts;
using Xunit;

namespace Portal.Web.Tests.Artifacts;

public sealed class MarkdownTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[a](javascript:alert(1))")]
    [InlineData("[a](data:text/html;base64,PHNjcmlwdD4=)")]
    [InlineData("<a href=\"javascript:alert(1)\">a</a>")]
    [InlineData("![x](https://tracker.example/pixel.png)")]
    public void ToHtml_HostileText_HoldsNoLinkScriptOrPicture(string text)
    {
        var html = Markdown.ToHtml(text).Value;

        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<a href", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void ToHtml_WebLink_StaysAndTellsNothingOfWhereItCameFrom() =>
        Assert.Equal("<p><a href=\"https://wiki.example/a\" rel=\"noopener noreferrer nofollow\">wiki</a></p>", Markdown.ToHtml("[wiki](https://wiki.example/a \"t\")").Value.Trim());

    [Fact]
    public void ToHtml_FirstHeading_IsBelowThePages() => Assert.Equal("<h2>Payments</h2>", Markdown.ToHtml("# Payments").Value.Trim());

    [Theory]
    [InlineData("# Payments API\n\nTakes payments.", "Payments API")]
    [InlineData("\r\n\r\n**Bold** start", "Bold** start")]
    [InlineData("  \n", null)]
    public void FirstLine_Text_IsTheFirstThatHoldsWords(string text, string? expected) => Assert.Equal(expected, Markdown.FirstLine(text));

    [Theory]
    [InlineData("https://git.example/a", true)]
    [InlineData("http://git.example/a", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("//git.example/a", false)]
    [InlineData("git@git.example:a.git", false)]
    [InlineData(null, false)]
    public void SafeLink_AnyText_OnlyWebAddressesAreLinks(string? address, bool link) => Assert.Equal(link, Markdown.SafeLink(address) is not null);
}

using Portal.Web.Account;
using Xunit;

namespace Portal.Web.Tests.Account;

public sealed class ClientWordsTests
{
    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0 Safari/537.36 Edg/129.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36", "Chrome on Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15", "Safari on macOS")]
    [InlineData("curl/8.9.1", "curl")]
    [InlineData("", "Unknown browser")]
    public void Of_UserAgent_NamesBrowserAndSystem(string client, string words) => Assert.Equal(words, ClientWords.Of(client));
}

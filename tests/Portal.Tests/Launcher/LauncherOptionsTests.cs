using Portal.Launcher;
using Xunit;

namespace Portal.Tests.Launcher;

public class LauncherOptionsTests
{
    [Fact]
    public void Parse_Nothing_GivesTheDefaults()
    {
        var options = LauncherOptions.Parse([], "/srv/portal").Value;

        Assert.Equal("/srv/portal/data", options.DataFolder);
        Assert.Equal("http://127.0.0.1:8080", options.ListenUrl);
        Assert.False(options.Demo);
    }

    [Fact]
    public void Parse_EveryOption_IsTaken()
    {
        var options = LauncherOptions.Parse(["--data", "kept/", "--port=9000", "--listen", "0.0.0.0", "--demo"], "/srv").Value;

        Assert.Equal("/srv/kept", options.DataFolder);
        Assert.Equal("http://0.0.0.0:9000", options.ListenUrl);
        Assert.Equal("http://127.0.0.1:9000", options.BrowserUrl);
        Assert.True(options.Demo);
    }

    [Theory]
    [InlineData("::1", "http://[::1]:8080", "http://[::1]:8080")]
    [InlineData("[::]", "http://[::]:8080", "http://[::1]:8080")]
    [InlineData("localhost", "http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    public void Parse_ListenAddress_BecomesUrls(string listen, string url, string browser)
    {
        var options = LauncherOptions.Parse(["--listen", listen], "/srv").Value;

        Assert.Equal(url, options.ListenUrl);
        Assert.Equal(browser, options.BrowserUrl);
    }

    [Theory]
    [InlineData("--port 0", "--port: '0' is not a number from 1 to 65535.")]
    [InlineData("--port 65536", "--port: '65536' is not a number from 1 to 65535.")]
    [InlineData("--port eighty", "--port: 'eighty' is not a number from 1 to 65535.")]
    [InlineData("--port", "--port needs a value.")]
    [InlineData("--data=", "--data needs a value.")]
    [InlineData("--listen example.org", "--listen: 'example.org' is not an IP address such as 127.0.0.1, 0.0.0.0 or ::1.")]
    [InlineData("--demo=yes", "--demo takes no value.")]
    [InlineData("--prot 80", "Unknown option '--prot'.")]
    [InlineData("data", "Unknown option 'data'.")]
    public void Parse_BadInput_NamesOptionAndBound(string line, string message)
    {
        var parsed = LauncherOptions.Parse(line.Split(' '), "/srv");

        Assert.False(parsed.Ok);
        Assert.Equal(message, parsed.Error.Message);
    }

    [Fact]
    public void Parse_PathTooLongForASocket_NamesTheBound()
    {
        var longest = "/" + new string('a', LauncherOptions.MaxDataPathBytes - 1);

        Assert.True(LauncherOptions.Parse(["--data", longest], "/").Ok);
        var refused = LauncherOptions.Parse(["--data", longest + "b"], "/");
        Assert.Contains($"at most {LauncherOptions.MaxDataPathBytes}", refused.Error!.Message, StringComparison.Ordinal);
    }
}

using Portal.Registry.Manifests;
using Xunit;

namespace Portal.Tests.Registry.Manifests;

public sealed class ImageConfigTests
{
    [Fact]
    public void Parse_WholeConfig_TellsEverything()
    {
        var config = ImageConfig.Parse("""
            {"os":"linux","architecture":"arm64","variant":"v8","created":"2024-05-01T10:00:00.123456789Z","author":"me",
             "config":{"User":"1000","Env":["A=b"],"Entrypoint":["/app"],"Cmd":["-x"],"WorkingDir":"/srv","ExposedPorts":{"80/tcp":{}},
                       "Volumes":{"/data":{}},"Labels":{"k":"v"},"StopSignal":"SIGTERM"},
             "rootfs":{"type":"layers","diff_ids":["sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]},
             "history":[{"created_by":"COPY","comment":"c"},{"created_by":"ENV","empty_layer":true}]}
            """u8.ToArray()).Value;
        Assert.Equal("linux/arm64/v8", config.Platform.ToString());
        Assert.Equal(2024, config.Created!.Value.Year);
        Assert.Equal(("1000", "/srv", "SIGTERM", "me"), (config.User, config.WorkingDir, config.StopSignal, config.Author));
        Assert.Equal(["A=b", "/app", "-x", "80/tcp", "/data"], [.. config.Env, .. config.Entrypoint, .. config.Cmd, .. config.ExposedPorts, .. config.Volumes]);
        Assert.Equal("v", config.Labels["k"]);
        Assert.Single(config.DiffIds);
        Assert.Equal([false, true], config.History.Select(h => h.EmptyLayer));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"os":1,"config":[],"rootfs":{"diff_ids":["x",null]},"history":[1,"a"],"created":"yesterday"}""")]
    [InlineData("""{"config":{"Labels":{"a":1,"\ud800":"x"},"Env":["\ud800"]}}""")]
    public void Parse_MissingOrOddFields_AreLeftOut(string text)
    {
        var config = ImageConfig.Parse(System.Text.Encoding.UTF8.GetBytes(text)).Value;
        Assert.Equal("", config.Os);
        Assert.Empty(config.DiffIds);
        Assert.Empty(config.Labels);
        Assert.Null(config.Created);
    }

    [Fact]
    public void Parse_TooLargeOrNoObject_IsRefused()
    {
        Assert.False(ImageConfig.Parse(new byte[ImageConfig.MaxBytes + 1]).Ok);
        Assert.False(ImageConfig.Parse("[]"u8.ToArray()).Ok);
        Assert.False(ImageConfig.Parse("{"u8.ToArray()).Ok);
    }

    [Fact]
    public void ChartParse_ChartYamlAsJson_IsRead()
    {
        var chart = ChartConfig.Parse("""{"name":"web","version":"1.2.3","appVersion":"9","maintainers":[{"name":"m"}],"dependencies":[{"name":"db","version":"~1"}]}"""u8.ToArray()).Value;
        Assert.Equal(("web", "1.2.3", "9", "m", "db"), (chart.Name, chart.Version, chart.AppVersion, chart.Maintainers[0].Name, chart.Dependencies[0].Name));
    }
}

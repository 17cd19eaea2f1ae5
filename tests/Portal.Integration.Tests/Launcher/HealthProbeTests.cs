using System.Diagnostics;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Launcher;

/// <summary>The health check of the image: the server's program asks a running server.</summary>
public sealed class HealthProbeTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-probe-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Health_OfARunningAndAStoppedServer_IsToldByTheExitCode()
    {
        string address;
        await using (var launcher = LauncherProcess.Start(Path.Combine(_folder, "data")))
        {
            await launcher.WaitUntilHealthyAsync();
            address = $"http://127.0.0.1:{launcher.Port}/healthz";

            Assert.Equal((0, ""), await ProbeAsync(address));
            Assert.Equal(1, (await ProbeAsync($"http://127.0.0.1:{launcher.Port}/no-such-page")).ExitCode);
        }

        var (exitCode, errors) = await ProbeAsync(address);
        Assert.Equal(1, exitCode);
        Assert.StartsWith($"{address} did not answer", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("file:///etc/passwd")]
    public async Task Health_OfNoAddress_SaysWhatItTakes(string address)
    {
        var (exitCode, errors) = await ProbeAsync(address);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("--health needs an http or https address", errors, StringComparison.Ordinal);
    }

    static async Task<(int ExitCode, string Errors)> ProbeAsync(string address)
    {
        var info = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.Server.dll"), "--health", address])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(info)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return (process.ExitCode, errors);
    }
}

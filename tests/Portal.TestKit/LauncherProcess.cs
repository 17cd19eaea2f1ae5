using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Portal.TestKit;

/// <summary>The real Launcher as a process of its own, as run.sh starts it.</summary>
public sealed class LauncherProcess : IAsyncDisposable
{
    static readonly TimeSpan HealthyWithin = TimeSpan.FromSeconds(90);

    readonly Process _process;
    readonly HttpClient _client = new() { Timeout = TimeSpan.FromSeconds(10) };
    readonly List<string> _output = [];

    LauncherProcess(Process process, string data, int port) => (_process, Data, Port) = (process, data, port);

    public string Data { get; }
    public int Port { get; }
    public int Id => _process.Id;
    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
                return [.. _output];
        }
    }

    public Uri Url => new($"http://127.0.0.1:{Port}/");

    /// <summary>Starts the Launcher from the tests' own folder, or from <paramref name="dll"/>.</summary>
    public static LauncherProcess Start(string data, int? port = null, string? dll = null, IReadOnlyDictionary<string, string>? environment = null, params IReadOnlyList<string> more)
    {
        var chosen = port ?? FreePort();
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(dll ?? Path.Combine(AppContext.BaseDirectory, "Portal.Launcher.dll"));
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) info.Environment[name] = value;
        foreach (var argument in (string[])["--data", data, "--port", chosen.ToString(CultureInfo.InvariantCulture), .. more])
            info.ArgumentList.Add(argument);
        var launcher = new LauncherProcess(Process.Start(info)!, data, chosen);
        launcher._process.OutputDataReceived += launcher.Collect;
        launcher._process.ErrorDataReceived += launcher.Collect;
        launcher._process.BeginOutputReadLine();
        launcher._process.BeginErrorReadLine();
        return launcher;
    }

    public int ChildPid(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(Data, "run", name + ".process")).Split(' ')[0], CultureInfo.InvariantCulture);

    public void Signal(string signal, int? pid = null)
    {
        using var kill = Process.Start("kill", [$"-{signal}", (pid ?? Id).ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task WaitForExitAsync() => await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));

    public Task WaitUntilHealthyAsync() => WaitForAsync(health => health.Status == HttpStatusCode.OK, "to be healthy");

    /// <summary>Polls the health report until it is as wanted.</summary>
    public async Task WaitForAsync(Func<(HttpStatusCode Status, IReadOnlyDictionary<string, string> Components), bool> wanted, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!(await HealthAsync() is { } health && wanted(health)))
        {
            if (_process.HasExited || clock.Elapsed > HealthyWithin)
                throw new InvalidOperationException($"The Launcher was waited for {what}; it said: {string.Join('\n', Output)}");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            await _process.EndAsync();
        }

        _process.Dispose();
        _client.Dispose();
    }

    async Task<(HttpStatusCode, IReadOnlyDictionary<string, string>)?> HealthAsync()
    {
        try
        {
            using var response = await _client.GetAsync(new Uri($"http://127.0.0.1:{Port}/healthz"));
            using var report = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return (response.StatusCode, report.RootElement.GetProperty("components").EnumerateArray().ToDictionary(
                part => part.GetProperty("name").GetString()!, part => part.GetProperty("status").GetString()!));
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return null;
        }
    }

    void Collect(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (_output)
            _output.Add(line.Data);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

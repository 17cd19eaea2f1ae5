using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Portal.Registry.Client;
using Portal.TestKit;

namespace Portal.Benchmarks;

/// <summary>A server under measurement.</summary>
interface IPeer : IAsyncDisposable
{
    string Name { get; }
    Uri Url { get; }

    /// <summary>Process ids whose CPU time counts.</summary>
    IReadOnlyList<int> Processes { get; }

    /// <summary>The value of the Authorization header for a reader and writer; null when the server asks nobody.</summary>
    Task<string?> AuthorizationAsync(HttpClient http, string user, string scope);

    RegistryClient Client { get; }
}

/// <summary>CNCF Distribution as Debian ships it: no authentication, no tuning.</summary>
sealed class DistributionPeer(RegistryProcess registry) : IPeer
{
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());

    public static async Task<DistributionPeer> StartAsync() => new(await RegistryProcess.StartAsync());

    public string Name => "distribution";
    public Uri Url => registry.Url;
    public IReadOnlyList<int> Processes => [.. ProcessTable.WithCommand("docker-registry").Where(p => ProcessTable.CommandLine(p).Contains("portal-registry-", StringComparison.Ordinal))];
    public Task<string?> AuthorizationAsync(HttpClient http, string user, string scope) => Task.FromResult<string?>(null);
    public RegistryClient Client => new(_http, new(Url));

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return registry.DisposeAsync();
    }
}

/// <summary>The whole Portal as its Launcher starts it: PostgreSQL, the registry, the server; authentication, rights, audit and pull counts on.</summary>
sealed class PortalPeer : IPeer
{
    public const string Password = "bench-only-password";
    readonly Process _launcher;
    readonly string _data;
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());

    PortalPeer(Process launcher, string data, Uri url) => (_launcher, _data, Url) = (launcher, data, url);

    public string Name => "portal";
    public Uri Url { get; }
    public IReadOnlyList<int> Processes => [.. ProcessTable.Tree(_launcher.Id)];
    public RegistryClient Client => new(_http, new(Url, new("admin", Password)));

    public static async Task<PortalPeer> StartAsync(string launcher)
    {
        var data = Directory.CreateTempSubdirectory("portal-bench-").FullName;
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(launcher)! };
        foreach (var argument in (string[])[launcher, "--data", Path.Combine(data, "d"), "--port", port.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        start.Environment["PORTAL_ADMIN_PASSWORD"] = Password;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) => { if (e.Data is not null) Console.Error.WriteLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var peer = new PortalPeer(process, data, new($"http://127.0.0.1:{port}/"));
        using var http = new HttpClient();
        for (var i = 0; i < 240; i++)
        {
            try
            {
                if ((await http.GetAsync(new Uri(peer.Url, "healthz"))).IsSuccessStatusCode) return peer;
            }
            catch (HttpRequestException)
            {
                if (process.HasExited) throw new InvalidOperationException("The Launcher ended before Portal was healthy.");
            }
            await Task.Delay(250);
        }
        throw new TimeoutException("Portal was not healthy within a minute.");
    }

    public async Task CreateProjectAsync(HttpClient http, string name) => await ApiAsync(http, HttpMethod.Post, "api/v2.0/projects", new { project_name = name });

    /// <summary>Makes a user who is a developer of the projects.</summary>
    public async Task CreateUserAsync(HttpClient http, string name, IEnumerable<string> projects)
    {
        await ApiAsync(http, HttpMethod.Post, "api/v2.0/users", new { username = name, password = Password, email = $"{name}@bench.example", realname = name });
        foreach (var project in projects) await ApiAsync(http, HttpMethod.Post, $"api/v2.0/projects/{project}/members", new { role_id = 2, member_user = new { username = name } });
    }

    public async Task<string?> AuthorizationAsync(HttpClient http, string user, string scope)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Url, $"service/token?service=portal-registry&{scope}"));
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Password}")));
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return "Bearer " + json.RootElement.GetProperty("token").GetString();
    }

    async Task ApiAsync(HttpClient http, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path)) { Content = System.Net.Http.Json.JsonContent.Create(body) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}")));
        using var response = await http.SendAsync(request);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        using (var kill = Process.Start("kill", ["-TERM", _launcher.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _launcher.WaitForExitAsync();
        _launcher.Dispose();
        Directory.Delete(_data, true);
    }
}

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

    /// <summary>The folder in which its registry keeps what it stores.</summary>
    string Storage { get; }
}

/// <summary>A peer under another name, so that it can be measured against itself.</summary>
sealed class NamedPeer(IPeer inner, string name) : IPeer
{
    public string Name => name;
    public Uri Url => inner.Url;
    public IReadOnlyList<int> Processes => inner.Processes;
    public RegistryClient Client => inner.Client;
    public string Storage => inner.Storage;
    public Task<string?> AuthorizationAsync(HttpClient http, string user, string scope) => inner.AuthorizationAsync(http, user, scope);
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>CNCF Distribution as Debian ships it: no authentication, no tuning.</summary>
sealed class DistributionPeer(RegistryProcess registry) : IPeer
{
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());

    public static async Task<DistributionPeer> StartAsync() => new(await RegistryProcess.StartAsync());

    public string Name => "distribution";
    public Uri Url => registry.Url;
    public IReadOnlyList<int> Processes => [registry.Id];
    public string Storage => registry.StorageFolder;

    /// <summary>Ends it and starts it anew over the same folder.</summary>
    public Task RestartAsync() => registry.KillAndRestartAsync();
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
    readonly string _dll, _data;
    readonly HttpMessageInvoker _http = new(RegistryClient.CreateHandler());
    readonly HashSet<string> _projects = new(StringComparer.Ordinal);
    Process _launcher;

    PortalPeer(string dll, string data, Uri url) => (_dll, _data, Url, _launcher) = (dll, data, url, Launch(dll, data, url.Port));

    public string Name => "portal";
    public Uri Url { get; }
    public IReadOnlyList<int> Processes => [.. ProcessTable.Tree(_launcher.Id)];
    public RegistryClient Client => new(_http, new(Url, new("admin", Password)));

    public string Storage => Path.Combine(_data, "d", "registry");

    public static async Task<PortalPeer> StartAsync(string launcher)
    {
        var peer = new PortalPeer(launcher, Directory.CreateTempSubdirectory("portal-bench-").FullName, new($"http://127.0.0.1:{FreePort()}/"));
        await peer.WaitAsync();
        return peer;
    }

    static Process Launch(string dll, string data, int port)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetDirectoryName(dll)! };
        foreach (var argument in (string[])[dll, "--data", Path.Combine(data, "d"), "--port", port.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        start.Environment["PORTAL_ADMIN_PASSWORD"] = Password;
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, e) => { if (e.Data is not null) Console.Error.WriteLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    async Task WaitAsync()
    {
        using var http = new HttpClient();
        for (var i = 0; i < 240; i++)
        {
            try
            {
                if ((await http.GetAsync(new Uri(Url, "healthz"))).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                if (_launcher.HasExited) throw new InvalidOperationException("The Launcher ended before Portal was healthy.");
            }
            await Task.Delay(250);
        }
        throw new TimeoutException("Portal was not healthy within a minute.");
    }

    /// <summary>Ends it in order and starts it anew over the same data.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        _launcher = Launch(_dll, _data, Url.Port);
        await WaitAsync();
    }

    public async Task CreateProjectAsync(HttpClient http, string name)
    {
        await ApiAsync(http, HttpMethod.Post, "api/v2.0/projects", new { project_name = name });
        _projects.Add(name);
    }

    /// <summary>Makes a project unless this run has made it.</summary>
    public Task EnsureProjectAsync(HttpClient http, string name) => _projects.Contains(name) ? Task.CompletedTask : CreateProjectAsync(http, name);

    /// <summary>Makes a robot of a project that may pull; gives its name and secret.</summary>
    public async Task<(string Name, string Secret)> CreateRobotAsync(HttpClient http, string project, string name)
    {
        var robot = new { name, level = "project", duration = -1, permissions = new[] { new { kind = "project", @namespace = project, access = new[] { new { resource = "repository", action = "pull" } } } } };
        using var json = JsonDocument.Parse(await ApiAsync(http, HttpMethod.Post, "api/v2.0/robots", robot));
        return (json.RootElement.GetProperty("name").GetString()!, json.RootElement.GetProperty("secret").GetString()!);
    }

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

    async Task<string> ApiAsync(HttpClient http, HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Url, path)) { Content = System.Net.Http.Json.JsonContent.Create(body) };
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}")));
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? answer : throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {answer}");
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _launcher.Id.ToString(CultureInfo.InvariantCulture)])) await kill.EndAsync();
        await _launcher.EndAsync();
        _launcher.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await StopAsync();
        Directory.Delete(_data, true);
    }
}

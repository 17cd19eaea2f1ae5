using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Portal.Registry.Client;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>The server as a process of its own on one port, so that it can be killed and come back.</summary>
sealed class ServerProcess : IAsyncDisposable
{
    readonly int _port = FreePort();
    readonly Uri _registry;
    readonly StringBuilder _log = new();
    Process? _process;

    ServerProcess(string connection, Uri registry) => (Connection, _registry) = (connection, registry);

    /// <summary>Its database.</summary>
    public string Connection { get; }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/"));

    public static async Task<ServerProcess> StartAsync(string connection, Uri registry)
    {
        var server = new ServerProcess(connection, registry);
        await server.StartAsync();
        return server;
    }

    /// <summary>A client as the administrator.</summary>
    public RegistryClient Client(SocketsHttpHandler handler) => new(new HttpMessageInvoker(handler, false), new RegistryTarget(Address, new RegistryCredentials("admin", PortalHost.AdminPassword)));

    public async Task CreateProjectAsync(string name)
    {
        using var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PortalHost.AdminPassword}")));
        using var created = await http.PostAsJsonAsync("api/v2.0/projects", new { project_name = name });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    /// <summary>Kills it as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>Kills it, and waits until its successor answers.</summary>
    public async Task KillAndRestartAsync()
    {
        await KillAsync();
        await StartAsync();
    }

    /// <summary>Starts it after it was killed, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Portal.Server.dll"));
        info.Environment["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority);
        info.Environment["Portal__Database__ConnectionString"] = Connection;
        info.Environment["Portal__Registry__Address"] = _registry.GetLeftPart(UriPartial.Authority);
        info.Environment["Portal__Artifacts__ReconcileAfterSeconds"] = "1";
        info.Environment["PORTAL_ADMIN_PASSWORD"] = PortalHost.AdminPassword;
        var process = _process = Process.Start(info)!;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(120); await Task.Delay(100))
        {
            if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}:\n{_log}");
            try
            {
                using var answer = await http.GetAsync("healthz");
                if (answer.StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }
        await KillAsync();
        throw new InvalidOperationException($"The server did not become healthy:\n{_log}");
    }

    void Keep(string? line)
    {
        lock (_log) _log.AppendLine(line);
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

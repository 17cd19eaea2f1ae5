using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Kills the server while people push: what was acknowledged must be there afterwards.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    const int Rounds = 4;
    const int Pushers = 4;

    readonly int _port = FreePort();
    PostgreSqlProcess _database = null!;
    RegistryProcess _registry = null!;
    string _connection = "";

    Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}/"));

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _registry = await RegistryProcess.StartAsync();
        _connection = await _database.CreateDatabaseAsync();
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Kill_WhilePushing_LosesNothingThatWasAcknowledged()
    {
        var acknowledged = new ConcurrentDictionary<string, BuiltArtifact>();
        var number = 0;
        for (var round = 0; round < Rounds; round++)
        {
            using var server = await StartAsync();
            if (round == 0) await CreateProjectAsync();
            using var stop = new CancellationTokenSource();
            var pushers = Enumerable.Range(0, Pushers).Select(_ => Task.Run(async () =>
            {
                var client = Client();
                while (!stop.IsCancellationRequested)
                {
                    var id = Interlocked.Increment(ref number);
                    var image = GatewayFixture.Image(string.Create(CultureInfo.InvariantCulture, $"crash {id}"));
                    TagName.TryParse(string.Create(CultureInfo.InvariantCulture, $"v{id}"), out var tag);
                    if ((await ImagePusher.PushAsync(client, $"crash/repo{id % 3}", image, [tag])).Ok) acknowledged[$"crash/repo{id % 3}:v{id}"] = image;
                }
            })).ToList();
            var before = acknowledged.Count;
            for (var watch = Stopwatch.StartNew(); acknowledged.Count == before && watch.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(20)) { }
            await Task.Delay(Random.Shared.Next(100, 1_500));
            server.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(pushers);
            await server.EndAsync();
        }
        Assert.NotEmpty(acknowledged);
        using var last = await StartAsync();
        var reader = Client();
        foreach (var (name, image) in acknowledged)
        {
            var parts = name.Split(':');
            TagName.TryParse(parts[1], out var tag);
            var manifest = await reader.GetManifestAsync(parts[0], tag);
            Assert.True(manifest.Ok, $"{name}: {manifest.Error}");
            Assert.Equal(image.Digest, manifest.Value.Digest);
            foreach (var blob in image.Blobs) Assert.Equal(blob.Bytes(), (await reader.GetBlobAsync(parts[0], blob.Digest, 1 << 20)).Value);
        }
        await WaitUntilReconciledAsync();
        last.Kill();
        await last.EndAsync();
    }

    RegistryClient Client() => new(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(Address, new RegistryCredentials("admin", PortalHost.AdminPassword)));

    async Task<Process> StartAsync()
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = AppContext.BaseDirectory };
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Portal.Server.dll"));
        info.Environment["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority);
        info.Environment["Portal__Database__ConnectionString"] = _connection;
        info.Environment["Portal__Registry__Address"] = _registry.Url.GetLeftPart(UriPartial.Authority);
        info.Environment["Portal__Artifacts__ReconcileAfterSeconds"] = "1";
        info.Environment["PORTAL_ADMIN_PASSWORD"] = PortalHost.AdminPassword;
        var log = new StringBuilder();
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, e) => { lock (log) log.AppendLine(e.Data); };
        process.ErrorDataReceived += (_, e) => { lock (log) log.AppendLine(e.Data); };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(100))
        {
            if (process.HasExited) throw new InvalidOperationException($"The server ended with {process.ExitCode}:\n{log}");
            try
            {
                using var answer = await http.GetAsync("healthz");
                if (answer.StatusCode == HttpStatusCode.OK) return process;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }
        process.Kill();
        throw new InvalidOperationException($"The server did not become healthy:\n{log}");
    }

    async Task CreateProjectAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PortalHost.AdminPassword}")));
        using var created = await http.PostAsJsonAsync("api/v2.0/projects", new { project_name = "crash" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    /// <summary>Intents of pushes that were cut off are gone a moment after a start: indexed or dropped.</summary>
    async Task WaitUntilReconciledAsync()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FROM artifacts.push_intent", connection);
        var open = -1L;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(90) && (open = (long)(await count.ExecuteScalarAsync())!) > 0; await Task.Delay(500)) { }
        Assert.Equal(0, open);
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Portal.Architecture.Tests.Packaging;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Packaging;

/// <summary>The published server as a process that knows no more than docker-compose.yml tells it.</summary>
public sealed class ComposeEnvironmentTests : IDisposable
{
    const string AdminPassword = "compose-admin-1";
    const string DatabasePassword = "compose-database-1";

    readonly string _folder = Directory.CreateTempSubdirectory("portal-compose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PublishedServer_WithTheVariablesOfCompose_TakesAndGivesAnImage()
    {
        await using var postgres = await PostgreSqlProcess.StartAsync();
        await using var registry = await RegistryProcess.StartAsync();
        var database = await CreateDatabaseAsync(postgres);
        await PublishAsync();
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}/"));
        using var server = Start(Variables(database, registry.Url), url);
        var output = Collect(server);
        try
        {
            await WaitUntilHealthyAsync(server, url, output);
            await UseAsync(url);
            Assert.Equal(0, await ProbeAsync(new Uri(url, "healthz")));
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.EndAsync();
        }
        Assert.Equal(1, await ProbeAsync(new Uri(url, "healthz")));
    }

    static async Task UseAsync(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{AdminPassword}")));
        Assert.Contains("\"admin\"", await http.GetStringAsync("api/v2.0/users/current"), StringComparison.Ordinal);
        using var made = await http.PostAsJsonAsync("api/v2.0/projects", new { project_name = "composed" });
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);

        var client = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(url, new RegistryCredentials("admin", AdminPassword)));
        var image = GatewayFixture.Image("composed");
        Assert.True(TagName.TryParse("1", out var tag));
        var pushed = await ImagePusher.PushAsync(client, "composed/app", image, [tag]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
        Assert.Equal(image.Manifest.ToArray(), (await client.GetManifestAsync("composed/app", tag)).Value.Bytes.ToArray());
        foreach (var blob in image.Blobs) Assert.Equal(blob.Bytes(), (await client.GetBlobAsync("composed/app", blob.Digest, 1 << 20)).Value);
    }

    /// <summary>What the service <c>portal</c> is given, with the names of the other services turned into addresses here.</summary>
    static Dictionary<string, string> Variables(string database, Uri registry)
    {
        var given = new Dictionary<string, string> { ["PORTAL_ADMIN_PASSWORD"] = AdminPassword, ["PORTAL_DATABASE_PASSWORD"] = DatabasePassword };
        var environment = PackagingFiles.Yaml("docker-compose.yml").Find("services")!.Find("portal")!.Find("environment")!;
        return environment.Entries().ToDictionary(e => e.Key, e =>
        {
            var value = Regex.Replace(e.Value.Text(), @"\$\{(\w+):([-?])([^}]*)\}", m => m.Groups[2].Value == "-" ? m.Groups[3].Value : given[m.Groups[1].Value]);
            Assert.DoesNotContain("${", value, StringComparison.Ordinal);
            return value.Replace("Host=postgres;", database, StringComparison.Ordinal).Replace("http://registry:5000", registry.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        });
    }

    /// <summary>The database and its owner as the image of PostgreSQL makes them.</summary>
    /// <returns>Where the cluster is, as part of a connection string.</returns>
    static async Task<string> CreateDatabaseAsync(PostgreSqlProcess postgres)
    {
        var address = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync();
        foreach (var text in (string[])[$"CREATE ROLE portal LOGIN PASSWORD '{DatabasePassword}'", "CREATE DATABASE portal OWNER portal"])
        {
            await using var command = new NpgsqlCommand(text, connection);
            await command.ExecuteNonQueryAsync();
        }
        return string.Create(CultureInfo.InvariantCulture, $"Host={address.Host};Port={address.Port};");
    }

    async Task PublishAsync()
    {
        var configuration = typeof(ComposeEnvironmentTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var (code, output) = await GatewayFixture.TryRunAsync("dotnet", "publish", Path.Combine(PackagingFiles.Root, "src/Portal.Server"), "--no-build", "-c", configuration, "-o", _folder, "--nologo");
        Assert.True(code == 0, output);
    }

    Process Start(Dictionary<string, string> variables, Uri url)
    {
        var info = new ProcessStartInfo("dotnet", ["Portal.Server.dll"]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment.Clear();
        foreach (var (name, value) in variables) info.Environment[name] = value;
        info.Environment["ASPNETCORE_URLS"] = url.GetLeftPart(UriPartial.Authority);
        return Process.Start(info)!;
    }

    static List<string> Collect(Process process)
    {
        var lines = new List<string>();
        void Keep(object sender, DataReceivedEventArgs line)
        {
            lock (lines) lines.Add(line.Data ?? "");
        }
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return lines;
    }

    static async Task WaitUntilHealthyAsync(Process server, Uri url, List<string> output)
    {
        using var http = new HttpClient { BaseAddress = url };
        for (var clock = Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            try
            {
                using var answer = await http.GetAsync("healthz");
                if (answer.StatusCode == HttpStatusCode.OK) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
            if (!server.HasExited && clock.Elapsed < TimeSpan.FromSeconds(90)) continue;
            lock (output) Assert.Fail($"The server did not get healthy; it said: {string.Join('\n', output)}");
        }
    }

    async Task<int> ProbeAsync(Uri health) => (await GatewayFixture.TryRunAsync("dotnet", Path.Combine(_folder, "Portal.Server.dll"), "--health", health.ToString())).Code;

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

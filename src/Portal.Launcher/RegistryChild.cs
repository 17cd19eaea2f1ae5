using System.Net.Sockets;
using System.Text.Json;

namespace Portal.Launcher;

/// <summary>
/// Debian's docker-registry on the file system. It listens on a Unix socket in a folder that only the Launcher's account may
/// enter: no password to check on each request, and nobody else on the machine can reach it.
/// </summary>
sealed class RegistryChild(DataFolder data) : IChild, IDisposable
{
    static readonly string[] Folders = ["/usr/bin", "/usr/local/bin"];

    readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(data.Run("registry/http.sock")), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { Timeout = TimeSpan.FromSeconds(5), BaseAddress = new Uri("http://registry/") };

    string _program = "";

    public string Name => "registry";
    public UnixSignal StopSignal => UnixSignal.Terminate;
    public TimeSpan StopTimeout => TimeSpan.FromSeconds(15);

    /// <summary>What the server is told: <c>unix:</c> and the path of the socket.</summary>
    public string Address => "unix:" + data.Run("registry/http.sock");

    string ConfigFile => data.Run("registry.yml");

    public Task PrepareAsync(CancellationToken cancel)
    {
        _program = Folders.Select(folder => Path.Combine(folder, "docker-registry")).FirstOrDefault(File.Exists)
            ?? throw new StartFailedException("docker-registry is not installed: apt-get install docker-registry");
        DataFolder.WritePrivate(ConfigFile, Config());
        return Task.CompletedTask;
    }

    public ChildCommand Command() => new(_program, ["serve", ConfigFile])
    {
        // A heap of a few megabytes makes Go collect 200 times a second; this takes a third off the time of every request.
        Environment = new Dictionary<string, string> { ["GOGC"] = "400" },
    };

    public async Task<string?> ProbeAsync(CancellationToken cancel)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri("v2/", UriKind.Relative), cancel);
            return response.IsSuccessStatusCode ? null : $"it answers with status {(int)response.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return "no answer within 5 seconds";
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>JSON is YAML, and its quoting is well defined.</summary>
    string Config() => JsonSerializer.Serialize(new
    {
        version = 0.1,
        log = new { level = "warn", accesslog = new { disabled = true } },
        // No blob descriptor cache: it would go on promising blobs that garbage collection has removed.
        storage = new { filesystem = new { rootdirectory = data.Registry }, delete = new { enabled = true } },
        // Whose layers are kept elsewhere is Portal's to judge; switched on, this refuses every manifest that names an address.
        validation = new { disabled = true },
        http = new
        {
            net = "unix",
            addr = data.Run("registry/http.sock"),
            secret = data.Secret("registry-http"),
            // There is no host name to build absolute addresses from.
            relativeurls = true,
            draintimeout = "10s",
        },
    });
}

using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Portal.Registry.Client;

namespace Portal.TestKit;

/// <summary>
/// A real docker-registry on a free loopback port, with its data in a temporary folder that goes when it is disposed. Needs
/// <c>docker-registry</c> on the path (Debian package of the same name) and, for a password, Debian's libcrypt.
/// </summary>
public sealed class RegistryProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    readonly ConcurrentQueue<string> _log;
    readonly string _folder;
    Process _process;

    RegistryProcess(Process process, ConcurrentQueue<string> log, string folder, Uri url, RegistryCredentials? credentials) =>
        (_process, _log, _folder, Url, Credentials) = (process, log, folder, url, credentials);

    /// <summary>Its root, such as <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Url { get; }

    /// <summary>Who may use it; null for anyone.</summary>
    public RegistryCredentials? Credentials { get; }

    /// <summary>The folder of its storage driver.</summary>
    public string StorageFolder => Path.Combine(_folder, "storage");

    public int Id => _process.Id;

    /// <summary>The last lines it wrote.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts a registry and waits until it answers.</summary>
    /// <param name="credentials">Asks for these by Basic (htpasswd); null lets anyone in.</param>
    public static async Task<RegistryProcess> StartAsync(RegistryCredentials? credentials = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("portal-registry-").FullName;
            try
            {
                return await StartOnceAsync(folder, credentials);
            }
            catch (Exception) when (attempt < 3)
            {
                // another process may have taken the port between the choice and the start
                Directory.Delete(folder, true);
            }
        }
    }

    static async Task<RegistryProcess> StartOnceAsync(string folder, RegistryCredentials? credentials)
    {
        var port = FreePort();
        var config = Path.Combine(folder, "config.yml");
        await File.WriteAllTextAsync(config, Config(folder, port, credentials));
        var log = new ConcurrentQueue<string>();
        var process = Launch(config, log);
        var registry = new RegistryProcess(process, log, folder, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")), credentials);
        try
        {
            await registry.WaitAsync();
            return registry;
        }
        catch
        {
            await registry.StopAsync();
            throw;
        }
    }

    static Process Launch(string config, ConcurrentQueue<string> log)
    {
        var info = new ProcessStartInfo("docker-registry") { RedirectStandardError = true, RedirectStandardOutput = true };
        info.ArgumentList.Add("serve");
        info.ArgumentList.Add(config);
        info.Environment["OTEL_TRACES_EXPORTER"] = "none";
        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("docker-registry is not installed; install the Debian package docker-registry.", e);
        }
        void Keep(string? line)
        {
            if (line is null) return;
            log.Enqueue(line);
            if (log.Count > 200) log.TryDequeue(out _);
        }
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Kills it as <c>kill -9</c> does, and waits until its successor on the same port and folder answers.</summary>
    public async Task KillAndRestartAsync()
    {
        await StopAsync();
        _process = Launch(Path.Combine(_folder, "config.yml"), _log);
        await WaitAsync();
    }

    async Task WaitAsync()
    {
        using var http = new HttpClient();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < StartLimit; await Task.Delay(50))
        {
            if (_process.HasExited) throw new InvalidOperationException($"docker-registry ended with {_process.ExitCode}:\n{Log}");
            try
            {
                using var answer = await http.GetAsync(new Uri(Url, "v2/"));
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized) return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }
        throw new InvalidOperationException($"docker-registry did not answer within {StartLimit.TotalSeconds} s:\n{Log}");
    }

    static string Config(string folder, int port, RegistryCredentials? credentials)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"""
            version: 0.1
            log:
              level: warn
            storage:
              filesystem:
                rootdirectory: {Path.Combine(folder, "storage")}
              delete:
                enabled: true
            validation:
              disabled: true
            http:
              addr: 127.0.0.1:{port}
              secret: {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}

            """);
        if (credentials is null) return text.ToString();
        var htpasswd = Path.Combine(folder, "htpasswd");
        File.WriteAllText(htpasswd, $"{credentials.User}:{Bcrypt(credentials.Secret)}\n");
        return text.Append(CultureInfo.InvariantCulture, $"auth:\n  htpasswd:\n    realm: test\n    path: {htpasswd}\n").ToString();
    }

    /// <summary>A bcrypt hash as docker-registry's htpasswd file wants it, made by the system's libcrypt at the lowest cost.</summary>
    static string Bcrypt(string secret)
    {
        const string alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        var salt = "$2y$04$" + RandomNumberGenerator.GetString(alphabet, 21) + "u";
        var hash = Marshal.PtrToStringUTF8(Crypt(secret, salt));
        return hash is { Length: 60 } ? hash : throw new InvalidOperationException("libcrypt made no bcrypt hash.");
    }

    [DllImport("libcrypt.so.1", EntryPoint = "crypt", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern IntPtr Crypt(string key, string salt);

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task StopAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.EndAsync();
        }
        _process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, true);
    }
}

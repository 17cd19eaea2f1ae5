using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Portal.TestKit;

/// <summary>
/// A real PostgreSQL cluster of its own on a free loopback port, gone when it is disposed. Needs Debian's <c>postgresql</c>; root starts it as the user <c>postgres</c>.
/// It does not wait for the disk, so a power cut would break it.
/// </summary>
public sealed class PostgreSqlProcess : IAsyncDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly Process _process;
    readonly string _folder;
    readonly int _port;
    int _databases;

    PostgreSqlProcess(Process process, string folder, int port) => (_process, _folder, _port) = (process, folder, port);

    /// <summary>Starts a cluster and waits until it answers.</summary>
    public static async Task<PostgreSqlProcess> StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = Directory.CreateTempSubdirectory("portal-postgres-").FullName;
            try
            {
                return await StartOnceAsync(folder);
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                // another process may have taken the port between the choice and the start
                Directory.Delete(folder, true);
            }
        }
    }

    /// <summary>Makes a database: an empty one, or a copy of another of this cluster, whose connections are cut for it.</summary>
    /// <param name="template">The connection string of the one to copy; null for an empty one.</param>
    /// <returns>The connection string of its owner.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"portal_{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(Address("postgres"));
        await connection.OpenAsync();
        var source = "template1";
        if (template is not null)
        {
            source = new NpgsqlConnectionStringBuilder(template).Database;
            await using var cut = new NpgsqlCommand($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{source}'", connection);
            await cut.ExecuteNonQueryAsync();
        }
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {source}", connection);
        await create.ExecuteNonQueryAsync();
        return Address(name);
    }

    string Address(string database) => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Maximum Pool Size=30");

    static async Task<PostgreSqlProcess> StartOnceAsync(string folder)
    {
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        var data = Path.Combine(folder, "data");
        using (var initialise = Run("initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"))
        {
            var errors = initialise.StandardError.ReadToEndAsync();
            _ = initialise.StandardOutput.ReadToEndAsync();
            await initialise.WaitForExitAsync().WaitAsync(StartLimit);
            if (initialise.ExitCode != 0) throw new InvalidOperationException($"initdb ended with {initialise.ExitCode}:\n{await errors}");
        }
        var port = FreePort();
        var process = Run("postgres", "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1", "-c", "unix_socket_directories=",
            "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB", "-c", "max_connections=200");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var cluster = new PostgreSqlProcess(process, folder, port);
        try
        {
            await cluster.WaitAsync();
            return cluster;
        }
        catch
        {
            await cluster.StopAsync();
            throw;
        }
    }

    async Task WaitAsync()
    {
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < StartLimit; await Task.Delay(50))
        {
            if (_process.HasExited) throw new InvalidOperationException($"postgres ended with {_process.ExitCode}.");
            try
            {
                await using var connection = new NpgsqlConnection(Address("postgres"));
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException)
            {
                // not listening yet
            }
        }
        throw new InvalidOperationException($"postgres did not answer within {StartLimit.TotalSeconds} s.");
    }

    static Process Run(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries(), program);
        var info = new ProcessStartInfo(Environment.UserName == "root" ? "setpriv" : path) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = "/" };
        if (Environment.UserName == "root")
            foreach (var argument in (string[])["--reuid=postgres", "--regid=postgres", "--init-groups", path])
                info.ArgumentList.Add(argument);
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }

    static string Binaries() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.EnumerateDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL's server is not installed; install the Debian package postgresql.")
        : throw new InvalidOperationException("PostgreSQL's server is not installed; install the Debian package postgresql.");

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    async Task StopAsync()
    {
        // SIGQUIT: the whole cluster ends at once; a killed postmaster would leave its children for a moment.
        if (!_process.HasExited)
        {
            using (var quit = Process.Start("kill", ["-QUIT", _process.Id.ToString(CultureInfo.InvariantCulture)])) await quit.EndAsync();
            await _process.EndAsync();
        }
        _process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await StopAsync();
        Directory.Delete(_folder, true);
    }
}

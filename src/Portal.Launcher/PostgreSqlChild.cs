using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Portal.Launcher;

/// <summary>
/// A PostgreSQL cluster of the Launcher's own below the data folder, on a loopback port of its own. PostgreSQL refuses to run as
/// root, so a Launcher that is root drops to the account <c>postgres</c> for it.
/// </summary>
sealed class PostgreSqlChild(DataFolder data, ProcessSpawner spawner, RotatingLog log) : IChild
{
    const string Account = "postgres";
    const string Administrator = "postgres";
    const string Role = "portal";
    const string Database = "portal";
    const string CannotConnectNow = "57P03";

    /// <summary>Above the 100 connections a pool may hold, so that the Launcher itself always gets one.</summary>
    const int MaxConnections = 120;

    /// <summary>Below the data folder: a socket there costs both sides less than a loopback port, and only the owner gets to it.</summary>
    const string SocketFolder = "socket";

    /// <summary>What a socket's address holds with its end.</summary>
    const int MaxSocketPath = 107;

    PostgreSqlBinaries? _binaries;
    int _port;

    public string Name => "postgresql";

    /// <summary>SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written.</summary>
    public UnixSignal StopSignal => UnixSignal.Interrupt;

    public TimeSpan StopTimeout => TimeSpan.FromSeconds(30);

    /// <summary>For the server, as a role that owns its database and nothing else.</summary>
    public string ConnectionString => Connection(Role, data.Secret("postgresql-portal"), Database);

    string Cluster => Path.Combine(data.PostgreSql, "cluster");

    /// <summary>A data folder that lies too deep is reached by the port.</summary>
    bool HasSocket => System.Text.Encoding.UTF8.GetByteCount(Path.Combine(data.PostgreSql, SocketFolder, ".s.PGSQL.65535.lock")) <= MaxSocketPath;

    static string? RunAs => UnixProcess.IsRoot ? Account : null;

    /// <summary>The cluster's folder as the child sees it.</summary>
    string ClusterForChild(string name) => Path.Combine(RunAs is null ? data.PostgreSql : ChildCommand.OpenedFolder, name);

    public async Task PrepareAsync(CancellationToken cancel)
    {
        var versionFile = Path.Combine(Cluster, "PG_VERSION");
        _binaries = PostgreSqlBinaries.Find(File.Exists(versionFile) ? (await File.ReadAllTextAsync(versionFile, cancel)).Trim() : null);
        MakeFolder();
        if (!Directory.Exists(Cluster))
            await InitializeAsync(cancel);
        RemoveForeignLock();
        MakeSocketFolder();
        _port = LoopbackPort.Remembered(data.Run("postgresql.port"));
    }

    public ChildCommand Command() => new(_binaries!.Server,
    [
        "-D", ClusterForChild("cluster"),
        "-c", "listen_addresses=127.0.0.1",
        "-c", string.Create(CultureInfo.InvariantCulture, $"port={_port}"),
        "-c", $"unix_socket_directories={(HasSocket ? ClusterForChild(SocketFolder) : "")}",
        "-c", string.Create(CultureInfo.InvariantCulture, $"max_connections={MaxConnections}"),
        // after a checkpoint each page is written whole once: fewer checkpoints, less to write
        "-c", "max_wal_size=4GB",
        "-c", "checkpoint_timeout=15min",
        "-c", "shared_buffers=256MB",
        "-c", "password_encryption=scram-sha-256",
        "-c", "log_timezone=UTC",
        "-c", "timezone=UTC",
        "-c", "cluster_name=portal",
    ])
    {
        RunAs = RunAs,
        OpenFolder = RunAs is null ? null : data.PostgreSql,
        DeathSignal = UnixSignal.Interrupt,
    };

    public async Task<string?> ProbeAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(AdministratorConnection());
            await connection.OpenAsync(cancel);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(cancel);
            return null;
        }
        catch (PostgresException e) when (e.SqlState == CannotConnectNow)
        {
            return "it is starting up or shutting down";
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return e.Message;
        }
    }

    /// <summary>Makes the server's role and database where they are missing, and sets the role's password to the one in the data folder.</summary>
    public async Task EnsureDatabaseAsync(CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(AdministratorConnection());
        await connection.OpenAsync(cancel);
        if (!await ExistsAsync(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", Role, cancel))
            await ExecuteAsync(connection, $"CREATE ROLE {Role} LOGIN", cancel);
        // The password is 64 hexadecimal digits of our own: there is nothing to escape.
        await ExecuteAsync(connection, $"ALTER ROLE {Role} PASSWORD '{data.Secret("postgresql-portal")}'", cancel);
        if (!await ExistsAsync(connection, "SELECT 1 FROM pg_database WHERE datname = $1", Database, cancel))
            await ExecuteAsync(connection, $"CREATE DATABASE {Database} OWNER {Role}", cancel);
    }

    void MakeFolder() => MakeFolder(data.PostgreSql);

    /// <summary>Makes the socket's folder anew: what a killed server left there says nothing about this one.</summary>
    void MakeSocketFolder()
    {
        var folder = Path.Combine(data.PostgreSql, SocketFolder);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        MakeFolder(folder);
    }

    static void MakeFolder(string folder)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(folder, ownerOnly);
        if (RunAs is null)
            return;
        var account = UnixProcess.Account(Account)
            ?? throw new StartFailedException($"The account {Account} is missing, which the package postgresql makes: apt-get install --reinstall postgresql-common");
        UnixProcess.ChangeOwner(folder, account.User, account.Group);
    }

    /// <summary>Makes the cluster beside its place and moves it there when it is complete, so that a kill in between leaves no half of one.</summary>
    async Task InitializeAsync(CancellationToken cancel)
    {
        var fresh = Path.Combine(data.PostgreSql, "cluster.new");
        if (Directory.Exists(fresh))
            Directory.Delete(fresh, recursive: true);
        var passwordFile = Path.Combine(data.PostgreSql, "password");
        DataFolder.WritePrivate(passwordFile, data.Secret("postgresql-administrator"));
        if (RunAs is not null && UnixProcess.Account(Account) is { } account)
            UnixProcess.ChangeOwner(passwordFile, account.User, account.Group);
        try
        {
            var command = new ChildCommand(_binaries!.InitDb,
            [
                "-D", ClusterForChild("cluster.new"), "--username", Administrator, "--pwfile", ClusterForChild("password"),
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8",
            ])
            { RunAs = RunAs, OpenFolder = RunAs is null ? null : data.PostgreSql };
            using var process = await spawner.StartAsync(command.ToStartInfo());
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = await process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            foreach (var line in $"{await output}\n{errors}".Split('\n', StringSplitOptions.RemoveEmptyEntries))
                log.WriteLine(line);
            if (process.ExitCode != 0)
                throw new StartFailedException($"initdb could not make the database below {data.PostgreSql}: {errors.Trim()}");
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(fresh, Cluster);
    }

    /// <summary>
    /// After a crash PostgreSQL trusts its lock file as long as any process of its account has the number in it. The number
    /// may belong to another program by now; the cluster's own server was stopped before, if it still ran.
    /// </summary>
    void RemoveForeignLock()
    {
        var lockFile = Path.Combine(Cluster, "postmaster.pid");
        if (!File.Exists(lockFile))
            return;
        var first = File.ReadLines(lockFile).FirstOrDefault();
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || ProcessIdentity.Of(pid) is null)
            return;
        var working = new DirectoryInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cwd")).LinkTarget;
        if (working == Cluster)
            throw new StartFailedException($"Another PostgreSQL (process {pid}) already runs on {Cluster}; stop it first: kill -INT {pid}");
        log.WriteLine($"Removing the lock of process {pid}, which is not a server of this cluster.");
        File.Delete(lockFile);
    }

    string AdministratorConnection() => new NpgsqlConnectionStringBuilder(Connection(Administrator, data.Secret("postgresql-administrator"), "postgres"))
    {
        // A probe must not find a connection from before a crash in the pool.
        Pooling = false,
        Timeout = 3,
        CommandTimeout = 3,
    }.ConnectionString;

    string Connection(string user, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = HasSocket ? Path.Combine(data.PostgreSql, SocketFolder) : IPAddress.Loopback.ToString(),
        Port = _port,
        Username = user,
        Password = password,
        Database = database,
        MaxPoolSize = 100,
        ApplicationName = "Portal",
    }.ConnectionString;

    static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancel) is not null;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}

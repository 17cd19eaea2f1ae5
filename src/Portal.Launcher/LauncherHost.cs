using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Portal.Launcher.Demo;
using Portal.Server;

namespace Portal.Launcher;

/// <summary>Starts the children, then the server; stops the server, then the registry, then PostgreSQL.</summary>
sealed class LauncherHost(LauncherOptions options, TextWriter output, TextWriter errors) : IDisposable
{
    public const int ExitFailed = 1;
    public const int ExitBadOption = 2;

    readonly CancellationTokenSource _stop = new();

    /// <summary>Runs until SIGTERM, SIGINT or SIGHUP; the exit code of the program.</summary>
    public async Task<int> RunAsync()
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        try
        {
            RequireAddress();
            using var data = DataFolder.Open(options.DataFolder);
            await RunWithChildrenAsync(data);
            Say("Everything has stopped.");
            return 0;
        }
        catch (StartFailedException e)
        {
            await errors.WriteLineAsync(e.Message);
            return ExitFailed;
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            await errors.WriteLineAsync(AddressTaken());
            return ExitFailed;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            Say("Stopped before Portal was up.");
            return 0;
        }
    }

    public void Dispose() => _stop.Dispose();

    async Task RunWithChildrenAsync(DataFolder data)
    {
        using var spawner = new ProcessSpawner();
        using var databaseLog = new RotatingLog(data.Log("postgresql"));
        using var registryLog = new RotatingLog(data.Log("registry"));
        using var serverLog = new RotatingLog(data.Log("portal"));
        var database = new PostgreSqlChild(data, spawner, databaseLog);
        using var storage = new RegistryChild(data);

        // Disposed in reverse: the registry stops before the database.
        await using var postgreSql = new SupervisedChild(database, spawner, databaseLog, new ChildRecord(data.Run("postgresql.process")), Say);
        await using var registry = new SupervisedChild(storage, spawner, registryLog, new ChildRecord(data.Run("registry.process")), Say);
        await Task.WhenAll(postgreSql.StartAsync(_stop.Token), registry.StartAsync(_stop.Token));
        await database.EnsureDatabaseAsync(_stop.Token);
        Say($"PostgreSQL and the registry are up; logs are in {Path.Combine(data.Root, "logs")}.");

        await RunServerAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(ServerSettings(data, database, storage));
            builder.Logging.ClearProviders()
                .AddProvider(new RotatingLogLoggerProvider(serverLog))
                .AddSimpleConsole(console => console.SingleLine = true)
                .AddFilter<Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider>(null, LogLevel.Warning)
                .AddFilter<Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider>("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
            foreach (var child in (SupervisedChild[])[postgreSql, registry])
                builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(child.Name, _ => new ChildHealthCheck(child), HealthStatus.Unhealthy, ["launcher"]));
        });

        Say("Portal has stopped; stopping the registry.");
        await registry.StopAsync();
        Say("The registry has stopped; stopping PostgreSQL.");
        await postgreSql.StopAsync();
    }

    async Task RunServerAsync(Action<WebApplicationBuilder> configure)
    {
        // The content lies beside the program, wherever it is started from.
        string[] arguments = ["--contentRoot", AppContext.BaseDirectory, "--urls", options.ListenUrl];
        await using var app = PortalServer.Build(arguments, configure);
        await app.StartAsync(_stop.Token);
        Say($"Portal listens on {options.ListenUrl}");
        if (options.Demo) await FillAsync(app);
        await app.WaitForShutdownAsync(_stop.Token);
    }

    // Portal stays up when the demonstration is refused something: what is there can still be looked at.
    async Task FillAsync(WebApplication app)
    {
        try
        {
            await new DemoContent(app.Services, new Uri(options.BrowserUrl), Say).RunAsync(_stop.Token);
        }
        catch (StartFailedException e)
        {
            await errors.WriteLineAsync(e.Message);
        }
    }

    Dictionary<string, string?> ServerSettings(DataFolder data, PostgreSqlChild database, RegistryChild storage) => new()
    {
        ["Portal:Database:Provider"] = "PostgreSql",
        ["Portal:Database:ConnectionString"] = database.ConnectionString,
        ["Portal:Registry:Address"] = storage.Address,
        ["Portal:Registry:RootDirectory"] = data.Registry,
        ["Portal:FirstRun:PasswordFile"] = data.FirstRunPasswordFile,
    };

    /// <summary>Said before a minute is spent on starting what cannot be reached.</summary>
    void RequireAddress()
    {
        try
        {
            if (!LoopbackPort.IsFree(options.Listen, options.Port))
                throw new StartFailedException(AddressTaken());
        }
        catch (SocketException e)
        {
            throw new StartFailedException($"--listen: {options.Listen} is not an address of this machine ({e.Message}).", e);
        }
    }

    string AddressTaken() => $"--port: {options.Port} on {options.Listen} is in use by another program or closed to this account; choose another port.";

    void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }

    void Say(string line) => output.WriteLine(line);
}

using System.Net;
using System.Net.Sockets;
using Npgsql;
using Portal.Launcher;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Launcher;

public sealed class LauncherTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-launcher-").FullName;

    string Data => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("registry")]
    [InlineData("postgresql")]
    public async Task Kill_OneChild_IsReportedAndStartedAgain(string child)
    {
        await using var launcher = LauncherProcess.Start(Data);
        await launcher.WaitUntilHealthyAsync();
        var before = launcher.ChildPid(child);

        launcher.Signal("KILL", before);

        await launcher.WaitForAsync(
            health => health.Status == HttpStatusCode.ServiceUnavailable && health.Components[child] == "unhealthy", $"to report {child}");
        await launcher.WaitUntilHealthyAsync();
        Assert.NotEqual(before, launcher.ChildPid(child));
    }

    [Fact]
    public async Task Kill_TheLauncher_LeavesNothingThatStopsTheNextStart()
    {
        int[] children;
        await using (var killed = LauncherProcess.Start(Data))
        {
            await killed.WaitUntilHealthyAsync();
            children = [killed.ChildPid("registry"), killed.ChildPid("postgresql")];
            killed.Signal("KILL");
            await killed.WaitForExitAsync();
        }

        await using var next = LauncherProcess.Start(Data);
        await next.WaitUntilHealthyAsync();

        Assert.All(children, pid => Assert.Null(ProcessIdentity.Of(pid)));
    }

    [Fact]
    public async Task Terminate_RunningLauncher_StopsServerThenRegistryThenDatabase()
    {
        await using var launcher = LauncherProcess.Start(Data);
        await launcher.WaitUntilHealthyAsync();
        int[] children = [launcher.ChildPid("registry"), launcher.ChildPid("postgresql")];

        launcher.Signal("TERM");
        await launcher.WaitForExitAsync();

        Assert.Equal(0, launcher.ExitCode);
        Assert.Equal(
            ["Portal has stopped; stopping the registry.", "The registry has stopped; stopping PostgreSQL.", "Everything has stopped."],
            launcher.Output.TakeLast(3));
        Assert.All(children, pid => Assert.Null(ProcessIdentity.Of(pid)));
        // A fast shutdown writes everything and takes its lock file away; a killed server would leave it.
        Assert.False(File.Exists(Path.Combine(Data, "postgres", "cluster", "postmaster.pid")));
    }

    [Fact]
    public async Task Start_FolderInUse_IsRefusedInOneSentence()
    {
        await using var first = LauncherProcess.Start(Data);
        await first.WaitUntilHealthyAsync();

        await using var second = LauncherProcess.Start(Data);
        await second.WaitForExitAsync();

        Assert.Equal(LauncherHost.ExitFailed, second.ExitCode);
        Assert.Contains($"in use by another Launcher (process {first.Id})", Assert.Single(second.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortInUse_IsRefusedBeforeAnythingIsMade()
    {
        using var taker = new TcpListener(IPAddress.Loopback, 0);
        taker.Start();

        await using var launcher = LauncherProcess.Start(Data, ((IPEndPoint)taker.LocalEndpoint).Port);
        await launcher.WaitForExitAsync();

        Assert.Equal(LauncherHost.ExitFailed, launcher.ExitCode);
        Assert.StartsWith("--port:", Assert.Single(launcher.Output), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Start_OrphansOfAnEarlierLauncher_AreStoppedByTheirRecords()
    {
        using var data = DataFolder.Open(Data);
        using var spawner = new ProcessSpawner();
        using var log = new RotatingLog(data.Log("registry"));
        using var child = new RegistryChild(data);
        await child.PrepareAsync(default);
        using var orphan = await spawner.StartAsync(child.Command().ToStartInfo());
        var record = new ChildRecord(data.Run("registry.process"));
        record.Write(ProcessIdentity.Of(orphan.Id)!.Value);

        await using var supervised = new SupervisedChild(child, spawner, log, record, _ => { });
        await supervised.StartAsync(default);

        Assert.True(orphan.WaitForExit(TimeSpan.FromSeconds(5)));
        Assert.Equal(ChildPhase.Running, supervised.Status.Phase);
        Assert.NotEqual(orphan.Id, supervised.Status.Pid);
    }

    [Fact]
    public async Task Start_LockFileNamesAnotherProgram_IsRemoved()
    {
        using var data = DataFolder.Open(Data);
        using var spawner = new ProcessSpawner();
        using var log = new RotatingLog(data.Log("postgresql"));
        var child = new PostgreSqlChild(data, spawner, log);
        await using (var first = new SupervisedChild(child, spawner, log, new ChildRecord(data.Run("postgresql.process")), _ => { }))
            await first.StartAsync(default);
        await File.WriteAllTextAsync(Path.Combine(Data, "postgres", "cluster", "postmaster.pid"), $"{Environment.ProcessId}\n");

        await using var second = new SupervisedChild(child, spawner, log, new ChildRecord(data.Run("postgresql.process")), _ => { });
        await second.StartAsync(default);

        Assert.Equal(ChildPhase.Running, second.Status.Phase);
    }

    [Fact]
    public async Task ConnectionString_OfTheServer_OwnsItsDatabaseAndIsNoSuperuser()
    {
        using var data = DataFolder.Open(Data);
        using var spawner = new ProcessSpawner();
        using var log = new RotatingLog(data.Log("postgresql"));
        var child = new PostgreSqlChild(data, spawner, log);
        await using var supervised = new SupervisedChild(child, spawner, log, new ChildRecord(data.Run("postgresql.process")), _ => { });
        await supervised.StartAsync(default);
        await child.EnsureDatabaseAsync(default);
        await child.EnsureDatabaseAsync(default);

        await using var source = NpgsqlDataSource.Create(child.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(
            "SELECT rolsuper, (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()), current_setting('fsync') FROM pg_roles WHERE rolname = current_user");
        await using var row = await command.ExecuteReaderAsync();
        Assert.True(await row.ReadAsync());
        Assert.False(row.GetBoolean(0));
        Assert.Equal("portal", row.GetString(1));
        Assert.Equal("on", row.GetString(2));
    }

    [Fact]
    public async Task Start_ChildEndsAtOnce_FailsWithItsLastWords()
    {
        using var data = DataFolder.Open(Data);
        using var spawner = new ProcessSpawner();
        using var log = new RotatingLog(data.Log("fake"));
        await using var supervised = new SupervisedChild(new FakeEndingChild(), spawner, log, new ChildRecord(data.Run("fake.process")), _ => { });

        var failed = await Assert.ThrowsAsync<StartFailedException>(() => supervised.StartAsync(default));

        Assert.Contains("ended with code 3 each time", failed.Message, StringComparison.Ordinal);
        Assert.Contains("no such setting", failed.Message, StringComparison.Ordinal);
    }

    sealed class FakeEndingChild : IChild
    {
        public string Name => "fake";
        public UnixSignal StopSignal => UnixSignal.Terminate;
        public TimeSpan StopTimeout => TimeSpan.FromSeconds(1);
        public Task PrepareAsync(CancellationToken cancel) => Task.CompletedTask;
        public ChildCommand Command() => new("sh", ["-c", "echo no such setting >&2; exit 3"]);
        public Task<string?> ProbeAsync(CancellationToken cancel) => Task.FromResult<string?>("never answers");
    }
}

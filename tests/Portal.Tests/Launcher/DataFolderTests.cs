using Portal.Launcher;
using Xunit;

namespace Portal.Tests.Launcher;

public sealed class DataFolderTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-data-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Open_FolderInUse_NamesTheHolder()
    {
        using var held = DataFolder.Open(_folder);

        var refused = Assert.Throws<StartFailedException>(() => DataFolder.Open(_folder));

        Assert.Contains($"in use by another Launcher (process {Environment.ProcessId})", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AfterTheHolderEnded_Works()
    {
        DataFolder.Open(_folder).Dispose();

        using var again = DataFolder.Open(_folder);

        Assert.Equal(_folder, again.Root);
    }

    [Fact]
    public void Secret_AskedTwice_IsTheSameAndForTheOwnerAlone()
    {
        using var data = DataFolder.Open(_folder);

        var secret = data.Secret("registry-http");

        Assert.Equal(64, secret.Length);
        Assert.Equal(secret, data.Secret("registry-http"));
        Assert.NotEqual(secret, data.Secret("postgresql-portal"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "secrets", "registry-http")));
    }

    [Fact]
    public void FindRunning_RecordedProcess_IsFoundOnlyWhileItIsTheSame()
    {
        var file = Path.Combine(_folder, "child.process");
        var record = new ChildRecord(file);
        var self = ProcessIdentity.Of(Environment.ProcessId)!.Value;

        record.Write(self);
        Assert.Equal(self, record.FindRunning());

        record.Write(self with { StartTicks = self.StartTicks - 1 });
        Assert.Null(record.FindRunning());

        File.WriteAllText(file, "12");
        Assert.Null(record.FindRunning());
    }

    [Fact]
    public void Remembered_PortTakenByAnother_IsChosenAnew()
    {
        var file = Path.Combine(_folder, "port");
        var first = LoopbackPort.Remembered(file);
        Assert.Equal(first, LoopbackPort.Remembered(file));

        using var taker = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, first);
        taker.Start();

        Assert.NotEqual(first, LoopbackPort.Remembered(file));
    }
}

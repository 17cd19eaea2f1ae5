using Portal.Launcher;
using Xunit;

namespace Portal.Tests.Launcher;

public sealed class RotatingLogTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-log-").FullName;

    string LogPath => Path.Combine(_folder, "child.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WriteLine_PastTheBound_RotatesAndKeepsNoMoreThanAsked()
    {
        using var log = new RotatingLog(LogPath, maxBytes: 100, keep: 2);
        for (var i = 0; i < 50; i++)
            log.WriteLine($"line {i:000} ..........");

        var files = Directory.GetFiles(_folder).Select(Path.GetFileName).Order();
        Assert.Equal(["child.log", "child.log.1", "child.log.2"], files);
        Assert.All(Directory.GetFiles(_folder), file => Assert.InRange(new FileInfo(file).Length, 1, 100));
        Assert.EndsWith("line 049 ..........\n", File.ReadAllText(LogPath), StringComparison.Ordinal);
        Assert.StartsWith("line 035", File.ReadAllText(LogPath + ".2"), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteLine_LineWithoutEnd_IsCut()
    {
        using var log = new RotatingLog(LogPath);

        log.WriteLine(new string('x', RotatingLog.MaxLineChars * 2));

        Assert.Equal(RotatingLog.MaxLineChars + 1, new FileInfo(LogPath).Length);
    }

    [Fact]
    public void Open_ExistingFile_IsContinued()
    {
        using (var first = new RotatingLog(LogPath))
            first.WriteLine("before");
        using var second = new RotatingLog(LogPath);
        second.WriteLine("after");

        Assert.Equal(["before", "after"], second.Tail(5));
        Assert.Equal(["after"], second.Tail(1));
    }

    [Fact]
    public void Open_NewFile_IsClosedToOthers()
    {
        using var log = new RotatingLog(LogPath);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(LogPath));
    }
}

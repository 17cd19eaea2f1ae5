using System.Globalization;

namespace Portal.Launcher;

/// <summary>
/// Remembers in a file which process a child is, so that the next Launcher finds it when this one was killed.
/// Id, start time and boot together cannot name another process.
/// </summary>
sealed class ChildRecord(string path)
{
    const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    public void Write(ProcessIdentity process) => File.WriteAllText(
        path, string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTicks} {BootId()}\n"));

    public void Clear() => File.Delete(path);

    /// <summary>The recorded process if it still runs.</summary>
    public ProcessIdentity? FindRunning()
    {
        if (!File.Exists(path))
            return null;
        var parts = File.ReadAllText(path).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        // A record cut short by a crash names nobody.
        if (parts.Length != 3 || parts[2] != BootId()
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
            return null;
        var recorded = new ProcessIdentity(pid, ticks);
        return recorded.IsRunning ? recorded : null;
    }

    static string BootId() => File.ReadAllText(BootIdFile).Trim();
}

using System.Globalization;
using System.Security.Cryptography;

namespace Portal.Launcher;

/// <summary>
/// The one folder a Launcher keeps everything in, held by a lock for as long as it runs. The kernel frees the lock when the
/// process ends, however it ends.
/// </summary>
sealed class DataFolder : IDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    readonly FileStream _lock;

    DataFolder(string path, FileStream @lock) => (Root, _lock) = (path, @lock);

    public string Root { get; }
    public string PostgreSql => Path.Combine(Root, "postgres");
    public string Registry => Path.Combine(Root, "registry");
    public string FirstRunPasswordFile => Path.Combine(Root, "first-run-password");

    /// <exception cref="StartFailedException">The folder cannot be used; the message says why.</exception>
    public static DataFolder Open(string path)
    {
        try
        {
            // Closed to others from the start: it will hold images and secrets. An existing folder keeps its mode.
            Directory.CreateDirectory(path, OwnerOnly);
            foreach (var name in (string[])["logs", "run", "secrets", "registry"])
                Directory.CreateDirectory(Path.Combine(path, name), OwnerOnly);
            Directory.CreateDirectory(Path.Combine(path, "run", "registry"), OwnerOnly);
            // The sockets' and secrets' only protection is the mode of their folders.
            foreach (var name in (string[])["secrets", "run", "run/registry"])
                File.SetUnixFileMode(Path.Combine(path, name), OwnerOnly);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartFailedException($"--data: the folder {path} cannot be written: {e.Message}", e);
        }

        return new DataFolder(path, TakeLock(path));
    }

    public string Log(string name) => Path.Combine(Root, "logs", $"{name}.log");

    public string Run(string name) => Path.Combine(Root, "run", name);

    /// <summary>A secret that is made at its first use and stays the same; 64 hexadecimal digits.</summary>
    public string Secret(string name)
    {
        var path = Path.Combine(Root, "secrets", name);
        if (!File.Exists(path))
            WritePrivate(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        return File.ReadAllText(path).Trim();
    }

    /// <summary>Writes a file that only its owner can read; a reader sees the old content or the new, never half of it.</summary>
    public static void WritePrivate(string path, string content)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerFile }))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(content));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    static FileStream TakeLock(string path)
    {
        var pidFile = Path.Combine(path, "run", "launcher.pid");
        try
        {
            var held = new FileStream(Path.Combine(path, "run", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(pidFile, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
            return held;
        }
        catch (IOException e)
        {
            var holder = File.Exists(pidFile) ? $" (process {File.ReadAllText(pidFile).Trim()})" : "";
            throw new StartFailedException($"The data folder {path} is in use by another Launcher{holder}; stop that one or choose another folder with --data.", e);
        }
    }
}

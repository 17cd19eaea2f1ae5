using System.Text;

namespace Portal.Launcher;

/// <summary>
/// A log file that never outgrows its bound: when <c>name.log</c> would pass <c>maxBytes</c> it becomes <c>name.log.1</c>,
/// the older ones move up, and the one past <c>keep</c> is deleted. Safe for several threads.
/// </summary>
sealed class RotatingLog : IDisposable
{
    public const long DefaultMaxBytes = 10 * 1024 * 1024;
    public const int DefaultKeep = 3;

    /// <summary>A line longer than this is cut, so that one line cannot break the bound of the file.</summary>
    public const int MaxLineChars = 16 * 1024;

    readonly Lock _gate = new();
    readonly string _path;
    readonly long _maxBytes;
    readonly int _keep;
    FileStream? _file;

    public RotatingLog(string path, long maxBytes = DefaultMaxBytes, int keep = DefaultKeep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        (this._path, this._maxBytes, this._keep) = (path, maxBytes, keep);
        _file = Open();
    }

    public string FilePath => _path;

    public void WriteLine(string line)
    {
        var bytes = Encoding.UTF8.GetBytes((line.Length > MaxLineChars ? line[..MaxLineChars] : line) + "\n");
        lock (_gate)
        {
            // A child's last words may come after the log was closed at the end of the stop.
            if (_file is null)
                return;
            if (_file.Length > 0 && _file.Length + bytes.Length > _maxBytes)
                Rotate();
            _file.Write(bytes);
            _file.Flush();
        }
    }

    /// <summary>The last lines of the current file, oldest first.</summary>
    public IReadOnlyList<string> Tail(int lines)
    {
        lock (_gate)
        {
            using var reader = new StreamReader(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            reader.BaseStream.Seek(-Math.Min(reader.BaseStream.Length, 64 * 1024), SeekOrigin.End);
            return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(lines).ToArray();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
        }
    }

    void Rotate()
    {
        _file!.Dispose();
        File.Delete($"{_path}.{_keep}");
        for (var i = _keep - 1; i >= 1; i--)
        {
            if (File.Exists($"{_path}.{i}"))
                File.Move($"{_path}.{i}", $"{_path}.{i + 1}");
        }

        File.Move(_path, $"{_path}.1");
        _file = Open();
    }

    FileStream Open() => new(_path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}

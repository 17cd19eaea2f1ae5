using System.Globalization;
using System.Text;

namespace Portal.Jobs.Engine;

/// <summary>
/// The bounds of a run's log: the first half of its lines and bytes is kept from the beginning, the other half follows the end, and what lies between is counted and let go.
/// It says what to add to the stored parts and which of them to remove. Safe for several threads.
/// </summary>
sealed class RunLog
{
    /// <summary>Lines of a log.</summary>
    public const int MaxLines = 10_000;

    /// <summary>Bytes of a log: 1 MiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Characters of a line.</summary>
    public const int MaxLine = 4_000;

    // small parts, so that letting go of one does not take much more than it must
    const int PartLines = 250;
    const int PartBytes = 32 * 1024;

    readonly Lock _gate = new();
    readonly List<string> _head = [];
    readonly Queue<string> _tail = new();
    readonly Queue<(int Number, int Lines, int Bytes)> _stored = new();
    int _headLines, _headBytes, _tailLines, _tailBytes, _waitingBytes, _next;
    bool _headFull;

    /// <param name="parts">What earlier attempts stored, in order.</param>
    public RunLog(IEnumerable<(int Number, bool Tail, int Lines, int Bytes)> parts, long omitted)
    {
        Omitted = omitted;
        foreach (var (number, tail, lines, bytes) in parts)
        {
            _next = number + 1;
            if (tail)
            {
                _headFull = true;
                _stored.Enqueue((number, lines, bytes));
                (_tailLines, _tailBytes) = (_tailLines + lines, _tailBytes + bytes);
            }
            else
            {
                (_headLines, _headBytes) = (_headLines + lines, _headBytes + bytes);
            }
        }
    }

    /// <summary>Lines that were let go.</summary>
    public long Omitted { get; private set; }

    public void Add(DateTimeOffset at, string line)
    {
        var text = Line(at, line);
        var bytes = Encoding.UTF8.GetByteCount(text);
        lock (_gate)
        {
            if (!_headFull && _headLines < MaxLines / 2 && _headBytes + bytes <= MaxBytes / 2)
            {
                _head.Add(text);
                (_headLines, _headBytes) = (_headLines + 1, _headBytes + bytes);
                return;
            }
            _headFull = true;
            _tail.Enqueue(text);
            _waitingBytes += bytes;
            while (_tail.Count > MaxLines / 2 || _waitingBytes > MaxBytes / 2)
            {
                _waitingBytes -= Encoding.UTF8.GetByteCount(_tail.Dequeue());
                Omitted++;
            }
        }
    }

    /// <summary>What came since the last time; null for nothing.</summary>
    public LogChange? Take()
    {
        lock (_gate)
        {
            if (_head.Count == 0 && _tail.Count == 0) return null;
            var added = new List<JobLogPart>();
            foreach (var part in Parts(_head)) added.Add(Store(part, false));
            foreach (var part in Parts(_tail))
            {
                var stored = Store(part, true);
                added.Add(stored);
                _stored.Enqueue((stored.Number, stored.Lines, stored.Bytes));
                (_tailLines, _tailBytes) = (_tailLines + stored.Lines, _tailBytes + stored.Bytes);
            }
            _head.Clear();
            _tail.Clear();
            _waitingBytes = 0;
            var removed = new List<int>();
            while (_stored.Count > 1 && (_tailLines > MaxLines / 2 || _tailBytes > MaxBytes / 2))
            {
                var (number, lines, bytes) = _stored.Dequeue();
                (_tailLines, _tailBytes, Omitted) = (_tailLines - lines, _tailBytes - bytes, Omitted + lines);
                removed.Add(number);
            }
            added.RemoveAll(p => removed.Contains(p.Number));
            return new(added, removed, Omitted);
        }
    }

    JobLogPart Store(List<string> lines, bool tail)
    {
        var text = string.Concat(lines);
        return new() { Number = _next++, Tail = tail, Lines = lines.Count, Bytes = Encoding.UTF8.GetByteCount(text), Text = text };
    }

    static IEnumerable<List<string>> Parts(IEnumerable<string> lines)
    {
        var (part, bytes) = (new List<string>(), 0);
        foreach (var line in lines)
        {
            part.Add(line);
            bytes += line.Length;
            if (part.Count < PartLines && bytes < PartBytes) continue;
            yield return part;
            (part, bytes) = ([], 0);
        }
        if (part.Count > 0) yield return part;
    }

    // Control characters would let a name forge lines.
    static string Line(DateTimeOffset at, string line)
    {
        if (line.Length > MaxLine) line = string.Concat(line.AsSpan(0, MaxLine), "…");
        var clean = string.Create(line.Length, line, (span, from) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(from[i]) ? ' ' : from[i];
        });
        return string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {clean}\n");
    }
}

/// <summary>How the stored parts of a log change.</summary>
/// <param name="Removed">Numbers of stored parts.</param>
sealed record LogChange(IReadOnlyList<JobLogPart> Added, IReadOnlyList<int> Removed, long Omitted);

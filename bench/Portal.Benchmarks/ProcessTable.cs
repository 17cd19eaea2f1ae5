using System.Globalization;

namespace Portal.Benchmarks;

/// <summary>Reads /proc: which processes belong to a server and what CPU time they have used.</summary>
static class ProcessTable
{
    /// <summary>Clock ticks per second of /proc, fixed on Linux.</summary>
    const double TicksPerSecond = 100;

    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture));

    public static IEnumerable<int> WithCommand(string name) => All().Where(p => Fields(p) is [_, var command, ..] && command.StartsWith(name[..Math.Min(15, name.Length)], StringComparison.Ordinal));

    public static string CommandLine(int process)
    {
        try { return File.ReadAllText($"/proc/{process}/cmdline").Replace('\0', ' '); }
        catch (IOException) { return ""; }
    }

    /// <summary>A process and all below it.</summary>
    public static IEnumerable<int> Tree(int root)
    {
        var parents = All().Select(p => (Process: p, Parent: Fields(p) is { Length: > 3 } f ? int.Parse(f[3], CultureInfo.InvariantCulture) : 0)).ToLookup(x => x.Parent, x => x.Process);
        var open = new Queue<int>([root]);
        while (open.TryDequeue(out var next))
        {
            yield return next;
            foreach (var child in parents[next]) open.Enqueue(child);
        }
    }

    /// <summary>CPU seconds of the processes, ended children included.</summary>
    public static double CpuSeconds(IEnumerable<int> processes) =>
        processes.Sum(p => Fields(p) is { Length: > 16 } f ? f[13..17].Sum(t => double.Parse(t, CultureInfo.InvariantCulture)) / TicksPerSecond : 0);

    /// <summary>Resident bytes; what processes share, as those of PostgreSQL do, is parted between them.</summary>
    public static long Resident(IEnumerable<int> processes) => processes.Sum(Share);

    static long Share(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/smaps_rollup").FirstOrDefault(l => l.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException) { return 0; }
        catch (UnauthorizedAccessException) { return 0; }
    }

    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    // pid (command with blanks) state ppid ...
    static string[] Fields(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            var open = text.IndexOf('(', StringComparison.Ordinal);
            var close = text.LastIndexOf(')');
            return [text[..open].Trim(), text[(open + 1)..close], .. text[(close + 2)..].Split(' ')];
        }
        catch (IOException) { return []; }
    }
}

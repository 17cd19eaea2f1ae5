using System.Globalization;

namespace Portal.Benchmarks;

/// <summary>One window of one server.</summary>
/// <param name="Rate">Units of the scenario per second.</param>
/// <param name="CpuPerUnit">Server CPU seconds per unit.</param>
/// <param name="P99">Milliseconds; null where the scenario has no latency.</param>
/// <param name="Errors">Answers that were not what the scenario expects.</param>
/// <param name="Growth">By how many MiB the resident memory of the server's processes grew.</param>
sealed record Window(double Rate, double CpuPerUnit, double? P99, long Errors, double Growth);

/// <summary>What a scenario found.</summary>
/// <param name="Target">The ratio that is asked for.</param>
/// <param name="Other">The name of the peer.</param>
sealed record Row(string Name, string Unit, IReadOnlyList<Window> Portal, IReadOnlyList<Window> Peer, double Target, string Other)
{
    public double Ratio => Median(Pairs());
    public double Worst => Pairs().Min();
    public double CpuRatio => Median(Peer.Zip(Portal, (d, p) => d.CpuPerUnit / p.CpuPerUnit));
    public long Errors => Portal.Concat(Peer).Sum(w => w.Errors);
    public bool Holds => Ratio >= Target && Errors == 0;

    IEnumerable<double> Pairs() => Portal.Zip(Peer, (p, d) => p.Rate / d.Rate);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Median(Portal.Select(w => w.Rate)):N1} {Unit} | {Other}: {Median(Peer.Select(w => w.Rate)):N1} {Unit} | **{Ratio:N2}x** | {Worst:N2}x | {CpuRatio:N2}x | {Latency(Portal)} / {Latency(Peer)} | {Portal.Max(w => w.Growth):N0} MiB | {Errors} | {Target:0.##}x {(Holds ? "held" : "**missed**")} |");

    static string Latency(IReadOnlyList<Window> windows) => windows.All(w => w.P99 is null) ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Median(windows.Select(w => w.P99 ?? 0)):N1} ms");
}

/// <summary>Runs windows of two servers in turns, so that what else the machine does hits both.</summary>
static class Measure
{
    public static async Task<Row> PairAsync(string name, string unit, double target, int pairs, IPeer portal, IPeer peer, Func<IPeer, Task<(double Units, double Seconds, double? P99, long Errors)>> window)
    {
        List<Window> ours = [], theirs = [];
        for (var i = 0; i < pairs; i++)
        {
            ours.Add(await OneAsync(portal, window));
            theirs.Add(await OneAsync(peer, window));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: pair {i + 1}: portal {ours[^1].Rate:N1}, {peer.Name} {theirs[^1].Rate:N1} {unit}"));
        }
        return new(name, unit, ours, theirs, target, peer.Name);
    }

    /// <summary>Runs one window and takes the processor time and memory of the server's processes around it.</summary>
    public static async Task<Window> OneAsync(IPeer peer, Func<IPeer, Task<(double Units, double Seconds, double? P99, long Errors)>> window)
    {
        var processes = peer.Processes;
        var (before, resident) = (ProcessTable.CpuSeconds(processes), ProcessTable.Resident(processes));
        var (units, seconds, p99, errors) = await window(peer);
        var cpu = ProcessTable.CpuSeconds(processes) - before;
        return new(units / seconds, cpu / Math.Max(1, units), p99, errors, (ProcessTable.Resident(processes) - resident) / 1048576.0);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using Portal.Benchmarks;

if (args is ["--help", ..] or [])
{
    Console.WriteLine("Portal.Benchmarks LAUNCHER_DLL [B1] [B4] [B5] [--pairs N] [--seconds N] [--busy]");
    Console.WriteLine("Measures Portal, as its Launcher starts it, against docker-registry alone, in turns on this machine. --busy runs although the machine is not idle.");
    Console.WriteLine("Portal.Benchmarks access [--pairs N] [--seconds N]");
    Console.WriteLine("Measures decisions on rights in this process; needs neither server nor database.");
    return 2;
}
int Number(string option, int otherwise) => Array.IndexOf(args, option) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
int pairs = Number("--pairs", 5), seconds = Number("--seconds", 5);
if (args[0] == "access") return await AccessDecisions.RunAsync(pairs, seconds) ? 0 : 1;
bool Wanted(string name) => args.Contains(name) || !args.Any(a => a is ['B', ..]);
if (ProcessTable.Load() > 0.5 && !args.Contains("--busy"))
{
    Console.Error.WriteLine("The machine is busy (load above 0.5), so figures would mean little. Wait, or say --busy.");
    return 1;
}
var load = ProcessTable.Load();
await using var portal = await PortalPeer.StartAsync(Path.GetFullPath(args[0]));
await using var distribution = await DistributionPeer.StartAsync();
List<Row> rows = [];
if (Wanted("B1")) rows.Add(await HotManifests.RunAsync(portal, distribution, pairs, seconds));
if (Wanted("B5")) rows.Add(await SmallPushes.RunAsync(portal, distribution, pairs, seconds));
if (Wanted("B4")) rows.AddRange(await LargeBlobs.RunAsync(portal, distribution, pairs, seconds));
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, load {load:N1} at the start, {pairs} pairs of {seconds} s\n"));
Console.WriteLine("| scenario | portal | distribution | ratio (median of pairs) | worst pair | per server CPU | p99 portal / distribution | errors | floor |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
foreach (var row in rows) Console.WriteLine(row);
return rows.TrueForAll(r => r.Holds) ? 0 : 1;

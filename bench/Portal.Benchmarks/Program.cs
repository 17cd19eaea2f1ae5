using System.Globalization;
using Portal.Benchmarks;

if (args is ["--help", ..] or [])
{
    Console.WriteLine("Portal.Benchmarks LAUNCHER_DLL [B1] ... [B8] [--pairs N] [--seconds N] [--count N] [--nginx] [--results FOLDER] [--busy]");
    Console.WriteLine("Measures Portal, as its Launcher starts it, against docker-registry alone (with --nginx also behind nginx with auth_request), in turns on this machine.");
    Console.WriteLine("--busy runs although the machine is not idle; --count is how many manifests B2 and blobs B3 use; --results writes Markdown, JSON and a picture there.");
    Console.WriteLine("Portal.Benchmarks access [--pairs N] [--seconds N]");
    Console.WriteLine("Measures decisions on rights in this process; needs neither server nor database.");
    return 2;
}
int Number(string option, int otherwise) => Array.IndexOf(args, option) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
int pairs = Number("--pairs", 5), seconds = Number("--seconds", 5), count = Number("--count", 2_000);
if (args[0] == "access") return await AccessDecisions.RunAsync(pairs, seconds) ? 0 : 1;
bool Wanted(string name) => args.Contains(name) || !args.Any(a => a is ['B', _]);
var load = ProcessTable.Load();
if (load > 0.5 && !args.Contains("--busy"))
{
    Console.Error.WriteLine("The machine is busy (load above 0.5), so figures would mean little. Wait, or say --busy.");
    return 1;
}
await using var portal = await PortalPeer.StartAsync(Path.GetFullPath(args[0]));
await using var distribution = await DistributionPeer.StartAsync();
await using var nginx = args.Contains("--nginx") ? await NginxPeer.StartAsync() : null;
IReadOnlyList<IPeer> others = nginx is null ? [distribution] : [distribution, nginx];
List<Row> rows = [];
void Add(params IReadOnlyList<Row> found)
{
    foreach (var row in found) Console.Error.WriteLine(row);
    rows.AddRange(found);
}
if (Wanted("B1")) Add(await HotManifests.RunAsync(portal, others, pairs, seconds));
if (Wanted("B3")) Add(await ColdManifests.SmallBlobsAsync(portal, others, count, pairs, seconds));
if (Wanted("B4")) Add(await LargeBlobs.RunAsync(portal, others, pairs, seconds));
if (Wanted("B5")) Add(await SmallPushes.RunAsync(portal, others, pairs, seconds));
if (Wanted("B6")) Add(await SmallPushes.ContendedAsync(portal, pairs, seconds));
if (Wanted("B7")) Add(await LargePushes.RunAsync(portal, others, Math.Min(pairs, 3), seconds));
if (Wanted("B8")) Add(await TokenIssue.RunAsync(portal, pairs, seconds));
if (Wanted("B2")) Add(await ColdManifests.ManifestsAsync(portal, distribution, count));
var report = new Report(rows, Report.Circumstances(load, pairs, seconds));
Console.WriteLine(report.Markdown());
if (Array.IndexOf(args, "--results") is >= 0 and var results) report.Write(args[results + 1], DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
return rows.TrueForAll(r => r.Holds) ? 0 : 1;

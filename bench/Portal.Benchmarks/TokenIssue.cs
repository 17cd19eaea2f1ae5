using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Benchmarks;

/// <summary>
/// B8: tokens for three repositories, by the secrets of robots and by the passwords of users, 64 connections; against the number of signatures that the same processors make with the
/// key that Harbor signs its tokens with (RSA 4096), which no such service can pass.
/// </summary>
static class TokenIssue
{
    const int Robots = 20, Connections = 64;

    public static async Task<IReadOnlyList<Row>> RunAsync(PortalPeer portal, int pairs, int seconds)
    {
        using var http = new HttpClient();
        await portal.EnsureProjectAsync(http, "tokens");
        var path = "/service/token?service=portal-registry&" + string.Join('&', Enumerable.Range(0, 3).Select(i => $"scope=repository:tokens/app{i}:pull"));
        var robots = new List<WrkRequest>();
        for (var i = 0; i < Robots; i++)
        {
            var (name, secret) = await portal.CreateRobotAsync(http, "tokens", $"r{Guid.NewGuid():N}"[..12]);
            robots.Add(new(path, Basic(name, secret)));
        }
        var user = new WrkRequest(path, Basic("admin", PortalPeer.Password));
        var rows = new List<Row>();
        foreach (var (name, requests, target) in ((string, List<WrkRequest>, double)[])[("B8 tokens for robots", robots, 30), ("B8 tokens for a user, again and again", [user], 15)])
        {
            var script = await Wrk.ScriptAsync(requests);
            await Wrk.RunAsync(portal, script, Connections, 5);
            rows.Add(await Measure.PairAsync(name, "tokens/s", target, pairs, portal, new NamedPeer(portal, "RSA 4096 signatures"),
                peer => peer is NamedPeer ? Task.FromResult(Sign(seconds)) : Wrk.RunAsync(peer, script, Connections, seconds)));
        }
        return rows;
    }

    static string Basic(string name, string secret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secret}"));

    static (double, double, double?, long) Sign(int seconds)
    {
        var keys = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => RSA.Create(4096)).ToArray();
        // a key is made when it is first used, which takes seconds
        foreach (var key in keys) key.ExportParameters(includePrivateParameters: false);
        var content = RandomNumberGenerator.GetBytes(500);
        var clock = Stopwatch.StartNew();
        var counts = new int[keys.Length];
        Parallel.For(0, counts.Length, i =>
        {
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                keys[i].SignData(content, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
                counts[i]++;
            }
        });
        var took = clock.Elapsed.TotalSeconds;
        foreach (var key in keys) key.Dispose();
        return (counts.Sum(), took, null, 0);
    }
}

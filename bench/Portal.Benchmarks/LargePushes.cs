using System.Diagnostics;
using System.Security.Cryptography;
using Portal.Kernel;

namespace Portal.Benchmarks;

/// <summary>B7: blobs of 100 MiB, in one piece and in pieces of 5 MiB, by 1 and by 4 writers. What was written is deleted between windows.</summary>
static class LargePushes
{
    const int Size = 100 << 20, Piece = 5 << 20;

    public static async Task<IReadOnlyList<Row>> RunAsync(PortalPeer portal, IReadOnlyList<IPeer> others, int pairs, int seconds)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(5) };
        await portal.EnsureProjectAsync(http, "large");
        var rows = new List<Row>();
        foreach (var other in others)
            foreach (var (writers, chunked) in ((int, bool)[])[(1, false), (4, false), (1, true), (4, true)])
                rows.Add(await Measure.PairAsync($"B7 100 MiB {(chunked ? "in pieces" : "in one piece")}, {writers} writer{(writers == 1 ? "" : "s")}", "MB/s", other is NginxPeer ? 1 : 0.97, pairs, portal, other,
                    peer => WriteAsync(http, peer, writers, chunked, seconds)));
        return rows;
    }

    static async Task<(double, double, double?, long)> WriteAsync(HttpClient http, IPeer peer, int writers, bool chunked, int seconds)
    {
        var push = new RawPush(http, peer);
        var token = await peer.AuthorizationAsync(http, "admin", "scope=repository:large/app:pull,push");
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var blob = new byte[Size];
            long bytes = 0, errors = 0;
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                // content of its own by its first bytes; the rest need not be random, for nobody compresses it
                RandomNumberGenerator.Fill(blob.AsSpan(0, 64));
                var digest = Digest.Sha256(blob);
                if (await (chunked ? push.ChunkedAsync("large/app", token, blob, digest, Piece) : push.WholeAsync("large/app", token, blob, digest))) bytes += Size;
                else errors++;
            }
            return (bytes, errors);
        })));
        var took = clock.Elapsed.TotalSeconds;
        foreach (var file in Directory.EnumerateFiles(peer.Storage, "data", SearchOption.AllDirectories).Where(f => new FileInfo(f).Length == Size)) File.Delete(file);
        return (counts.Sum(c => c.bytes) / 1e6, took, null, counts.Sum(c => c.errors));
    }
}

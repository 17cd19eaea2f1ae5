using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Benchmarks;

/// <summary>
/// B2: distinct manifests by digest, each once in random order right after a restart of both servers, and then each once more; 32 connections.
/// B3: config blobs of 1 to 16 KiB over 20 repositories again and again; 32 connections, a token per user.
/// </summary>
static class ColdManifests
{
    const int Repositories = 20, Connections = 32, Writers = 8;

    public static async Task<IReadOnlyList<Row>> ManifestsAsync(PortalPeer portal, DistributionPeer distribution, int count)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await portal.EnsureProjectAsync(http, "cold");
        var paths = new Dictionary<IPeer, List<string>>();
        foreach (var peer in (IPeer[])[portal, distribution]) paths[peer] = await FillManifestsAsync(http, peer, count);
        await portal.RestartAsync();
        await distribution.RestartAsync();
        List<Window> firstOurs = [], firstTheirs = [], secondOurs = [], secondTheirs = [];
        foreach (var (peer, first, second) in ((IPeer, List<Window>, List<Window>)[])[(portal, firstOurs, secondOurs), (distribution, firstTheirs, secondTheirs)])
        {
            var requests = await RequestsAsync(http, peer, paths[peer]);
            first.Add(await Measure.OneAsync(peer, p => RawLoad.OnceAsync(p.Url, Connections, requests)));
            second.Add(await Measure.OneAsync(peer, p => RawLoad.OnceAsync(p.Url, Connections, requests)));
        }
        return
        [
            new($"B2 cold manifests, {count} once each", "req/s", firstOurs, firstTheirs, 0.95, distribution.Name),
            new("B2 the same once more", "req/s", secondOurs, secondTheirs, 20, distribution.Name),
        ];
    }

    public static async Task<IReadOnlyList<Row>> SmallBlobsAsync(PortalPeer portal, IReadOnlyList<IPeer> others, int count, int pairs, int seconds)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        await portal.EnsureProjectAsync(http, "small");
        var scripts = new Dictionary<IPeer, string>();
        foreach (var peer in (IPeer[])[portal, .. others])
        {
            var push = new RawPush(http, peer);
            var random = new Random(11);
            var requests = new List<WrkRequest>();
            for (var r = 0; r < Repositories; r++)
            {
                var repository = $"small/app{r}";
                var token = await peer.AuthorizationAsync(http, "admin", $"scope=repository:{repository}:pull,push");
                for (var i = 0; i < count / Repositories; i++)
                {
                    var config = new byte[random.Next(1024, 16 * 1024)];
                    random.NextBytes(config);
                    if (!await push.BlobAsync(repository, token, config)) throw new InvalidOperationException($"{peer.Name} took no blob.");
                    requests.Add(new($"/v2/{repository}/blobs/{Digest.Sha256(config)}", token));
                }
            }
            var order = requests.ToArray();
            random.Shuffle(order);
            scripts[peer] = await Wrk.ScriptAsync(order);
            await Wrk.RunAsync(peer, scripts[peer], Connections, 3);
        }
        var rows = new List<Row>();
        foreach (var other in others)
            rows.Add(await Measure.PairAsync("B3 small blobs", "req/s", other is NginxPeer ? 25 : 15, pairs, portal, other, p => Wrk.RunAsync(p, scripts[p], Connections, seconds)));
        return rows;
    }

    // one image's blobs per repository, and manifests that differ by an annotation
    static async Task<List<string>> FillManifestsAsync(HttpClient http, IPeer peer, int count)
    {
        var push = new RawPush(http, peer);
        var paths = new List<string>[Writers];
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async w =>
        {
            paths[w] = [];
            for (var r = w; r < Repositories; r += Writers)
            {
                var repository = $"cold/app{r}";
                var token = await peer.AuthorizationAsync(http, "admin", $"scope=repository:{repository}:pull,push");
                var layer = RandomNumberGenerator.GetBytes(1024);
                var config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Digest.Sha256(layer)}}}"]}}""");
                foreach (var blob in (byte[][])[layer, config])
                    if (!await push.BlobAsync(repository, token, blob)) throw new InvalidOperationException($"{peer.Name} took no blob.");
                for (var i = 0; i < count / Repositories; i++)
                {
                    var manifest = RawPush.Manifest(config, layer, FormattableString.Invariant($"{r} {i}"));
                    if (!await push.ManifestAsync(repository, FormattableString.Invariant($"t{i}"), token, manifest)) throw new InvalidOperationException($"{peer.Name} took no manifest.");
                    paths[w].Add($"{repository} {Digest.Sha256(manifest)}");
                }
            }
        }));
        return [.. paths.SelectMany(p => p)];
    }

    static async Task<RawRequest[]> RequestsAsync(HttpClient http, IPeer peer, List<string> paths)
    {
        var requests = new List<RawRequest>(paths.Count);
        var accept = "Accept: " + string.Join(", ", MediaTypes.AcceptAll);
        foreach (var group in paths.GroupBy(p => p.Split(' ')[0]))
        {
            var token = await peer.AuthorizationAsync(http, "admin", $"scope=repository:{group.Key}:pull");
            requests.AddRange(group.Select(p => RawRequest.Of("GET", peer.Url, $"/v2/{group.Key}/manifests/{p.Split(' ')[1]}", token, accept)));
        }
        var all = requests.ToArray();
        new Random(5).Shuffle(all);
        return all;
    }
}

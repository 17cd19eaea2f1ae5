using System.Diagnostics;

namespace Portal.Benchmarks;

/// <summary>
/// B5: artifacts of a 1 KiB layer and a config, spread over 20 projects, each to a repository of its own; warm connections and cached tokens (one for twenty repositories), 16 writers.
/// B6: the same from 64 writers, to tags of their own in one repository against repositories of their own, both through Portal.
/// </summary>
static class SmallPushes
{
    const int Projects = 20, Writers = 16, Crowd = 64, RepositoriesPerToken = 20;

    // until then both servers still compile what they run; the second half of it is thrown away as well
    const int WarmSeconds = 40;

    static int _next;

    public static async Task<IReadOnlyList<Row>> RunAsync(PortalPeer portal, IReadOnlyList<IPeer> others, int pairs, int seconds)
    {
        using var http = Http();
        await CreateAsync(portal, http);
        foreach (var peer in (IPeer[])[portal, .. others]) await WriteAsync(http, peer, Writers, WarmSeconds, null);
        var rows = new List<Row>();
        foreach (var other in others) rows.Add(await Measure.PairAsync("B5 push small, spread", "pushes/s", 1.3, pairs, portal, other, peer => WriteAsync(http, peer, Writers, seconds, null)));
        return rows;
    }

    public static async Task<Row> ContendedAsync(PortalPeer portal, int pairs, int seconds)
    {
        using var http = Http();
        await CreateAsync(portal, http);
        await WriteAsync(http, portal, Crowd, WarmSeconds, null);
        var one = new NamedPeer(portal, "spread");
        return await Measure.PairAsync("B6 one hot repository, 64 writers", "pushes/s", 0.95, pairs, portal, one, peer => WriteAsync(http, peer, Crowd, seconds, peer == portal ? "push00/hot" : null));
    }

    static HttpClient Http() => new(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = Crowd });

    static async Task CreateAsync(PortalPeer portal, HttpClient http)
    {
        for (var p = 0; p < Projects; p++) await portal.EnsureProjectAsync(http, $"push{p:D2}");
    }

    static async Task<(double, double, double?, long)> WriteAsync(HttpClient http, IPeer peer, int writers, int seconds, string? repository)
    {
        var push = new RawPush(http, peer);
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(async () =>
        {
            var times = new List<double>();
            var errors = 0;
            Queue<(string Repository, string Tag)> ahead = [];
            string? authorization = null;
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                if (ahead.Count == 0)
                {
                    for (var i = 0; i < RepositoriesPerToken; i++) ahead.Enqueue(Next(repository));
                    authorization = await peer.AuthorizationAsync(http, "admin", string.Join('&', ahead.Select(r => $"scope=repository:{r.Repository}:pull,push").Distinct()));
                }
                var started = clock.Elapsed;
                var (name, tag) = ahead.Dequeue();
                if (await push.ArtifactAsync(name, tag, authorization)) times.Add((clock.Elapsed - started).TotalMilliseconds);
                else errors++;
            }
            return (times, errors);
        })));
        var all = results.SelectMany(r => r.times).Order().ToArray();
        return (all.Length, clock.Elapsed.TotalSeconds, all.Length == 0 ? null : all[(int)(all.Length * 0.99)], results.Sum(r => r.errors));
    }

    static (string, string) Next(string? repository)
    {
        var number = Interlocked.Increment(ref _next);
        return repository is null ? ($"push{number % Projects:D2}/r{number}", "v1") : (repository, $"t{number}");
    }
}

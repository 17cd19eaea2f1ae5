using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Benchmarks;

/// <summary>B5: artifacts of a 1 KiB layer and a config, spread over 20 projects, each to a repository of its own; warm connections and cached tokens (one for twenty repositories), 16 writers.</summary>
static class SmallPushes
{
    const int Projects = 20, Writers = 16, RepositoriesPerToken = 20;
    static int _next;

    public static async Task<Row> RunAsync(PortalPeer portal, IPeer distribution, int pairs, int seconds)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = Writers });
        for (var p = 0; p < Projects; p++) await portal.CreateProjectAsync(http, $"push{p:D2}");
        foreach (var peer in (IPeer[])[portal, distribution]) await WriteAsync(http, peer, 15);
        return await Measure.PairAsync("B5 push small, spread", "pushes/s", 1, pairs, portal, distribution, peer => WriteAsync(http, peer, seconds));
    }

    static async Task<(double, double, double?, long)> WriteAsync(HttpClient http, IPeer peer, int seconds)
    {
        var clock = Stopwatch.StartNew();
        var results = await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            var times = new List<double>();
            var errors = 0;
            Queue<string> ahead = [];
            string? authorization = null;
            while (clock.Elapsed.TotalSeconds < seconds)
            {
                if (ahead.Count == 0)
                {
                    for (var i = 0; i < RepositoriesPerToken; i++) ahead.Enqueue(Next());
                    authorization = await peer.AuthorizationAsync(http, "admin", string.Join('&', ahead.Select(r => $"scope=repository:{r}:pull,push")));
                }
                var started = clock.Elapsed;
                if (await PushAsync(http, peer, ahead.Dequeue(), authorization)) times.Add((clock.Elapsed - started).TotalMilliseconds);
                else errors++;
            }
            return (times, errors);
        })));
        var all = results.SelectMany(r => r.times).Order().ToArray();
        return (all.Length, clock.Elapsed.TotalSeconds, all.Length == 0 ? null : all[(int)(all.Length * 0.99)], results.Sum(r => r.errors));
    }

    static string Next()
    {
        var number = Interlocked.Increment(ref _next);
        return $"push{number % Projects:D2}/r{number}";
    }

    static async Task<bool> PushAsync(HttpClient http, IPeer peer, string repository, string? authorization)
    {
        var layer = RandomNumberGenerator.GetBytes(1024);
        var config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{"User":"{{{Guid.NewGuid()}}}"},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Sha256(layer)}}}"]}}""");
        foreach (var blob in (byte[][])[layer, config])
            if (!await BlobAsync(http, peer, repository, authorization, blob)) return false;
        var manifest = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":{"mediaType":"{{MediaTypes.OciConfig}}","digest":"{{Digest.Sha256(config)}}","size":{{config.Length}}},"layers":[{"mediaType":"{{MediaTypes.OciLayer}}","digest":"{{Digest.Sha256(layer)}}","size":1024}]}
            """);
        using (var head = await SendAsync(http, HttpMethod.Head, new Uri(peer.Url, $"v2/{repository}/manifests/v1"), authorization, null, null)) { }
        using var put = await SendAsync(http, HttpMethod.Put, new Uri(peer.Url, $"v2/{repository}/manifests/v1"), authorization, manifest, MediaTypes.OciManifest);
        return put.StatusCode == HttpStatusCode.Created;
    }

    static async Task<bool> BlobAsync(HttpClient http, IPeer peer, string repository, string? authorization, byte[] blob)
    {
        var digest = Digest.Sha256(blob);
        using (var head = await SendAsync(http, HttpMethod.Head, new Uri(peer.Url, $"v2/{repository}/blobs/{digest}"), authorization, null, null))
            if (head.StatusCode == HttpStatusCode.OK) return true;
        using var post = await SendAsync(http, HttpMethod.Post, new Uri(peer.Url, $"v2/{repository}/blobs/uploads/"), authorization, [], null);
        if (post.StatusCode != HttpStatusCode.Accepted || post.Headers.Location is not { } location) return false;
        var target = new Uri(peer.Url, location);
        var address = target.AbsoluteUri + (target.Query.Length > 0 ? "&" : "?") + "digest=" + Uri.EscapeDataString(digest.Text);
        using var put = await SendAsync(http, HttpMethod.Put, new(address), authorization, blob, "application/octet-stream");
        return put.StatusCode == HttpStatusCode.Created;
    }

    static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, Uri url, string? authorization, byte[]? body, string? type)
    {
        using var request = new HttpRequestMessage(method, url);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            if (type is not null) request.Content.Headers.ContentType = new(type);
        }
        return await http.SendAsync(request);
    }
}

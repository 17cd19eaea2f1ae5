using System.Diagnostics;
using Portal.Kernel;
using Portal.Registry.Images;

namespace Portal.Benchmarks;

/// <summary>B4: one 100 MiB layer pulled again and again from the page cache, by 1, 4 and 16 readers, a quarter of them by range.</summary>
static class LargeBlobs
{
    const long Size = 100L << 20;
    const string Repository = "blobs/big";

    public static async Task<IReadOnlyList<Row>> RunAsync(PortalPeer portal, IReadOnlyList<IPeer> others, int pairs, int seconds)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = true });
        await portal.EnsureProjectAsync(http, "blobs");
        var image = new OciImageBuilder(DateTimeOffset.UnixEpoch).On("linux", "amd64").RandomLayer(Size, 3).Build();
        if (!TagName.TryParse("v1", out var tag)) throw new InvalidOperationException("v1 is no tag.");
        foreach (var peer in (IPeer[])[portal, .. others])
            if (await ImagePusher.PushAsync(peer.Client, Repository, image, [tag], default) is { Ok: false, Error: var error }) throw new InvalidOperationException(error.ToString());
        var layer = image.Blobs.MaxBy(b => b.Size)!;
        var rows = new List<Row>();
        foreach (var other in others)
            foreach (var readers in (int[])[1, 4, 16])
                rows.Add(await Measure.PairAsync($"B4 100 MiB blob, {readers} reader{(readers == 1 ? "" : "s")}", "MB/s", other is NginxPeer ? 2.2 : 1, pairs, portal, other,
                    async peer => await ReadAsync(http, peer, layer.Digest, layer.Size, readers, seconds)));
        return rows;
    }

    static async Task<(double, double, double?, long)> ReadAsync(HttpClient http, IPeer peer, Digest digest, long size, int readers, int seconds)
    {
        var authorization = await peer.AuthorizationAsync(http, "admin", $"scope=repository:{Repository}:pull");
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, readers).Select(reader => Task.Run(async () =>
        {
            long bytes = 0, errors = 0;
            var buffer = new byte[256 * 1024];
            for (var n = 0; clock.Elapsed.TotalSeconds < seconds; n++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(peer.Url, $"v2/{Repository}/blobs/{digest}"));
                if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
                var ranged = n % 4 == 3;
                if (ranged) request.Headers.Range = new(size / 4, size / 2 - 1);
                using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                await using var body = await response.Content.ReadAsStreamAsync();
                long got = 0;
                int read;
                while ((read = await body.ReadAsync(buffer)) > 0) got += read;
                if (got != (ranged ? size / 2 - size / 4 : size)) errors++;
                bytes += got;
            }
            return (bytes, errors);
        })));
        return (counts.Sum(c => c.bytes) / 1e6, clock.Elapsed.TotalSeconds, null, counts.Sum(c => c.errors));
    }
}

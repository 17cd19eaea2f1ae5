using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>
/// Thousands of requests that no client would send, to the whole server with its database and registry: none is answered by 5xx or by silence, and every refusal
/// is in the protocol's form. The seed is fixed and named in a failure.
/// </summary>
public sealed class LiveFuzzTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    static readonly string[] Methods = ["GET", "GET", "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"];

    static readonly string[] Parts =
    [
        "team", "open", "gone", "fuzz", "a", "UPPER", "a..b", "-", "%00", "%0a", "%2e%2e", "%2F", "%ff%fe", "%F0%9F%98%80", "manifests", "blobs", "uploads", "tags", "list", "referrers", "_catalog", "", "latest", "%20", "v1:x",
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "sha256:x", "sha512:" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "md5:0", "sha256-44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    ];

    static readonly string[] Shapes = ["manifests/{0}", "blobs/{0}", "blobs/uploads/", "blobs/uploads/{0}", "tags/list", "referrers/{0}", "{0}/{1}"];

    static readonly string[] Queries =
    [
        "n=0", "n=-1", "n=1", "n=99999999999", "n=%00", "last=%00", "last=a%00b", "last=%ff", "last=%F0%9F%98%80", "artifactType=%00", "artifactType=a%00", "digest=sha256:x", "digest=%00", "_state=%00", "_state=AAAA", "ns=%00",
        "digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "mount=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", "from=team/fuzz", "from=%00", "from=..", "n=1&n=2", "&&&", "=",
        "scope=repository:team/fuzz:pull", "scope=%00", "scope=repository:%00:pull", "service=portal-registry", "account=%00", "offline_token=true",
    ];

    static readonly (string Name, string Value)[] Headers =
    [
        ("Range", "bytes=0-"), ("Range", "bytes=9-1"), ("Range", "bytes=-0"), ("Range", "lines=1"), ("Range", "bytes=0-0,1-1"), ("Content-Range", "0-1"), ("Content-Range", "bytes 0-1/2"), ("Content-Range", "99999999999999999999-1"),
        ("Accept", "\"\\\""), ("Accept", "*/*;q=2"), ("If-None-Match", "*"), ("If-Range", "x"), ("Content-Type", "application/vnd.oci.image.manifest.v1+json"), ("Content-Type", ";;;"), ("Content-Type", "multipart/form-data"),
        ("Content-Type", "application/x-www-form-urlencoded"), ("Content-Encoding", "gzip"), ("Expect", "100-continue"), ("User-Agent", "" + new string('x', 255) + "\ud83d\ude00 and more"), ("Cookie", "a=b"), ("X-Forwarded-For", "999.1.1.1, x"),
    ];

    static readonly string[] Bodies =
    [
        "", "{}", "x", "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2},\"layers\":[],\"annotations\":{\"\\u0000\":\"\\u0000\"}}",
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[]}", "grant_type=password&username=%00&password=%00", "grant_type=refresh_token", "%%%=%%%", "[[[[[[[[[[",
        "{\"schemaVersion\":2,\"artifactType\":\"\\u0000\",\"config\":{\"mediaType\":\"a\\u0000b\",\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2},\"layers\":[],\"subject\":{\"mediaType\":\"x\",\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2}}",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_121)]
    [InlineData(77_777)]
    public async Task Requests_OfAnyKind_AreAnsweredAndNeverBy5xx(int seed)
    {
        await portal.PushAsync("team/fuzz", GatewayFixture.Image("fuzz"), "latest");
        using (var http = portal.Http())
        using (var blob = await http.PostAsync("v2/team/fuzz/blobs/uploads/?digest=sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", new ByteArrayContent("{}"u8.ToArray()))) Assert.True(blob.IsSuccessStatusCode);
        var random = new Random(seed);
        var basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"dev:{PortalHost.Password}"));
        string[] identities = [basic, basic, basic, "Bearer " + await portal.TokenAsync("dev", "repository:team/fuzz:pull,push,delete", "registry:catalog:*"), "Basic AA", "Basic ====", "Bearer x.y.z", "Basic AGE6Yg==", ""];
        for (var i = 0; i < 700; i++)
        {
            var text = Request(random, identities);
            var clock = Stopwatch.StartNew();
            var (status, head, body) = await SendAsync(text);
            var what = $"seed {seed}, request {i}:\n{text}\n{status} {body}";
            Assert.True(status is >= 200 and < 500, what);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), what);
            // Kestrel itself refuses what is no HTTP, before any of ours sees it
            if (status >= 400 && body.Length > 0 && head.Contains("Docker-Distribution-Api-Version", StringComparison.OrdinalIgnoreCase)) Assert.NotNull(JsonNode.Parse(body)!["errors"]![0]!["code"]);
        }
    }

    static string Request(Random random, string[] identities)
    {
        T Any<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        var token = random.Next(12) == 0;
        var path = token ? "/service/token" : $"/v2/{(random.Next(3) > 0 ? "team/fuzz" : $"{Any(Parts)}/{Any(Parts)}")}/{string.Format(CultureInfo.InvariantCulture, Any(Shapes), Any(Parts), Any(Parts))}";
        if (random.Next(3) == 0) path += "?" + Any(Queries) + (random.Next(2) == 0 ? "&" + Any(Queries) : "");
        var (method, body) = (Any(Methods), "");
        var text = new StringBuilder();
        if (method is "PUT" or "POST" or "PATCH" or "DELETE" && random.Next(4) > 0) body = Any(Bodies);
        text.Append(CultureInfo.InvariantCulture, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (Any(identities) is { Length: > 0 } identity) text.Append(CultureInfo.InvariantCulture, $"Authorization: {identity}\r\n");
        foreach (var (name, value) in Enumerable.Range(0, random.Next(4)).Select(_ => Any(Headers)).DistinctBy(h => h.Name)) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        return text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}").ToString();
    }

    /// <summary>Sends the bytes as they are; no client library has a say in what is well-formed.</summary>
    async Task<(int Status, string Head, string Body)> SendAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(portal.Host.BaseAddress.Host, portal.Host.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (IOException) when (answer.Length > 0)
        {
            // closed while we were still sending; the answer is there
        }
        var text = Encoding.UTF8.GetString(answer.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"no answer to:\n{request}");
        return (int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), text[..end], text[(end + 4)..]);
    }
}

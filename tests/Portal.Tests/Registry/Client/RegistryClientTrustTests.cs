using System.Net;
using System.Text;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.TestKit;
using Xunit;

namespace Portal.Tests.Registry.Client;

/// <summary>What a registry that means ill, or one in the cloud, can ask for; a scripted server answers because no real one misbehaves on demand.</summary>
public sealed class RegistryClientTrustTests
{
    static readonly Digest Blob = Digest.Sha256("blob"u8);
    readonly FakeServer _server = new();
    readonly ManualTime _time = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    RegistryClient Client(params string[] trusted) => new(new HttpMessageInvoker(_server),
        new(new Uri("https://registry.test/"), new("user", "secret")) { TrustedHosts = trusted.ToHashSet() }, _time);

    [Fact]
    public async Task Get_TokenChallenge_IsAnsweredOnceAndRenewed()
    {
        _server.On = r => r.RequestUri!.Host == "auth.test" ? FakeServer.Json("""{"token":"t0k","expires_in":300}""")
            : r.Headers.Authorization?.ToString() == "Bearer t0k" ? FakeServer.Text("blob")
            : FakeServer.Challenge("Bearer realm=\"https://auth.test/token?x=1\",service=\"svc\",scope=\"repository:a/b:pull\"");
        var client = Client();
        Assert.True((await client.GetBlobAsync("a/b", Blob, 100)).Ok);
        Assert.True((await client.GetBlobAsync("a/b", Blob, 100)).Ok);
        var asked = Assert.Single(_server.Seen, r => r.Uri.Host == "auth.test");
        Assert.Equal("?x=1&service=svc&scope=repository%3Aa%2Fb%3Apull&account=user", asked.Uri.Query);
        Assert.StartsWith("Basic ", asked.Authorization, StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(300));
        Assert.True((await client.GetBlobAsync("a/b", Blob, 100)).Ok);
        Assert.Equal(2, _server.Seen.Count(r => r.Uri.Host == "auth.test"));
    }

    [Theory]
    [InlineData("http://auth.test/token")]
    [InlineData("https://127.0.0.1/token")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://[::1]/token")]
    [InlineData("https://[::ffff:10.0.0.1]/token")]
    [InlineData("https://localhost/token")]
    [InlineData("file:///etc/passwd")]
    public async Task Get_RealmThatMustNotBeAsked_IsRefused(string realm)
    {
        _server.On = _ => FakeServer.Challenge($"Bearer realm=\"{realm}\"");
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await Client().GetBlobAsync("a/b", Blob, 100)).Error!.Code);
        Assert.Single(_server.Seen);
    }

    [Fact]
    public async Task Get_RedirectToStorage_DropsAuthorization()
    {
        _server.On = r => r.RequestUri!.Host == "storage.test" ? FakeServer.Text("blob")
            : r.Headers.Authorization is null ? FakeServer.Challenge("BASIC realm=\"x\"")
            : FakeServer.Redirect("https://storage.test/object?sig=1");
        Assert.True((await Client().GetBlobAsync("a/b", Blob, 100)).Ok);
        Assert.Null(_server.Seen.Single(r => r.Uri.Host == "storage.test").Authorization);
    }

    [Theory]
    [InlineData("https://10.0.0.5/x")]
    [InlineData("http://storage.test/x")]
    public async Task Get_RedirectThatMustNotBeFollowed_IsRefused(string to)
    {
        _server.On = _ => FakeServer.Redirect(to);
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await Client().GetBlobAsync("a/b", Blob, 100)).Error!.Code);
        Assert.Single(_server.Seen);
    }

    [Fact]
    public async Task Get_RedirectWithoutEnd_IsRefused()
    {
        _server.On = r => FakeServer.Redirect(r.RequestUri!.AbsoluteUri);
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await Client().GetBlobAsync("a/b", Blob, 100)).Error!.Code);
    }

    [Fact]
    public async Task Get_ContentOfAnotherDigest_IsRefused()
    {
        _server.On = _ => FakeServer.Text("forged");
        Assert.Equal("DIGEST_MISMATCH", (await Client().GetBlobAsync("a/b", Blob, 100)).Error!.Code);
        Assert.Equal("DIGEST_MISMATCH", (await Client().GetManifestAsync("a/b", Blob)).Error!.Code);
    }

    [Fact]
    public async Task Open_RangeIgnored_IsMadeUpFor()
    {
        _server.On = _ => FakeServer.Text("0123456789");
        await using var blob = (await Client().OpenBlobAsync("a/b", Blob, 3, 5)).Value;
        Assert.Equal("345", await new StreamReader(blob.Content).ReadToEndAsync());
    }

    [Fact]
    public async Task List_LinkToAnotherServer_IsRefused()
    {
        _server.On = _ => FakeServer.Json("""{"tags":["a"]}""", ("Link", "<https://evil.test/v2/a/tags/list>; rel=\"next\""));
        Assert.Equal("REGISTRY_ANSWER_INVALID", (await Client().ListTagsAsync("a")).Error!.Code);
    }

    [Fact]
    public async Task List_NullsAndNoTags_AreLeftOut()
    {
        _server.On = _ => FakeServer.Json("""{"tags":["a",null,""]}""");
        Assert.Equal(["a"], (await Client().ListTagsAsync("a")).Value.Items);
        _server.On = _ => FakeServer.Json("""{"tags":null}""");
        Assert.Empty((await Client().ListTagsAsync("a")).Value.Items);
    }

    [Fact]
    public async Task Get_TooMany_TellsWhenToComeBack()
    {
        _server.On = _ => FakeServer.Text("slow down", HttpStatusCode.TooManyRequests, ("Retry-After", "17"));
        var error = (await Client().HeadBlobAsync("a/b", Blob)).Error!;
        Assert.Equal(ErrorKind.TooMany, error.Kind);
        Assert.Contains("17 s", error.Message, StringComparison.Ordinal);
    }

    sealed class FakeServer : HttpMessageHandler
    {
        public List<(Uri Uri, string? Authorization)> Seen { get; } = [];

        public Func<HttpRequestMessage, HttpResponseMessage> On { get; set; } = _ => new(HttpStatusCode.NotFound);

        public static HttpResponseMessage Text(string body, HttpStatusCode status = HttpStatusCode.OK, params (string, string)[] headers)
        {
            var response = new HttpResponseMessage(status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
            foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
            return response;
        }

        public static HttpResponseMessage Json(string body, params (string, string)[] headers) => Text(body, HttpStatusCode.OK, headers);

        public static HttpResponseMessage Challenge(string header) => Text("", HttpStatusCode.Unauthorized, ("WWW-Authenticate", header));

        public static HttpResponseMessage Redirect(string to) => Text("", HttpStatusCode.TemporaryRedirect, ("Location", to));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Seen.Add((request.RequestUri!, request.Headers.Authorization?.ToString()));
            var response = On(request);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }
}

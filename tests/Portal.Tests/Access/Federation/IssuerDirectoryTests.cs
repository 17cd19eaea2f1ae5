using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access.Federation;
using Portal.TestKit;
using Portal.TestKit.Federation;
using Xunit;

namespace Portal.Tests.Access.Federation;

/// <summary>Fetching from issuers: how often, how much, and what they may not lead to.</summary>
public sealed class IssuerDirectoryTests : IAsyncLifetime, IDisposable
{
    static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    readonly ManualTime _time = new(Start);
    FakeIssuer _issuer = null!;
    IssuerHttp _http = null!;
    IssuerDirectory _directory = null!;

    public async Task InitializeAsync()
    {
        _issuer = await FakeIssuer.StartAsync();
        var options = Options.Create(new FederationOptions { AllowHttpOnLoopback = true, TimeoutSeconds = 2 });
        _http = new(options);
        _directory = new(_http, options, _time);
    }

    public async Task DisposeAsync() => await _issuer.DisposeAsync();

    public void Dispose() => _http.Dispose();

    async Task<string?> CheckAsync(string? token = null) => (await _directory.VerifyAsync(Jwt.Read(token ?? _issuer.Token(new() { ["sub"] = "x" })).Value, _issuer.Url, true, CancellationToken.None)).Error?.Code;

    [Fact]
    public async Task Keys_AreFetchedOnceAnHour()
    {
        for (var i = 0; i < 5; i++) Assert.Null(await CheckAsync());
        Assert.Equal((1, 1), (_issuer.DiscoveryFetches, _issuer.KeyFetches));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Null(await CheckAsync());
        Assert.Equal((2, 2), (_issuer.DiscoveryFetches, _issuer.KeyFetches));
    }

    [Fact]
    public async Task RotatedKey_IsFetched_AtMostOnceInAWhile()
    {
        Assert.Null(await CheckAsync());
        _time.Advance(TimeSpan.FromSeconds(31));
        _issuer.Rotate(IssuerKey.Ec("key-2"));
        Assert.Null(await CheckAsync());
        Assert.Equal(2, _issuer.KeyFetches);
        // made-up key ids cost one fetch, not one each
        using var stranger = IssuerKey.Rsa("made-up");
        for (var i = 0; i < 10; i++) Assert.Equal("JWT_NO_KEY", await CheckAsync(stranger.Sign(new JsonObject())));
        Assert.Equal(2, _issuer.KeyFetches);
    }

    [Fact]
    public async Task WithdrawnKey_CountsNoMore_AfterTheNextFetch()
    {
        var old = _issuer.Token(new() { ["sub"] = "x" });
        Assert.Null(await CheckAsync(old));
        _issuer.Rotate(IssuerKey.Ec("key-2"), dropOld: true);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("JWT_NO_KEY", await CheckAsync(old));
    }

    [Fact]
    public async Task IssuerThatIsAway_IsBridgedForHours_NotForEver()
    {
        Assert.Null(await CheckAsync());
        _issuer.Instead["/keys"] = Status(500);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Null(await CheckAsync());
        _time.Advance(TimeSpan.FromHours(4));
        Assert.Equal("ISSUER_UNREACHABLE", await CheckAsync());
    }

    [Fact]
    public async Task IssuerThatIsAway_IsNotAskedByEveryRequest()
    {
        _issuer.Instead["/keys"] = Status(500);
        for (var i = 0; i < 5; i++) Assert.Equal("ISSUER_UNREACHABLE", await CheckAsync());
        Assert.Equal(1, _issuer.KeyFetches);
    }

    [Theory]
    [InlineData("""{"issuer":"https://other.example.com","jwks_uri":"https://other.example.com/keys"}"""), InlineData("""{"issuer":"ISSUER/","jwks_uri":"ISSUER/keys"}"""), InlineData("""{"issuer":"ISSUER"}"""), InlineData("""{"issuer":"ISSUER","issuer":"ISSUER","jwks_uri":"ISSUER/keys"}"""), InlineData("<html>")]
    [InlineData("""{"issuer":"ISSUER","jwks_uri":"http://169.254.169.254/latest"}"""), InlineData("""{"issuer":"ISSUER","jwks_uri":"https://10.0.0.1/keys"}"""), InlineData("""{"issuer":"ISSUER","jwks_uri":"file:///etc/passwd"}"""), InlineData("""{"issuer":"ISSUER","jwks_uri":"https://2852039166/keys"}""")]
    public async Task WrongDescriptions_AreRefused(string text)
    {
        _issuer.Instead["/.well-known/openid-configuration"] = http => http.Response.WriteAsync(text.Replace("ISSUER", _issuer.Url, StringComparison.Ordinal));
        Assert.Contains(await CheckAsync(), (string[])["ISSUER_UNREACHABLE", "BAD_REQUEST"]);
        Assert.Equal(0, _issuer.KeyFetches);
    }

    [Fact]
    public async Task Redirects_StayOnTheHost()
    {
        _issuer.Instead["/keys"] = http => { http.Response.Redirect("/keys2"); return Task.CompletedTask; };
        _issuer.Instead["/keys2"] = http => http.Response.Body.WriteAsync(IssuerKey.KeySet(_issuer.Key.Jwk())).AsTask();
        Assert.Null(await CheckAsync());
        await using var other = await FakeIssuer.StartAsync();
        _issuer.Instead["/keys2"] = http => { http.Response.Redirect(other.Url + "/keys"); return Task.CompletedTask; };
        _time.Advance(TimeSpan.FromHours(7));
        Assert.Equal("ISSUER_UNREACHABLE", await CheckAsync());
        Assert.Equal(0, other.KeyFetches);
    }

    [Fact]
    public async Task LargeAndSlowAnswers_AreGivenUp()
    {
        _issuer.Instead["/keys"] = async http => { for (var i = 0; i < 64; i++) await http.Response.Body.WriteAsync(new byte[16 * 1024]); };
        Assert.Equal("ISSUER_UNREACHABLE", await CheckAsync());
        _time.Advance(TimeSpan.FromMinutes(1));
        _issuer.Instead["/keys"] = http => Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal("ISSUER_UNREACHABLE", await CheckAsync());
    }

    [Theory]
    [InlineData("http://id.example.com"), InlineData("https://u:p@id.example.com"), InlineData("https://id.example.com/#x"), InlineData("ftp://id.example.com"), InlineData("id.example.com"), InlineData(""), InlineData("https://id.example.com/\n")]
    public void AddressesThatIssuersMustNotHave_AreRefused(string address) => Assert.NotNull(_http.Refuse("issuer", address));

    [Theory]
    [InlineData("https://127.0.0.1:1/"), InlineData("https://localhost:1/"), InlineData("https://[::1]:1/"), InlineData("https://169.254.169.254/"), InlineData("https://0x7f000001/"), InlineData("https://10.0.0.1/")]
    public async Task AddressesInside_AreNotConnectedTo(string address)
    {
        using var strict = new IssuerHttp(Options.Create(new FederationOptions { TimeoutSeconds = 2 }));
        var answer = await strict.GetAsync("issuer", address, true, null, CancellationToken.None);
        Assert.Contains("its address is private", answer.Error?.Message, StringComparison.Ordinal);
    }

    static Func<HttpContext, Task> Status(int status) => http => { http.Response.StatusCode = status; return Task.CompletedTask; };
}

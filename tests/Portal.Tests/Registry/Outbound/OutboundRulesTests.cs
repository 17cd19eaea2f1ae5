using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Registry.Outbound;
using Portal.Registry.Vendors;
using Xunit;

namespace Portal.Tests.Registry.Outbound;

/// <summary>The outbound rules and the connection test against real sockets.</summary>
public sealed class OutboundRulesTests : IAsyncLifetime
{
    readonly X509Certificate2 _certificate = Certificate("localhost");
    readonly List<string> _asked = [];
    WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.UseKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(_certificate));
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(http =>
        {
            lock (_asked) _asked.Add(http.Request.Path);
            http.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
            if (http.Request.Path == "/v2/a/blobs/uploads/") http.Response.StatusCode = 404;
            return http.Request.Path == "/v2/" ? http.Response.WriteAsync("{}") : Task.CompletedTask;
        });
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    Uri Address(string scheme, string host) => new UriBuilder(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).Single(a => a.Scheme == scheme)) { Host = host }.Uri;

    static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    static Task<ConnectionReport> TestAsync(Uri url, OutboundRules rules, X509Certificate2Collection? authority = null, Uri? proxy = null) =>
        RegistryVendors.Create(RegistryVendorKind.Distribution, url, VendorCredential.None, new HttpMessageInvoker(rules.CreateHandler(authority, proxy)), TimeProvider.System).Value.TestAsync();

    static OutboundRules Loopback => new(["127.0.0.0/8", "::1/128"]);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Connect_LoopbackNotAllowed_SendsNothing(string host)
    {
        var report = await TestAsync(Address("http", host), new([]));
        Assert.Equal(ConnectionProblem.AddressNotAllowed, report.Problem);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("10.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    public async Task Connect_OtherWaysToWriteAnInnerAddress_AreRefused(string host) =>
        Assert.Equal(ConnectionProblem.AddressNotAllowed, (await TestAsync(new($"http://{host}:9/"), new([]))).Problem);

    [Fact]
    public async Task Connect_AllowedNetworkOrHost_Works()
    {
        Assert.True((await TestAsync(Address("http", "127.0.0.1"), Loopback)).Ok);
        Assert.True((await TestAsync(Address("http", "localhost"), new([], ["LOCALHOST"]))).Ok);
    }

    [Fact]
    public async Task Connect_ThroughAProxy_ChecksTheDestination()
    {
        var proxy = Address("http", "127.0.0.1");
        Assert.Equal(ConnectionProblem.AddressNotAllowed, (await TestAsync(new("http://10.1.2.3/"), new([]), proxy: proxy)).Problem);
        Assert.Empty(_asked);
        // to a destination that is allowed the request goes to the proxy, though that has an inner address
        Assert.True((await TestAsync(new("http://93.184.215.14/"), new([]), proxy: proxy)).Ok);
        Assert.Equal(["/v2/"], _asked);
    }

    [Fact]
    public async Task Tls_IsToldApart()
    {
        Assert.Equal(ConnectionProblem.UntrustedCertificate, (await TestAsync(Address("https", "localhost"), Loopback)).Problem);
        Assert.True((await TestAsync(Address("https", "localhost"), Loopback, [_certificate])).Ok);
        Assert.Equal(ConnectionProblem.CertificateOfAnotherHost, (await TestAsync(Address("https", "127.0.0.1"), Loopback, [_certificate])).Problem);
        using var other = Certificate("elsewhere.test");
        Assert.Equal(ConnectionProblem.UntrustedCertificate, (await TestAsync(Address("https", "localhost"), Loopback, [other])).Problem);
        Assert.Equal(ConnectionProblem.Tls, (await TestAsync(new UriBuilder(Address("http", "localhost")) { Scheme = "https" }.Uri, Loopback)).Problem);
    }

    [Fact]
    public async Task Connect_NobodyListensOrNoName_IsToldApart()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        // bound and not listening: connections are refused, and nobody else can take the port
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(ConnectionProblem.Refused, (await TestAsync(new($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/"), Loopback)).Problem);
        Assert.Equal(ConnectionProblem.NameUnknown, (await TestAsync(new("http://nobody.invalid/"), Loopback)).Problem);
    }
}

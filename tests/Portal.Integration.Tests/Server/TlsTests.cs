using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Portal.Integration.Tests.Security;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Server;

/// <summary>The certificate that clients meet, and the address that the server believes to have.</summary>
[Collection(SecurityCollection.Name)]
public sealed class TlsTests(SecurityFixture portal) : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("portal-tls-").FullName;

    string CertificateFile => Path.Combine(_folder, "tls.crt");
    string KeyFile => Path.Combine(_folder, "tls.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Certificate_Replaced_IsServedAfterTheNextLook()
    {
        var (first, second) = (SelfSigned(), SelfSigned());
        Write(first);
        var time = new ShiftedTime();
        await using var host = await StartAsync(time);
        Assert.Equal(first.Thumbprint, (await ConnectAsync(host)).Own);

        Write(second);
        Assert.Equal(first.Thumbprint, (await ConnectAsync(host)).Own);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second.Thumbprint, (await ConnectAsync(host)).Own);
    }

    [Fact]
    public async Task Certificate_BrokenMismatchedOrGone_LeavesTheOldOneInUse()
    {
        var (first, second) = (SelfSigned(), SelfSigned());
        Write(first);
        var time = new ShiftedTime();
        await using var host = await StartAsync(time);
        foreach (var spoil in (Action[])[() => File.WriteAllText(CertificateFile, "no certificate"), () => File.WriteAllText(CertificateFile, second.ExportCertificatePem()), () => File.Delete(CertificateFile)])
        {
            spoil();
            time.Advance(TimeSpan.FromSeconds(11));
            Assert.Equal(first.Thumbprint, (await ConnectAsync(host)).Own);
        }
        // The key comes after its certificate: both together are taken at a later look.
        Write(second);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(second.Thumbprint, (await ConnectAsync(host)).Own);
    }

    [Fact]
    public async Task Certificate_WithItsIssuers_GoesOutWithThem()
    {
        using var root = Authority("root", null);
        using var between = Authority("between", root);
        using var leaf = Issued(between);
        File.WriteAllText(CertificateFile, leaf.ExportCertificatePem() + "\n" + between.ExportCertificatePem());
        File.WriteAllText(KeyFile, leaf.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var host = await StartAsync(new ShiftedTime());

        var (own, others) = await ConnectAsync(host);

        Assert.Equal(leaf.Thumbprint, own);
        Assert.Contains(between.Thumbprint, others);
    }

    [Fact]
    public async Task Certificate_MissingAtTheStart_IsSaidByTheSetting()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await StartAsync(new ShiftedTime())).DisposeAsync());

        Assert.Contains("Portal:Tls:CertificateFile", refused.Message, StringComparison.Ordinal);
        Assert.Contains(CertificateFile, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Realm_ForwardedByANamedProxy_IsTheAddressOutside()
    {
        Assert.Equal("https://registry.example.org", await RealmAsync(portal.Host, "127.0.0.1"));
        await using var unnamed = await portal.StartAsync(new ShiftedTime(), new() { ["Portal:Proxies"] = "192.0.2.0/24, 198.51.100.7" });
        Assert.Equal(unnamed.BaseAddress.GetLeftPart(UriPartial.Authority), await RealmAsync(unnamed, "127.0.0.1"));
        await using var none = await portal.StartAsync(new ShiftedTime(), new() { ["Portal:Proxies"] = "" });
        Assert.Equal(none.BaseAddress.GetLeftPart(UriPartial.Authority), await RealmAsync(none, "127.0.0.1"));
    }

    [Fact]
    public async Task Proxies_OfNoAddress_AreSaidAtTheStart()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await portal.StartAsync(new ShiftedTime(), new() { ["Portal:Proxies"] = "127.0.0.1,proxy.example" })).DisposeAsync());

        Assert.Contains("'proxy.example'", refused.Message, StringComparison.Ordinal);
    }

    Task<PortalHost> StartAsync(TimeProvider time) => portal.StartAsync(time, new()
    {
        ["urls"] = "https://127.0.0.1:0",
        ["Portal:Tls:CertificateFile"] = CertificateFile,
        ["Portal:Tls:KeyFile"] = KeyFile,
    });

    static async Task<string> RealmAsync(PortalHost host, string client)
    {
        using var http = host.Client();
        http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        http.DefaultRequestHeaders.Add("X-Forwarded-Host", "registry.example.org");
        http.DefaultRequestHeaders.Add("X-Forwarded-For", client);
        using var answer = await http.GetAsync("v2/");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        var realm = answer.Headers.WwwAuthenticate.Single().Parameter!.Split('"')[1];
        Assert.EndsWith("/service/token", realm, StringComparison.Ordinal);
        return realm[..^"/service/token".Length];
    }

    /// <summary>The certificates of a new handshake: the server's own, and those it sent along.</summary>
    static async Task<(string Own, List<string> Others)> ConnectAsync(PortalHost host)
    {
        List<string> others = [];
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, host.BaseAddress.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            // A resumed session would show the certificate of the first handshake.
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = (_, _, chain, _) =>
            {
                others.AddRange(chain!.ChainPolicy.ExtraStore.Select(c => c.Thumbprint));
                return true;
            },
        });
        return (((X509Certificate2)tls.RemoteCertificate!).Thumbprint, others);
    }

    void Write(X509Certificate2 certificate)
    {
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request("localhost", key, authority: false).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key, authority: true);
        if (issuer is null) return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-3), DateTimeOffset.UtcNow.AddDays(3));
        using var bare = request.Create(issuer, DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddDays(2), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    static X509Certificate2 Issued(X509Certificate2 issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bare = Request("localhost", key, authority: false).Create(issuer, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    static CertificateRequest Request(string name, ECDsa key, bool authority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        if (authority) return request;
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}

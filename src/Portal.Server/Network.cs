using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.HttpOverrides;

namespace Portal.Server;

static class Network
{
    /// <summary>Kestrel for large uploads, and TLS from certificate files that are read again when they change.</summary>
    public static void UsePortalKestrel(this IWebHostBuilder web, IConfiguration configuration) => web.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
        if (configuration["Portal:Tls:CertificateFile"] is not { Length: > 0 } certificate) return;
        var key = configuration["Portal:Tls:KeyFile"];
        var source = new CertificateFiles(certificate, string.IsNullOrEmpty(key) ? null : key, TimeProvider.System);
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            https.ServerCertificateSelector = (_, _) => source.Current;
        });
    });

    /// <summary>Believes forwarded addresses from the proxies that <c>Portal:Proxies</c> names (addresses or networks), and from nobody else.</summary>
    public static void AddForwardedAddresses(this IServiceCollection services, IConfiguration configuration) => services.Configure<ForwardedHeadersOptions>(o =>
    {
        o.KnownProxies.Clear();
        o.KnownIPNetworks.Clear();
        o.ForwardedHeaders = ForwardedHeaders.None;
        foreach (var text in configuration.GetSection("Portal:Proxies").Get<string[]>() ?? [])
        {
            if (System.Net.IPNetwork.TryParse(text, out var network)) o.KnownIPNetworks.Add(network);
            else if (IPAddress.TryParse(text, out var address)) o.KnownProxies.Add(address);
            else throw new InvalidOperationException($"Portal:Proxies holds '{text}', which is neither an address nor a network such as 10.0.0.0/8.");
            o.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto;
        }
    });
}

/// <summary>A certificate from PEM files (or one PFX), read again at most every ten seconds when the file has changed. A broken new file leaves the old certificate in use.</summary>
sealed class CertificateFiles(string certificate, string? key, TimeProvider time)
{
    readonly Lock _gate = new();
    X509Certificate2? _current;
    DateTime _written;
    DateTimeOffset _looked;

    public X509Certificate2 Current
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                if (_current is not null && now - _looked < TimeSpan.FromSeconds(10)) return _current;
                _looked = now;
                var written = File.GetLastWriteTimeUtc(certificate);
                if (_current is not null && written == _written) return _current;
                try
                {
                    _current = Load();
                    _written = written;
                }
                catch (Exception e) when (_current is not null && e is IOException or System.Security.Cryptography.CryptographicException)
                {
                    Console.Error.WriteLine($"{certificate} cannot be read, so the certificate until {_current!.NotAfter:O} stays in use: {e.Message}");
                }
                return _current!;
            }
        }
    }

    X509Certificate2 Load() => certificate.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase)
        ? X509CertificateLoader.LoadPkcs12FromFile(certificate, null)
        : X509Certificate2.CreateFromPemFile(certificate, key);
}

using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
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
        var services = kestrel.ApplicationServices;
        var source = new CertificateFiles(certificate, string.IsNullOrEmpty(key) ? null : key, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<CertificateFiles>>());
        kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
            // Kestrel listens only where it knows of a certificate; a handshake takes the one with its chain.
            https.ServerCertificateSelector = (_, _) => source.Current.TargetCertificate;
            https.OnAuthenticate = (_, handshake) => (handshake.ServerCertificateSelectionCallback, handshake.ServerCertificateContext) = (null, source.Current);
        });
    });

    /// <summary>Believes forwarded addresses from the proxies that <c>Portal:Proxies</c> names (addresses or networks, a list or one text with commas), and from nobody else.</summary>
    public static void AddForwardedAddresses(this IServiceCollection services, IConfiguration configuration) => services.Configure<ForwardedHeadersOptions>(o =>
    {
        o.KnownProxies.Clear();
        o.KnownIPNetworks.Clear();
        o.ForwardedHeaders = ForwardedHeaders.None;
        var section = configuration.GetSection("Portal:Proxies");
        // One variable may name them all; a list in a file names one a line.
        foreach (var text in section.Value?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? section.Get<string[]>() ?? [])
        {
            if (System.Net.IPNetwork.TryParse(text, out var network)) o.KnownIPNetworks.Add(network);
            else if (IPAddress.TryParse(text, out var address)) o.KnownProxies.Add(address);
            else throw new InvalidOperationException($"Portal:Proxies holds '{text}', which is neither an address nor a network such as 10.0.0.0/8.");
            o.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto;
        }
    });
}

/// <summary>
/// A certificate and what stands between it and its root, from PEM files (or one PFX), read again at most every ten seconds when a file has changed.
/// Broken new files leave the old certificate in use.
/// </summary>
sealed class CertificateFiles
{
    /// <summary>How often the files are looked at.</summary>
    internal static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);

    readonly string _certificate;
    readonly string? _key;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly Lock _gate = new();
    SslStreamCertificateContext _current;
    (DateTime, DateTime) _written;
    DateTimeOffset _looked;

    /// <exception cref="InvalidOperationException">The files cannot be read; names the settings.</exception>
    public CertificateFiles(string certificate, string? key, TimeProvider time, ILogger log)
    {
        (_certificate, _key, _time, _log) = (certificate, key, time, log);
        (_looked, _written) = (time.GetUtcNow(), Written());
        try
        {
            _current = Load();
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new InvalidOperationException($"Portal:Tls:CertificateFile '{certificate}' and Portal:Tls:KeyFile '{key}' give no certificate: {e.Message}", e);
        }
    }

    public SslStreamCertificateContext Current
    {
        get
        {
            lock (_gate)
            {
                var now = _time.GetUtcNow();
                if (now - _looked < LookEvery) return _current;
                _looked = now;
                var written = Written();
                if (written == _written) return _current;
                try
                {
                    _current = Load();
                    _written = written;
                }
                catch (Exception e) when (IsUnreadable(e))
                {
                    _log.LogError(e, "{File} cannot be read, so the certificate until {NotAfter:O} stays in use", _certificate, _current.TargetCertificate.NotAfter);
                }
                return _current;
            }
        }
    }

    // ArgumentException is what a key gets that belongs to another certificate.
    static bool IsUnreadable(Exception e) => e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    (DateTime, DateTime) Written() => (File.GetLastWriteTimeUtc(_certificate), _key is null ? default : File.GetLastWriteTimeUtc(_key));

    SslStreamCertificateContext Load()
    {
        var all = new X509Certificate2Collection();
        X509Certificate2 own;
        if (_certificate.EndsWith(".pfx", StringComparison.OrdinalIgnoreCase))
        {
            all = X509CertificateLoader.LoadPkcs12CollectionFromFile(_certificate, null);
            own = all.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("The file holds no private key.");
        }
        else
        {
            own = X509Certificate2.CreateFromPemFile(_certificate, _key);
            all.ImportFromPemFile(_certificate);
        }
        // Clients know roots only, so the certificates in between go along. None is fetched from elsewhere.
        var between = new X509Certificate2Collection(all.Where(c => c.Thumbprint != own.Thumbprint).ToArray());
        return SslStreamCertificateContext.Create(own, between, offline: true);
    }
}

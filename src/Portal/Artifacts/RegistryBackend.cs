using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Artifacts;

/// <summary>The one connection to the backing registry, shared by everything that reads or writes it.</summary>
public sealed class RegistryBackend : IDisposable
{
    readonly string _root;

    public RegistryBackend(IOptions<RegistryOptions> options, TimeProvider time)
    {
        var o = options.Value;
        var socket = o.Address.StartsWith(RegistryOptions.Unix, StringComparison.Ordinal) ? o.Address[RegistryOptions.Unix.Length..] : null;
        Prefix = socket is null ? new Uri(o.Address).GetLeftPart(UriPartial.Authority) : "http://registry.localhost";
        var handler = RegistryClient.CreateHandler();
        handler.UseProxy = false;
        handler.ActivityHeadersPropagator = null;
        handler.MaxConnectionsPerServer = 256;
        if (socket is not null) handler.ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation);
        Http = new HttpMessageInvoker(handler);
        var credentials = o.Username.Length == 0 ? null : new RegistryCredentials(o.Username, o.Password);
        if (credentials is not null) Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{o.Username}:{o.Password}")));
        Client = new(Http, new RegistryTarget(new Uri(Prefix + "/"), credentials) { SendBasicUnasked = true }, time);
        _root = o.RootDirectory;
    }

    /// <summary>Typed requests.</summary>
    public RegistryClient Client { get; }

    /// <summary>Raw requests: what is forwarded as it comes.</summary>
    public HttpMessageInvoker Http { get; }

    /// <summary>What stands before <c>/v2/</c> in a raw request's address.</summary>
    public string Prefix { get; }

    /// <summary>Goes with each raw request; null when the registry asks for nothing.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    /// <summary>The file that holds a blob in the registry's documented layout; null when Portal may not read the registry's folder.</summary>
    public string? BlobFile(Digest digest) => _root.Length == 0 || digest.Algorithm != "sha256" ? null
        : Path.Combine(_root, "docker/registry/v2/blobs/sha256", digest.Hex[..2], digest.Hex, "data");

    static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => Http.Dispose();
}

/// <summary>Whether the backing registry answers.</summary>
sealed class RegistryHealth(RegistryBackend backend) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await backend.Client.PingAsync(cancellationToken) is { Ok: false } answer ? HealthCheckResult.Unhealthy(answer.Error.Message) : HealthCheckResult.Healthy();
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Registry.Outbound;

/// <summary>The outbound rules refuse every address of a host.</summary>
public sealed class AddressNotAllowedException : HttpRequestException
{
    /// <summary>A refusal that names the host and not its addresses.</summary>
    public AddressNotAllowedException(string host) : base(HttpRequestError.ConnectionError, $"the address of '{host}' is private, loopback or link-local; an operator may allow its network or host") { }
}

/// <summary>
/// Where Portal may connect on behalf of what somebody typed, and of what the server there names in redirects and challenges. Public addresses are allowed;
/// others only in networks and for hosts that the operator names. A name is resolved once and the connection goes to the address that was checked.
/// </summary>
/// <param name="allowedNetworks">Networks such as <c>10.20.0.0/16</c>.</param>
/// <param name="allowedHosts">Host names whose addresses are not checked, such as <c>registry.internal</c>.</param>
public sealed class OutboundRules(IEnumerable<string> allowedNetworks, IEnumerable<string>? allowedHosts = null)
{
    readonly OutboundAddresses _addresses = new(allowedNetworks);
    readonly HashSet<string> _hosts = new(allowedHosts ?? [], StringComparer.OrdinalIgnoreCase);

    /// <summary>Resolves a host once and gives the addresses a connection may go to.</summary>
    /// <exception cref="AddressNotAllowedException">None of them is allowed.</exception>
    /// <exception cref="SocketException">The name has no address.</exception>
    public async Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        var bare = host.Trim('[', ']');
        var all = IPAddress.TryParse(bare, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(bare, ct);
        var allowed = _hosts.Contains(bare.TrimEnd('.')) ? all : Array.FindAll(all, _addresses.Allows);
        return allowed.Length > 0 ? allowed : throw new AddressNotAllowedException(bare);
    }

    /// <summary>A handler that keeps these rules on every connection; made for one registry, as its authority and its proxy are the registry's own.</summary>
    /// <param name="authority">Certificates to trust instead of the system's; null for the system's.</param>
    /// <param name="proxy">A proxy that the operator set; its own address is not checked, the registry's is before each request.</param>
    public HttpMessageHandler CreateHandler(X509Certificate2Collection? authority = null, Uri? proxy = null)
    {
        var handler = Client.RegistryClient.CreateHandler();
        handler.MaxResponseHeadersLength = 64;
        handler.UseProxy = proxy is not null;
        if (authority is { Count: > 0 })
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }
        if (proxy is null)
        {
            handler.ConnectCallback = ConnectAsync;
            return handler;
        }
        handler.Proxy = new WebProxy(proxy);
        return new CheckedDestination(this, handler);
    }

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await ResolveAsync(context.DnsEndPoint.Host, ct);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Behind a proxy the connection is the proxy's, so the destination is checked before the request goes out.</summary>
    sealed class CheckedDestination(OutboundRules rules, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                await rules.ResolveAsync(request.RequestUri!.IdnHost, cancellationToken);
            }
            catch (SocketException e)
            {
                throw new HttpRequestException(HttpRequestError.NameResolutionError, e.Message, e);
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

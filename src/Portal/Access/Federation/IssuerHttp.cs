using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Options;
using Portal.Kernel;
using Portal.Registry.Outbound;

namespace Portal.Access.Federation;

/// <summary>An answer of an issuer, read whole.</summary>
public sealed record IssuerAnswer(HttpStatusCode Status, byte[] Body, string MediaType);

/// <summary>
/// Talks to issuers. The name is resolved once and the connection goes to the address that was checked, so a name that changes its mind in between
/// gains nothing. No proxy, no cookies, no decompression; answers are bounded in size and time; a redirect is followed only on the same host, and never for a post.
/// </summary>
public sealed class IssuerHttp : IDisposable
{
    /// <summary>The largest answer in bytes.</summary>
    public const int MaxAnswer = 512 * 1024;

    const int MaxRedirects = 3;

    readonly IOptions<FederationOptions> _options;
    readonly OutboundAddresses _addresses;
    readonly HttpClient _checked;
    readonly HttpClient _unchecked;

    public IssuerHttp(IOptions<FederationOptions> options)
    {
        _options = options;
        _addresses = new(options.Value.AllowedNetworks);
        (_checked, _unchecked) = (Client(verify: true), Client(verify: false));
    }

    /// <summary>Refuses an address that issuers must not have: another scheme than https, a name and password, or a fragment.</summary>
    public Error? Refuse(string field, string? text)
    {
        if (text is not { Length: > 0 and <= 2_000 } || !Uri.TryCreate(text, UriKind.Absolute, out var url) || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
            return Error.Invalid(field, $"{field} is an address of at most 2,000 characters, such as https://id.example.com.");
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0) return Error.Invalid(field, $"{field} holds no name, no password and no fragment.");
        if (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp && url.IsLoopback && _options.Value.AllowHttpOnLoopback) return null;
        return Error.Invalid(field, $"{field} begins with https://.");
    }

    /// <summary>Fetches a document. The field names the address in refusals.</summary>
    public async Task<Result<IssuerAnswer>> GetAsync(string field, string address, bool verifyCertificate, string? bearer, CancellationToken cancellation)
    {
        var start = new Uri(address, UriKind.RelativeOrAbsolute);
        for (var hop = 0; ; hop++)
        {
            if (Refuse(field, address) is { } refusal) return refusal;
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
            var (answer, location) = await SendAsync(field, request, verifyCertificate, cancellation);
            if (!answer.Ok || location is null) return answer;
            var next = new Uri(new Uri(address), location);
            // the same scheme, host and port; a bearer token must go nowhere else
            if (hop == MaxRedirects || next.GetLeftPart(UriPartial.Authority) != start.GetLeftPart(UriPartial.Authority)) return Away(field, "it redirects elsewhere");
            address = next.AbsoluteUri;
        }
    }

    /// <summary>Posts a form.</summary>
    public async Task<Result<IssuerAnswer>> PostAsync(string field, string address, bool verifyCertificate, IEnumerable<KeyValuePair<string, string>> form, AuthenticationHeaderValue? authorization, CancellationToken cancellation)
    {
        if (Refuse(field, address) is { } refusal) return refusal;
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = authorization;
        var (answer, location) = await SendAsync(field, request, verifyCertificate, cancellation);
        return location is null ? answer : Away(field, "it answers a form with a redirect");
    }

    async Task<(Result<IssuerAnswer>, Uri?)> SendAsync(string field, HttpRequestMessage request, bool verifyCertificate, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(_options.Value.TimeoutSeconds));
        try
        {
            request.Headers.Accept.ParseAdd("application/json");
            using var response = await (verifyCertificate ? _checked : _unchecked).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location) return (new IssuerAnswer(response.StatusCode, [], ""), location);
            if (response.Content.Headers.ContentLength > MaxAnswer || await ReadAsync(response, limit.Token) is not { } body) return (Away(field, $"its answer is larger than {MaxAnswer} bytes"), null);
            return (new IssuerAnswer(response.StatusCode, body, response.Content.Headers.ContentType?.MediaType ?? ""), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (Away(field, $"it does not answer within {_options.Value.TimeoutSeconds} s"), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (Away(field, Reason(e)), null);
        }
    }

    static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (body.Length + read > MaxAnswer) return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    HttpClient Client(bool verify)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectCallback = ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxResponseHeadersLength = 64,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            UseProxy = false,
        };
        // only where an administrator has said, for this one provider, that its certificate is not to be checked
#pragma warning disable CA5359
        if (!verify) handler.SslOptions.RemoteCertificateValidationCallback = AnyCertificate;
#pragma warning restore CA5359
        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    static bool AnyCertificate(object sender, System.Security.Cryptography.X509Certificates.X509Certificate? certificate, System.Security.Cryptography.X509Certificates.X509Chain? chain, SslPolicyErrors errors) => true;

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var addresses = (await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellation)).Where(Allowed).ToArray();
        if (addresses.Length == 0) throw new HttpRequestException(HttpRequestError.ConnectionError, RefusedAddress);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    bool Allowed(IPAddress address) => _addresses.Allows(address) || _options.Value.AllowHttpOnLoopback && IPAddress.IsLoopback(address);

    const string RefusedAddress = "its address is private; an operator allows networks by Portal:Federation:AllowedNetworks";

    static Error Away(string field, string reason) => new("ISSUER_UNREACHABLE", $"The issuer cannot be asked ({field}): {reason}.", ErrorKind.Unavailable, field);

    // names of hosts and addresses inside stay inside
    static string Reason(Exception e) => e switch
    {
        _ when e.Message.StartsWith(RefusedAddress, StringComparison.Ordinal) || e.InnerException?.Message.StartsWith(RefusedAddress, StringComparison.Ordinal) == true => RefusedAddress,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "its name is not known",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "its certificate is not trusted",
        _ when e.InnerException is AuthenticationException => "its certificate is not trusted",
        _ when e is HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } } || e.InnerException is SocketException { SocketErrorCode: SocketError.TryAgain } => "its name is not known",
        _ => "the connection fails",
    };

    public void Dispose()
    {
        _checked.Dispose();
        _unchecked.Dispose();
    }
}

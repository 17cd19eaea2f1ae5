using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Registry.Client;

/// <summary>
/// Talks to one registry by the OCI distribution specification 1.1, anonymously, with Basic, or with tokens as it demands. Expected
/// failures are results (missing, denied, unreachable, a wrong digest); a connection that breaks while a stream is read throws.
/// Safe for use from several threads. The handler must not follow redirects itself; see <see cref="CreateHandler"/>.
/// </summary>
public sealed partial class RegistryClient
{
    readonly RegistryTarget _target;
    readonly RegistryTransport _transport;

    /// <summary>A client for one registry.</summary>
    /// <param name="http">Sends the requests; not disposed here.</param>
    /// <param name="target">The registry.</param>
    /// <param name="time">The clock that tokens age by.</param>
    public RegistryClient(HttpMessageInvoker http, RegistryTarget target, TimeProvider? time = null)
    {
        _target = target;
        _transport = new(http, target, time ?? TimeProvider.System);
    }

    /// <summary>The registry this client talks to.</summary>
    public RegistryTarget Target => _target;

    /// <summary>A handler as this client needs it: no cookies, no redirects of its own, no decompression, connections renewed.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
    };

    /// <summary><c>GET /v2/</c>: success when the registry is there and takes the credentials.</summary>
    public async Task<Result> PingAsync(CancellationToken ct = default)
    {
        var response = await _transport.SendAsync(() => new(HttpMethod.Get, new Uri(_target.Root, "v2/")), "", true, ct);
        if (!response.Ok) return response.Error;
        using (response.Value)
            return response.Value.IsSuccessStatusCode ? Result.Success : await RegistryErrors.FromAsync(response.Value, "The registry", ct);
    }

    /// <summary>Digest, type and size of a manifest. Falls back to GET when an old registry does not tell the digest.</summary>
    public async Task<Result<ManifestHead>> HeadManifestAsync(string repository, Reference reference, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"manifests/{reference}", HttpMethod.Head, "pull", ct, AcceptManifests);
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            var type = MediaTypes.Bare(response.Value.Content.Headers.ContentType?.ToString());
            if (Digest.TryParse(Header(response.Value, "Docker-Content-Digest"), out var digest) && response.Value.Content.Headers.ContentLength is { } size)
                return new ManifestHead(digest, type, size);
        }
        var whole = await GetManifestAsync(repository, reference, ct);
        return whole.Map(m => new ManifestHead(m.Digest, m.MediaType, m.Bytes.Length));
    }

    /// <summary>A manifest. The digest is computed over the bytes and must be the one asked for, and the one the registry names.</summary>
    public async Task<Result<ManifestContent>> GetManifestAsync(string repository, Reference reference, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"manifests/{reference}", HttpMethod.Get, "pull", ct, AcceptManifests);
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            var body = await GuardAsync(() => response.Value.ReadCappedAsync(_target.MaxManifestBytes, ct), ct);
            if (!body.Ok) return body.Error;
            var named = Digest.TryParse(Header(response.Value, "Docker-Content-Digest"), out var d) ? d : default;
            var expected = reference.IsDigest ? reference.Digest : named;
            var actual = expected.OfSameAlgorithm(body.Value);
            if (expected != default && actual != expected) return RegistryErrors.DigestMismatch(expected, actual);
            return new ManifestContent(body.Value, MediaTypes.Bare(response.Value.Content.Headers.ContentType?.ToString()), actual);
        }
    }

    /// <summary>Stores a manifest byte for byte under a tag or its digest.</summary>
    public async Task<Result<ManifestStored>> PutManifestAsync(string repository, Reference reference, ReadOnlyMemory<byte> manifest, string mediaType, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"manifests/{reference}", HttpMethod.Put, "pull,push", ct, request =>
        {
            request.Content = new ReadOnlyMemoryContent(manifest);
            request.Content.Headers.ContentType = new(mediaType);
        });
        if (!response.Ok) return response.Error;
        using (response.Value)
        {
            if (!response.Value.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response.Value, "The registry", ct);
            var expected = reference.IsDigest ? reference.Digest.OfSameAlgorithm(manifest.Span) : Digest.Sha256(manifest.Span);
            if (Digest.TryParse(Header(response.Value, "Docker-Content-Digest"), out var stored) && stored.Algorithm == expected.Algorithm && stored != expected)
                return RegistryErrors.DigestMismatch(expected, stored);
            return new ManifestStored(expected, Header(response.Value, "OCI-Subject") is not null);
        }
    }

    /// <summary>Deletes a manifest by digest, with every tag on it, or a tag alone where the registry offers that (else <c>UNSUPPORTED</c>, or <c>DIGEST_INVALID</c> from CNCF Distribution 2.8).</summary>
    public async Task<Result> DeleteManifestAsync(string repository, Reference reference, CancellationToken ct = default)
    {
        var response = await SendAsync(repository, $"manifests/{reference}", HttpMethod.Delete, "delete", ct);
        if (!response.Ok) return response.Error;
        using (response.Value)
            return response.Value.IsSuccessStatusCode ? Result.Success : await RegistryErrors.FromAsync(response.Value, "The registry", ct);
    }

    /// <summary>A request beside the protocol, on the registry's own origin and with its authentication.</summary>
    internal Task<Result<HttpResponseMessage>> SendOwnAsync(HttpMethod method, string path, string scope, CancellationToken ct) =>
        _transport.SendAsync(() => new(method, new Uri(_target.Root, path)), scope, true, ct);

    static void AcceptManifests(HttpRequestMessage request)
    {
        foreach (var type in MediaTypes.AcceptAll) request.Headers.Accept.Add(new(type));
    }

    Task<Result<HttpResponseMessage>> SendAsync(string repository, string path, HttpMethod method, string actions, CancellationToken ct,
        Action<HttpRequestMessage>? prepare = null, string? alsoScope = null)
    {
        if (repository.Length > 255 || !RepositoryGrammar().IsMatch(repository))
            return Task.FromResult<Result<HttpResponseMessage>>(RegistryErrors.RepositoryName(repository));
        var address = new Uri(_target.Root, $"v2/{repository}/{path}");
        var scope = $"repository:{repository}:{actions}" + (alsoScope is null ? "" : " " + alsoScope);
        return _transport.SendAsync(() =>
        {
            var request = new HttpRequestMessage(method, address);
            prepare?.Invoke(request);
            return request;
        }, scope, true, ct);
    }

    static string? Header(HttpResponseMessage response, string name) => RegistryTransport.Values(response, name).FirstOrDefault();

    /// <summary>Reading a short body is part of the call, so an outage meanwhile is a result as well.</summary>
    async Task<Result<T>> GuardAsync<T>(Func<Task<Result<T>>> read, CancellationToken ct)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (RegistryErrors.IsOutage(e, ct))
        {
            return RegistryErrors.Unreachable(_target.Root, e);
        }
    }

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryGrammar();
}

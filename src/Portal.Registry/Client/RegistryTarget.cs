using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>A user and a secret for a registry, sent as Basic to the registry or to its token service.</summary>
/// <param name="User">User name.</param>
/// <param name="Secret">Password or token.</param>
public sealed record RegistryCredentials(string User, string Secret)
{
    /// <summary>The secret stays out of logs.</summary>
    public override string ToString() => $"{User}:***";

    /// <summary>True when <see cref="Secret"/> is a refresh token, which the token service takes by POST (OAuth2) rather than as Basic.</summary>
    public bool IsRefreshToken { get; init; }
}

/// <summary>Credentials that run out, made from those that do not: a cloud's keys become a password for some hours.</summary>
public interface ICredentialSource
{
    /// <summary>The credentials of now; null to ask anonymously. Keeps them until shortly before they run out.</summary>
    Task<Result<RegistryCredentials?>> CurrentAsync(CancellationToken ct);
}

/// <summary>In which requests a blob is sent after its upload was opened.</summary>
public enum UploadStyle
{
    /// <summary>One PUT with the whole blob.</summary>
    Put,
    /// <summary>One PATCH with the whole blob and an empty PUT, for registries that refuse a PUT with a body.</summary>
    PatchThenPut,
}

/// <summary>One registry to talk to.</summary>
/// <param name="BaseUrl">Its root; <c>v2/</c> is put behind it, so a path prefix may be part of it.</param>
/// <param name="Credentials">Null to ask anonymously.</param>
public sealed record RegistryTarget(Uri BaseUrl, RegistryCredentials? Credentials = null)
{
    /// <summary>Sends Basic without waiting for a challenge. Only for a registry known to want it: the backing registry, which is spared a round trip.</summary>
    public bool SendBasicUnasked { get; init; }

    /// <summary>
    /// <c>host:port</c> of other servers this registry may name as its token service or redirect to although they are private or loopback addresses.
    /// </summary>
    public IReadOnlySet<string> TrustedHosts { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Other hosts (<c>host</c> for https on its own port, or <c>host:port</c>) that may be asked for tokens with the credential; with null any public host may,
    /// as plain registries name token services anywhere.
    /// </summary>
    public IReadOnlySet<string>? CredentialHosts { get; init; }

    /// <summary>Where credentials come from that run out; instead of <see cref="Credentials"/>.</summary>
    public ICredentialSource? CredentialSource { get; init; }

    /// <summary>Rewrites one scope (<c>type:name:actions</c>) for a token service with words of its own; null leaves it out.</summary>
    public Func<string, string?>? MapScope { get; init; }

    /// <summary>How blobs are sent.</summary>
    public UploadStyle UploadStyle { get; init; }

    /// <summary>How often GET and HEAD are sent again after an outage or 500, 502, 503, 504; 0 to report the first.</summary>
    public int Retries { get; init; }

    /// <summary>The pause before the first of <see cref="Retries"/>; doubled each time.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Sent with each request; some registries refuse requests without one.</summary>
    public string UserAgent { get; init; } = "Portal/0.1";

    /// <summary>The largest manifest that is read, in bytes.</summary>
    public int MaxManifestBytes { get; init; } = Manifests.ManifestLimits.DefaultMaxBytes;

    /// <summary>The largest page of tags or repositories that is read, in bytes. CNCF Distribution 2.x sends all tags at once.</summary>
    public int MaxListBytes { get; init; } = 32 * 1024 * 1024;

    internal Uri Root { get; } = BaseUrl.AbsoluteUri.EndsWith('/') ? BaseUrl : new Uri(BaseUrl.AbsoluteUri + "/");
}

/// <summary>What HEAD tells of a manifest.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="MediaType">Its Content-Type without parameters.</param>
/// <param name="Size">Its bytes.</param>
public sealed record ManifestHead(Digest Digest, string MediaType, long Size);

/// <summary>A manifest as the registry sent it; the digest was checked over the bytes.</summary>
/// <param name="Bytes">The document.</param>
/// <param name="MediaType">Its Content-Type without parameters.</param>
/// <param name="Digest">Its digest.</param>
public sealed record ManifestContent(ReadOnlyMemory<byte> Bytes, string MediaType, Digest Digest)
{
    /// <summary>Reads the document.</summary>
    public Result<Manifests.ManifestDocument> Parse() => Manifests.ManifestDocument.Parse(Bytes, MediaType);
}

/// <summary>The answer to a manifest PUT.</summary>
/// <param name="Digest">The digest it is stored under.</param>
/// <param name="SubjectHandled">True when the registry keeps the referrers list itself (<c>OCI-Subject</c>).</param>
public sealed record ManifestStored(Digest Digest, bool SubjectHandled);

/// <summary>One page of a list and the address of the next.</summary>
/// <param name="Items">Names in the registry's order; never null or empty ones.</param>
/// <param name="Next">To ask for the next page; null on the last.</param>
public sealed record ListPage(IReadOnlyList<string> Items, Uri? Next);

/// <summary>A blob being read. Dispose it to free the connection.</summary>
/// <param name="content">The bytes.</param>
/// <param name="response">The answer they come from.</param>
/// <param name="offset">Where they start.</param>
/// <param name="totalLength">The whole blob's bytes, when the registry said so.</param>
public sealed class BlobContent(Stream content, HttpResponseMessage response, long offset, long? totalLength) : IAsyncDisposable, IDisposable
{
    /// <summary>
    /// The bytes from <see cref="Offset"/> on. Read as a whole from 0, the end throws <see cref="InvalidDataException"/> when the digest does not match.
    /// </summary>
    public Stream Content => content;

    /// <summary>Position of the first byte in the blob.</summary>
    public long Offset => offset;

    /// <summary>Bytes of the whole blob; null when the registry did not say.</summary>
    public long? TotalLength => totalLength;

    /// <inheritdoc />
    public void Dispose()
    {
        content.Dispose();
        response.Dispose();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        response.Dispose();
    }
}

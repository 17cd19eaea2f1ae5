using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>
/// Descriptions and keys of issuers, from memory for an hour. A token with an unknown key has the keys fetched once more, at most every
/// <see cref="FederationOptions.RefetchSeconds"/> for an issuer, so that made-up key ids cost the issuer nothing. When an issuer is away its
/// known keys hold for six hours.
/// </summary>
public sealed class IssuerDirectory(IssuerHttp http, IOptions<FederationOptions> options, TimeProvider time)
{
    static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    static readonly TimeSpan Held = TimeSpan.FromHours(6);
    const int MaxIssuers = 1_000;

    readonly ConcurrentDictionary<(string Issuer, bool Verify), Entry> _known = new();

    /// <summary>What the issuer says of itself.</summary>
    public async Task<Result<IssuerMetadata>> DescribeAsync(string issuer, bool verifyCertificate, CancellationToken cancellation)
    {
        var entry = Find(issuer, verifyCertificate);
        await entry.Turn.WaitAsync(cancellation);
        try
        {
            return await DescribeAsync(entry, issuer, verifyCertificate, cancellation);
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    /// <summary>Checks the token's signature with the issuer's keys, fetching them when they are old or lack the token's key.</summary>
    public async Task<Result> VerifyAsync(Jwt token, string issuer, bool verifyCertificate, CancellationToken cancellation)
    {
        var entry = Find(issuer, verifyCertificate);
        await entry.Turn.WaitAsync(cancellation);
        try
        {
            var now = time.GetUtcNow();
            if (entry.Keys is null || now - entry.KeysAt >= Fresh)
            {
                var fetched = await FetchKeysAsync(entry, issuer, verifyCertificate, cancellation);
                if (!fetched.Ok && (entry.Keys is null || now - entry.KeysAt >= Held)) return fetched.Error;
            }
            var verified = token.Verify(entry.Keys!);
            if (verified.Ok || verified.Error != JwtErrors.NoKey || !MayFetch(entry)) return verified;
            // rotated: the issuer signs with a key that it did not have when it was last asked
            var again = await FetchKeysAsync(entry, issuer, verifyCertificate, cancellation);
            return again.Ok ? token.Verify(entry.Keys!) : verified;
        }
        finally
        {
            entry.Turn.Release();
        }
    }

    bool MayFetch(Entry entry) => time.GetUtcNow() - entry.TriedAt >= TimeSpan.FromSeconds(options.Value.RefetchSeconds);

    async Task<Result> FetchKeysAsync(Entry entry, string issuer, bool verifyCertificate, CancellationToken cancellation)
    {
        // an issuer that is away is not asked by every request anew
        if (entry.LastError is { } error && !MayFetch(entry)) return error;
        var now = entry.TriedAt = time.GetUtcNow();
        entry.LastError = null;
        var metadata = await DescribeAsync(entry, issuer, verifyCertificate, cancellation);
        var answer = metadata.Ok ? await http.GetAsync("jwks_uri", metadata.Value.KeysAddress, verifyCertificate, null, cancellation) : metadata.Error;
        if (!answer.Ok) return entry.LastError = answer.Error;
        var keys = answer.Value.Status == System.Net.HttpStatusCode.OK ? JsonWebKeySet.Read(answer.Value.Body) : null;
        if (keys is null) return entry.LastError = new("ISSUER_UNREACHABLE", "The issuer's keys (jwks_uri) cannot be read.", ErrorKind.Unavailable, "issuer");
        (entry.Keys, entry.KeysAt) = (keys, now);
        return Result.Success;
    }

    async Task<Result<IssuerMetadata>> DescribeAsync(Entry entry, string issuer, bool verifyCertificate, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (entry.Metadata is { } known && now - entry.MetadataAt < Fresh) return known;
        if (http.Refuse("issuer", issuer) is { } refusal) return refusal;
        var answer = await http.GetAsync("issuer", issuer.TrimEnd('/') + IssuerMetadata.Path, verifyCertificate, null, cancellation);
        var read = answer.Ok ? IssuerMetadata.Read(issuer, answer.Value) : answer.Error;
        if (read.Ok) (entry.Metadata, entry.MetadataAt) = (read.Value, now);
        return read;
    }

    Entry Find(string issuer, bool verifyCertificate)
    {
        if (_known.Count >= MaxIssuers) _known.Clear();
        return _known.GetOrAdd((issuer, verifyCertificate), _ => new());
    }

    sealed class Entry
    {
        /// <summary>One fetch of an issuer at a time; the others wait for its outcome.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);
        public IssuerMetadata? Metadata { get; set; }
        public DateTimeOffset MetadataAt { get; set; }
        public JsonWebKeySet? Keys { get; set; }
        public DateTimeOffset KeysAt { get; set; }
        public DateTimeOffset TriedAt { get; set; }
        public Error? LastError { get; set; }
    }
}

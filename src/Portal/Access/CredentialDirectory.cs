using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using Portal.Data;

namespace Portal.Access;

/// <summary>A credential that may be used: whose it is and what it leaves of the owner's rights.</summary>
/// <param name="Kind">The owner's kind; a credential of somebody else than the caller is refused.</param>
/// <param name="OwnerId">The owner's id.</param>
/// <param name="Limit">The most that it allows; null for all of the owner's rights.</param>
/// <param name="ExpiresAt">From when on it is refused; null for never.</param>
public sealed record CredentialState(SubjectKind Kind, int OwnerId, CallerLimit? Limit = null, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Where it may be used from; null for anywhere. Asked for each use, so it answers from memory.</summary>
    public Func<IPAddress?, bool>? AllowedFrom { get; init; }
}

/// <summary>
/// Knows one kind of credential, such as personal access tokens or robot secrets. Registered as a service; whoever makes, changes or ends a credential
/// announces <c>AccessTopics.OfCredential</c> in the same transaction.
/// </summary>
public interface ICredentialSource
{
    /// <summary>The part of <see cref="Caller.Credential"/> before the slash, such as <c>token</c>.</summary>
    string Name { get; }

    /// <summary>Reads a credential from the database by the part behind the slash; null when it is missing, revoked or otherwise dead. An end in time is told by <see cref="CredentialState.ExpiresAt"/>.</summary>
    Task<CredentialState?> LoadAsync(string id, CancellationToken cancellation);
}

/// <summary>Credentials that may be used, from memory, dropped by the change feed: a revoked one is noticed within two seconds, also behind a token that was given out for it.</summary>
public sealed class CredentialDirectory
{
    const int MaxCached = 50_000;

    readonly FrozenDictionary<string, ICredentialSource> _sources;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<string, CredentialState> _cache = new(StringComparer.Ordinal);
    int _generation;

    public CredentialDirectory(IEnumerable<ICredentialSource> sources, IChangeFeed feed, TimeProvider time)
    {
        (_sources, _time) = (sources.ToFrozenDictionary(s => s.Name, StringComparer.Ordinal), time);
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: AccessTopics.Subject or AccessTopics.Credential })) return;
            Interlocked.Increment(ref _generation);
            if (notice is { Topic: AccessTopics.Credential } n) _cache.TryRemove(n.Key, out _);
            else _cache.Clear();
        });
    }

    /// <summary>The credential when it is alive now; null otherwise, also for a kind that nobody knows.</summary>
    /// <param name="credential">As <see cref="Caller.Credential"/>, such as <c>token/12</c>.</param>
    public async ValueTask<CredentialState?> FindAsync(string credential, CancellationToken cancellation)
    {
        if (!_cache.TryGetValue(credential, out var state))
        {
            var slash = credential.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !_sources.TryGetValue(credential[..slash], out var source)) return null;
            var generation = Volatile.Read(ref _generation);
            state = await source.LoadAsync(credential[(slash + 1)..], cancellation);
            if (state is null) return null;
            if (_cache.Count >= MaxCached) _cache.Clear();
            if (generation == Volatile.Read(ref _generation)) _cache[credential] = state; // otherwise a change arrived meanwhile: answer, but do not keep
        }
        return state.ExpiresAt is { } end && _time.GetUtcNow() >= end ? null : state;
    }
}

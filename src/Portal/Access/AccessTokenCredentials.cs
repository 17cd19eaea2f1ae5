using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// Checks personal access tokens. A token that was found is remembered by its hash until the change feed says that its owner changed, so that further requests
/// touch no database.
/// </summary>
sealed class AccessTokenCredentials
{
    /// <summary>What failures of a token without a user name count for.</summary>
    const string Nameless = "bearer token";
    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly SignInAttempts _attempts;
    readonly CredentialUse _use;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<string, Entry> _known = new(StringComparer.Ordinal);
    int _generation;

    public AccessTokenCredentials(IDbContextFactory<PortalDbContext> contexts, SignInAttempts attempts, CredentialUse use, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _attempts, _use, _time) = (contexts, attempts, use, time);
        feed.Subscribe(notice =>
        {
            if (notice is null)
            {
                Interlocked.Increment(ref _generation);
                _known.Clear();
            }
            else if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject) && subject.Item1 == SubjectKind.User)
            {
                Interlocked.Increment(ref _generation);
                foreach (var (key, entry) in _known)
                    if (entry.UserId == subject.Item2) _known.TryRemove(key, out _);
            }
        });
    }

    /// <summary>Who may act with this token from the caller's address.</summary>
    /// <param name="name">The user name sent along, which must be its owner's; null for a bearer.</param>
    public async ValueTask<Result<Caller>> VerifyAsync(string? name, string text, Caller caller, CancellationToken cancellation)
    {
        var hash = AccessTokenText.Hash(text);
        var key = Convert.ToHexString(hash);
        var fresh = !_known.TryGetValue(key, out var entry);
        if (fresh)
        {
            if (await _attempts.RefuseAsync(name ?? Nameless, caller, cancellation) is { } refusal) return refusal;
            entry = AccessTokenText.IsWhole(text) ? await LoadAsync(key, hash, cancellation) : null;
        }
        if (entry is null || (name is not null && !string.Equals(name, entry.Owner, StringComparison.OrdinalIgnoreCase)))
            return await _attempts.FailedAsync(name ?? Nameless, AuditResources.AccessToken, caller, cancellation);
        var now = _time.GetUtcNow();
        if (entry.ExpiresAt <= now) return AccessErrors.TokenEnded;
        if (!entry.From.Allows(caller.Address)) return AccessErrors.TokenNotFromHere;
        if (fresh) await _attempts.SucceededAsync(name ?? Nameless, caller, cancellation);
        var found = caller with { Kind = SubjectKind.User, Id = entry.UserId, Name = entry.Owner, Limit = entry.Limit, Credential = CredentialUse.NameOfToken(entry.Id) };
        _use.OfToken(entry.Id, found);
        return found;
    }

    async Task<Entry?> LoadAsync(string key, byte[] hash, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var row = await db.AccessTokens.AsNoTracking().Where(t => t.Hash == hash && t.RevokedAt == null && t.User!.DisabledAt == null && !t.User.MustChangePassword)
            .Select(t => new { t.Id, t.UserId, t.User!.UserName, t.Scopes, t.ProjectId, t.AllowedFrom, t.ExpiresAt }).FirstOrDefaultAsync(cancellation);
        if (row is null) return null;
        var limit = row.Scopes.Length == 0 && row.ProjectId is null ? null : new CallerLimit(TokenScopes.Set(row.Scopes), row.ProjectId);
        var entry = new Entry(row.Id, row.UserId, row.UserName!, limit, AddressList.Parse(row.AllowedFrom).Value, row.ExpiresAt);
        if (generation != Volatile.Read(ref _generation)) return entry; // a change arrived meanwhile: answer, but do not keep
        if (_known.Count >= MaxCached) _known.Clear();
        return _known[key] = entry;
    }

    sealed record Entry(int Id, int UserId, string Owner, CallerLimit? Limit, AddressList From, DateTimeOffset? ExpiresAt);
}

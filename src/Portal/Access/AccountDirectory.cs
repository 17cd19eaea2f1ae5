using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>What a token is checked against.</summary>
/// <param name="Stamp">Changes with everything that ends what was given out to the account, such as a new password.</param>
/// <param name="ExpiresAt">From when on the account is refused; null for never.</param>
public sealed record AccountState(SubjectKind Kind, int Id, string Name, string Stamp, DateTimeOffset? ExpiresAt = null);

/// <summary>Users and robots that may act, from memory, dropped by the change feed: a disabled account or a changed password is noticed within two seconds.</summary>
public sealed class AccountDirectory
{
    const int MaxCached = 50_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<(SubjectKind, int), AccountState> _cache = new();
    int _generation;

    public AccountDirectory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _time) = (contexts, time);
        feed.Subscribe(notice =>
        {
            Interlocked.Increment(ref _generation);
            if (notice is null) _cache.Clear();
            else if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject)) _cache.TryRemove(subject, out _);
        });
    }

    /// <summary>The account; null when it is missing, disabled, expired, must first change its password, or is neither a user nor a robot.</summary>
    public async ValueTask<AccountState?> FindAsync(SubjectKind kind, int id, CancellationToken cancellation)
    {
        if (!_cache.TryGetValue((kind, id), out var state)) state = await LoadAsync(kind, id, cancellation);
        return state?.ExpiresAt is { } end && _time.GetUtcNow() >= end ? null : state;
    }

    async Task<AccountState?> LoadAsync(SubjectKind kind, int id, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var state = kind switch
        {
            SubjectKind.User => await UserAsync(db, id, cancellation),
            SubjectKind.Robot => await db.Robots.AsNoTracking().Where(r => r.Id == id && r.DisabledAt == null)
                .Select(r => new AccountState(SubjectKind.Robot, id, r.Login, r.Stamp, r.ExpiresAt)).FirstOrDefaultAsync(cancellation),
            _ => null,
        };
        if (state is null || generation != Volatile.Read(ref _generation)) return state; // a change arrived meanwhile: answer, but do not keep
        if (_cache.Count >= MaxCached) _cache.Clear();
        return _cache[(kind, id)] = state;
    }

    static async Task<AccountState?> UserAsync(PortalDbContext db, int id, CancellationToken cancellation)
    {
        var row = await db.Users.AsNoTracking().Where(u => u.Id == id && u.DisabledAt == null && !u.MustChangePassword)
            .Select(u => new { u.UserName, u.SecurityStamp, u.PasswordHash }).FirstOrDefaultAsync(cancellation);
        return row is null ? null : new(SubjectKind.User, id, row.UserName!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{row.SecurityStamp}\n{row.PasswordHash}")), 0, 8));
    }
}

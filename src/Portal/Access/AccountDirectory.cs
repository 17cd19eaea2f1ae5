using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>What a token is checked against.</summary>
/// <param name="Stamp">Changes with the password; a hash of the account's security stamp.</param>
public sealed record AccountState(int Id, string Name, string Stamp);

/// <summary>Accounts that may act, from memory, dropped by the change feed: a disabled account or a changed password is noticed within two seconds.</summary>
public sealed class AccountDirectory
{
    const int MaxCached = 50_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<int, AccountState> _cache = new();
    int _generation;

    public AccountDirectory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            Interlocked.Increment(ref _generation);
            if (notice is null) _cache.Clear();
            else if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject) && subject.Item1 == SubjectKind.User) _cache.TryRemove(subject.Item2, out _);
        });
    }

    /// <summary>The account; null when it is missing, disabled or must first change its password.</summary>
    public ValueTask<AccountState?> FindAsync(int userId, CancellationToken cancellation) =>
        _cache.TryGetValue(userId, out var known) ? new(known) : new(LoadAsync(userId, cancellation));

    async Task<AccountState?> LoadAsync(int userId, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var row = await db.Users.AsNoTracking().Where(u => u.Id == userId && u.DisabledAt == null && !u.MustChangePassword)
            .Select(u => new { u.UserName, u.SecurityStamp, u.PasswordHash }).FirstOrDefaultAsync(cancellation);
        if (row is null) return null;
        var stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{row.SecurityStamp}\n{row.PasswordHash}")), 0, 8);
        var state = new AccountState(userId, row.UserName!, stamp);
        if (generation != Volatile.Read(ref _generation)) return state; // a change arrived meanwhile: answer, but do not keep
        if (_cache.Count >= MaxCached) _cache.Clear();
        return _cache[userId] = state;
    }
}

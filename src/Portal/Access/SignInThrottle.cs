using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Data;

namespace Portal.Access;

/// <summary>
/// Slows down guessing: per account and address, and per address over all accounts. An account is never locked for everybody,
/// so an outsider cannot keep its owner out. The counts are shared by all nodes.
/// </summary>
sealed class SignInThrottle(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IOptions<AccessOptions> options, TimeProvider time)
{
    static readonly TimeSpan Forget = TimeSpan.FromHours(24);

    // long past on every clock: attempts at the same moment look at clocks a little apart
    static readonly DateTimeOffset NoWait = DateTimeOffset.UnixEpoch;

    /// <summary>How long this account must wait from this address; zero when it may try.</summary>
    public async Task<TimeSpan> WaitAsync(string account, string address, CancellationToken cancellation)
    {
        var keys = Keys(account, address);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var until = await db.SignInFailures.Where(f => keys.Contains(f.Key)).MaxAsync(f => (DateTimeOffset?)f.BlockedUntil, cancellation);
        var wait = until - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait.Value : TimeSpan.Zero;
    }

    /// <summary>
    /// Counts an attempt before its password is looked at, unless the account or the address must wait. Attempts at the same moment take turns, so no more
    /// of them get through than of attempts one after the other.
    /// </summary>
    /// <returns>How long to wait, zero when it may try; and until when it made the address wait.</returns>
    public async Task<(TimeSpan Wait, DateTimeOffset AddressUntil)> ReserveAsync(string account, string address, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        string[] keys = Keys(account, address);
        if (await CountAsync(db, keys[0], options.Value.FreeAttempts, cancellation) is null || await CountAsync(db, keys[1], options.Value.FreeAttemptsPerAddress, cancellation) is not { } until)
        {
            await transaction.RollbackAsync(cancellation);
            var wait = await WaitAsync(account, address, cancellation);
            // the wait may have ended between the two looks; then the client is told to come back at once
            return (wait > TimeSpan.Zero ? wait : TimeSpan.FromSeconds(1), default);
        }
        await transaction.CommitAsync(cancellation);
        return (TimeSpan.Zero, until);
    }

    /// <summary>A right password takes its attempt back: the account's count goes, and the address is as before.</summary>
    public async Task ReleaseAsync(string account, string address, DateTimeOffset addressUntil, CancellationToken cancellation)
    {
        await SucceededAsync(account, address, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var key = Keys(account, address)[1];
        await db.SignInFailures.Where(f => f.Key == key && f.Count > 0).ExecuteUpdateAsync(s => s
            .SetProperty(f => f.Count, f => f.Count - 1).SetProperty(f => f.BlockedUntil, f => f.BlockedUntil == addressUntil ? NoWait : f.BlockedUntil), cancellation);
    }

    /// <summary>Counts an attempt that was wrong, whether or not it had to wait.</summary>
    public async Task FailedAsync(string account, string address, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        string[] keys = Keys(account, address);
        await CountAsync(db, keys[0], options.Value.FreeAttempts, cancellation, evenBlocked: true);
        await CountAsync(db, keys[1], options.Value.FreeAttemptsPerAddress, cancellation, evenBlocked: true);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Adds one to a count, within the transaction; the row stays locked to its end. Gives until when the key waits now; null when it must wait already.</summary>
    async Task<DateTimeOffset?> CountAsync(PortalDbContext db, string key, int free, CancellationToken cancellation, bool evenBlocked = false)
    {
        var now = time.GetUtcNow();
        var open = db.SignInFailures.Where(f => f.Key == key && (evenBlocked || f.BlockedUntil <= now));
        for (var again = false; ; again = true)
        {
            var counted = await open.ExecuteUpdateAsync(s => s.SetProperty(f => f.Count, f => f.LastAt > now - Forget ? f.Count + 1 : 1).SetProperty(f => f.LastAt, now), cancellation);
            if (counted > 0) break;
            if (again) return null;
            await provider.InsertMissingAsync(db, "access.sign_in_failure", [nameof(SignInFailure.Key), nameof(SignInFailure.Count), nameof(SignInFailure.LastAt), nameof(SignInFailure.BlockedUntil)],
                [nameof(SignInFailure.Key)], [[key, 0, now, NoWait]], cancellation);
        }
        var over = await db.SignInFailures.Where(f => f.Key == key).Select(f => f.Count).SingleAsync(cancellation) - free;
        var until = over < 0 ? NoWait : now.AddSeconds(Math.Min(options.Value.MaxWaitSeconds, Math.Pow(2, Math.Min(over, 20))));
        await db.SignInFailures.Where(f => f.Key == key).ExecuteUpdateAsync(s => s.SetProperty(f => f.BlockedUntil, until), cancellation);
        return until;
    }

    /// <summary>A right password clears the account's own count, never the address's.</summary>
    public async Task SucceededAsync(string account, string address, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var key = Keys(account, address)[0];
        await db.SignInFailures.Where(f => f.Key == key).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Drops counts that have been forgotten.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var before = time.GetUtcNow() - Forget;
        return await db.SignInFailures.Where(f => f.LastAt < before).ExecuteDeleteAsync(cancellation);
    }

    static string[] Keys(string account, string address) => [Hash($"a\n{account.ToUpperInvariant()}\n{address}"), Hash($"i\n{address}")];

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;

namespace Portal.Access;

/// <summary>
/// Slows down guessing: per account and address, and per address over all accounts. An account is never locked for everybody,
/// so an outsider cannot keep its owner out. The counts are shared by all nodes.
/// </summary>
sealed class SignInThrottle(IDbContextFactory<PortalDbContext> contexts, IOptions<AccessOptions> options, TimeProvider time)
{
    static readonly TimeSpan Forget = TimeSpan.FromHours(24);

    /// <summary>How long this account must wait from this address; zero when it may try.</summary>
    public async Task<TimeSpan> WaitAsync(string account, string address, CancellationToken cancellation)
    {
        var keys = Keys(account, address);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var until = await db.SignInFailures.Where(f => keys.Contains(f.Key)).MaxAsync(f => (DateTimeOffset?)f.BlockedUntil, cancellation);
        var wait = until - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait.Value : TimeSpan.Zero;
    }

    public async Task FailedAsync(string account, string address, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        string[] keys = Keys(account, address);
        int[] free = [options.Value.FreeAttempts, options.Value.FreeAttemptsPerAddress];
        for (var i = 0; i < keys.Length; i++)
        {
            var key = keys[i];
            var count = 1 + await db.SignInFailures.Where(f => f.Key == key && f.LastAt > now - Forget).Select(f => f.Count).FirstOrDefaultAsync(cancellation);
            var over = count - free[i];
            var wait = over < 0 ? 0 : Math.Min(options.Value.MaxWaitSeconds, Math.Pow(2, Math.Min(over, 20)));
            var until = now.AddSeconds(wait);
            var updated = await db.SignInFailures.Where(f => f.Key == key).ExecuteUpdateAsync(s => s
                .SetProperty(f => f.Count, f => f.LastAt > now - Forget ? f.Count + 1 : 1).SetProperty(f => f.LastAt, now).SetProperty(f => f.BlockedUntil, until), cancellation);
            if (updated > 0) continue;
            db.SignInFailures.Add(new() { Key = key, Count = 1, LastAt = now, BlockedUntil = until });
        }
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Another request counted the first failure of the same key at the same moment; one of the two is enough.
            db.ChangeTracker.Clear();
        }
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

/// <summary>What each try to sign in leaves behind: the throttle's counts, and an audit row for a failure.</summary>
sealed class SignInAttempts(SignInThrottle throttle, AuditLog audit)
{
    public Task<TimeSpan> WaitAsync(string name, Caller caller, CancellationToken cancellation) => throttle.WaitAsync(name, caller.Address, cancellation);

    public async Task FailedAsync(string name, Caller caller, CancellationToken cancellation)
    {
        await throttle.FailedAsync(name, caller.Address, cancellation);
        await audit.WriteAsync(new(caller.Actor with { Name = name }, AuditActions.SignIn, AuditResources.User, name) { Success = false }, cancellation);
    }

    public Task SucceededAsync(string name, Caller caller, CancellationToken cancellation) => throttle.SucceededAsync(name, caller.Address, cancellation);
}

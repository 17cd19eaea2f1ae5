using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>Deletes the content that is marked, unless somebody has taken the mark away; see docs/decisions/0018.</summary>
public sealed class StoreSweep(IDbContextFactory<PortalDbContext> contexts, IRegistryStore store, TimeProvider time)
{
    /// <summary>Digests of one claim.</summary>
    public const int BatchSize = 100;

    /// <summary>How long it is remembered that content was deleted. No request to the registry lasts as long.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    /// <summary>How long what a dead claim left lies before it is dropped.</summary>
    static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Finishes what an earlier run had claimed and not ended, and drops what has been remembered long enough.</summary>
    public async Task<(int Count, long Bytes)> ResumeAsync(CancellationToken cancellation)
    {
        var (count, bytes) = (0, 0L);
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var until = now - Remembered;
        await db.Garbage.Where(g => g.State == GarbageState.Gone && g.GoneAt < until).ExecuteDeleteAsync(cancellation);
        while (await db.Garbage.AsNoTracking().Where(g => g.State == GarbageState.Deleting).OrderBy(g => g.Digest).Take(BatchSize).Select(g => g.Digest).ToListAsync(cancellation) is { Count: > 0 } open)
        {
            var claim = Guid.CreateVersion7();
            // from here on a claim that still lives somewhere is no longer confirmed
            await db.Garbage.Where(g => open.Contains(g.Digest) && g.State == GarbageState.Deleting).ExecuteUpdateAsync(s => s.SetProperty(g => g.Claim, claim).SetProperty(g => g.ClaimedAt, now), cancellation);
            var done = await FinishAsync(db, claim, cancellation);
            (count, bytes) = (count + done.Count, bytes + done.Bytes);
        }
        foreach (var claim in store.Claims()) await ClearAsync(db, claim, now, cancellation);
        return (count, bytes);
    }

    /// <summary>Claims and deletes the next marked digests behind <paramref name="after"/>; the last one looked at comes back, null at the end.</summary>
    public async Task<(string? Last, int Count, long Bytes)> NextAsync(string after, DateTimeOffset markedBefore, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var next = await db.Garbage.AsNoTracking().Where(g => g.State == GarbageState.Marked && g.MarkedAt <= markedBefore && string.Compare(g.Digest, after) > 0).OrderBy(g => g.Digest).Take(BatchSize)
            .Select(g => g.Digest).ToListAsync(cancellation);
        if (next.Count == 0) return (null, 0, 0);
        var (claim, now) = (Guid.CreateVersion7(), time.GetUtcNow());
        // one statement looks and claims: whoever needs a digest took its mark away before, or waits now until it is gone
        await db.Garbage.Where(g => next.Contains(g.Digest) && g.State == GarbageState.Marked && !db.Blobs.Any(b => b.Digest == g.Digest) && !db.Artifacts.Any(a => a.Digest == g.Digest)
            && !db.PushIntents.Any(i => i.Digest == g.Digest)).ExecuteUpdateAsync(s => s.SetProperty(g => g.State, GarbageState.Deleting).SetProperty(g => g.Claim, claim).SetProperty(g => g.ClaimedAt, now), cancellation);
        // needed again
        await db.Garbage.Where(g => next.Contains(g.Digest) && g.State == GarbageState.Marked).ExecuteDeleteAsync(cancellation);
        var done = await FinishAsync(db, claim, cancellation);
        return (next[^1], done.Count, done.Bytes);
    }

    async Task<(int Count, long Bytes)> FinishAsync(PortalDbContext db, Guid claim, CancellationToken cancellation)
    {
        var claimed = await db.Garbage.AsNoTracking().Where(g => g.Claim == claim && g.State == GarbageState.Deleting).Select(g => new { g.Digest, g.Size }).ToListAsync(cancellation);
        if (claimed.Count == 0) return (0, 0);
        var digests = claimed.ConvertAll(c => c.Digest);
        var places = (await db.GarbageLinks.AsNoTracking().Where(l => digests.Contains(l.Digest)).ToListAsync(cancellation)).ToLookup(l => l.Digest, l => l.Repository, StringComparer.Ordinal);
        try
        {
            // a batch that is begun is ended: whoever sends one of its digests waits for it
            await store.SetAsideAsync(claim, [.. digests.Select(d => new StoredPlace(Digest.Parse(d), [.. places[d]]))], CancellationToken.None);
        }
        catch
        {
            // nobody has to wait for a storage that fails: all of it goes back, and to where it stood before
            await store.PutBackAsync(claim, CancellationToken.None);
            await db.Garbage.Where(g => g.Claim == claim && g.State == GarbageState.Deleting).ExecuteUpdateAsync(s => s.SetProperty(g => g.State, GarbageState.Marked), CancellationToken.None);
            throw;
        }
        var now = time.GetUtcNow();
        // the answer to this decides, not the one before: only what this claim still holds is dropped
        var confirmed = await db.Garbage.Where(g => g.Claim == claim && g.State == GarbageState.Deleting).ExecuteUpdateAsync(s => s.SetProperty(g => g.State, GarbageState.Gone).SetProperty(g => g.GoneAt, now), CancellationToken.None);
        if (confirmed == digests.Count)
        {
            await store.DropAsync(claim, digests.ConvertAll(Digest.Parse), CancellationToken.None);
            await db.GarbageLinks.Where(l => digests.Contains(l.Digest)).ExecuteDeleteAsync(CancellationToken.None);
        }
        // somebody else has taken the claim over, and ends it
        await store.PutBackAsync(claim, CancellationToken.None);
        return confirmed == digests.Count ? (claimed.Count, claimed.Sum(c => c.Size)) : (0, 0);
    }

    // What was set aside by a run that died: what is needed goes back, the rest is garbage that its successor has ended.
    async Task ClearAsync(PortalDbContext db, Guid claim, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await db.Garbage.AnyAsync(g => g.Claim == claim && g.State == GarbageState.Deleting, cancellation)) return;
        // version 7 tells when it was made; one that may still be at work is left alone
        if (now - MadeAt(claim) < Abandoned) return;
        await store.PutBackAsync(claim, cancellation);
    }

    static DateTimeOffset MadeAt(Guid claim) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(claim.ToString("N")[..12], 16));
}

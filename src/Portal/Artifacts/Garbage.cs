using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>How far the content of a digest is on its way out. Numbers are stored: never reorder.</summary>
public enum GarbageState
{
    /// <summary>Out of the index; the bytes are still there, and whoever needs them takes the mark away.</summary>
    Marked = 0,

    /// <summary>Somebody holds the claim and moves the bytes out of the way: wait.</summary>
    Deleting = 1,

    /// <summary>The bytes were deleted. What arrived at the registry around that time has to be looked at before it is believed.</summary>
    Gone = 2,
}

/// <summary>Content that nothing needed when its rows left the index. One row a digest; docs/decisions/0018 says who may change it when.</summary>
public sealed class GarbageItem
{
    public string Digest { get; set; } = "";
    public GarbageState State { get; set; }
    public long Size { get; set; }

    /// <summary>It is a manifest, which lies in the registry's own lists as well.</summary>
    public bool IsManifest { get; set; }
    public DateTimeOffset MarkedAt { get; set; }

    /// <summary>Who deletes it.</summary>
    public Guid? Claim { get; set; }
    public DateTimeOffset? ClaimedAt { get; set; }
    public DateTimeOffset? GoneAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<GarbageItem>
    {
        public void Configure(EntityTypeBuilder<GarbageItem> b)
        {
            b.ToTable("garbage", "artifacts");
            b.HasKey(g => g.Digest);
            b.Property(g => g.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.HasIndex(g => new { g.State, g.Digest });
        }
    }
}

/// <summary>A place in the registry that lists a digest and goes with it.</summary>
public sealed class GarbageLink
{
    public string Digest { get; set; } = "";

    /// <summary>The repository's full name.</summary>
    public string Repository { get; set; } = "";

    internal sealed class Configuration : IEntityTypeConfiguration<GarbageLink>
    {
        public void Configure(EntityTypeBuilder<GarbageLink> b)
        {
            b.ToTable("garbage_link", "artifacts");
            b.HasKey(l => new { l.Digest, l.Repository });
            b.Property(l => l.Digest).HasMaxLength(Kernel.Digest.MaxLength);
            b.Property(l => l.Repository).HasMaxLength(536);
        }
    }
}

/// <summary>Thrown while links are written: one of the digests is on its way out, so nothing was written.</summary>
sealed class GarbageMetException : Exception
{
    public GarbageMetException() : base("Content that is being written is marked as garbage.") { }
}

/// <summary>Gives back what is marked as garbage to those who need it now.</summary>
sealed class GarbageBook(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, TimeProvider time)
{
    public const string Table = "artifacts.garbage";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Makes sure that nobody deletes these digests behind the caller, who has committed something that needs them and is about to send their bytes: takes marks away
    /// and waits for whoever is deleting. False when that takes too long.
    /// </summary>
    public async Task<bool> KeepAsync(IReadOnlyCollection<string> digests, CancellationToken cancellation)
    {
        for (var until = time.GetUtcNow() + Patience; ; await Task.Delay(Look, cancellation))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var met = await db.Garbage.AsNoTracking().Where(g => digests.Contains(g.Digest) && g.State != GarbageState.Gone).Select(g => g.State).ToListAsync(cancellation);
            if (met.Count == 0) return true;
            // the row decides: the deleter needs it marked, so whoever is first has it
            await db.Garbage.Where(g => digests.Contains(g.Digest) && g.State == GarbageState.Marked).ExecuteDeleteAsync(cancellation);
            if (met.Contains(GarbageState.Deleting) && time.GetUtcNow() > until) return false;
        }
    }

    /// <summary>
    /// Carries out <paramref name="write"/> in one transaction with taking the digest off the book. Content whose bytes were deleted is asked for with
    /// <paramref name="isHeld"/> first. False when the bytes are not there, or stay in doubt for too long.
    /// </summary>
    public async Task<bool> TakeBackAsync(string digest, Func<Task<bool>> isHeld, Func<PortalDbContext, Task> write, CancellationToken cancellation)
    {
        for (var until = time.GetUtcNow() + Patience; time.GetUtcNow() <= until; await Task.Delay(Look, cancellation))
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var state = await db.Garbage.AsNoTracking().Where(g => g.Digest == digest).Select(g => (GarbageState?)g.State).FirstOrDefaultAsync(cancellation);
            if (state == GarbageState.Deleting) continue;
            if (state == GarbageState.Gone && !await isHeld()) return false;
            if (await TakeBackAsync(db, digest, state, write, cancellation)) return true;
        }
        return false;
    }

    // false when somebody got in between, and it has to be looked at anew
    async Task<bool> TakeBackAsync(PortalDbContext db, string digest, GarbageState? state, Func<PortalDbContext, Task> write, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (state is { } known && await db.Garbage.Where(g => g.Digest == digest && g.State == known).ExecuteDeleteAsync(cancellation) == 0) return false;
        try
        {
            await write(db);
        }
        catch (Exception e) when (provider.IsBrokenReference(e) || Transactions.IsTransient(e))
        {
            return false;
        }
        // marked again while this waited for a lock: then the mark is newer than what was looked at
        if (await db.Garbage.AnyAsync(g => g.Digest == digest, cancellation)) return false;
        await transaction.CommitAsync(cancellation);
        return true;
    }
}

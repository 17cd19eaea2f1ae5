using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Data;

/// <summary>A random key that all nodes use for one purpose, encrypted with the data-protection keys.</summary>
public sealed class SharedKey
{
    public string Name { get; set; } = "";
    public string Protected { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SharedKey>
    {
        public void Configure(EntityTypeBuilder<SharedKey> b)
        {
            b.ToTable("shared_key", "data");
            b.HasKey(k => k.Name);
            b.Property(k => k.Name).HasMaxLength(100);
            b.Property(k => k.Protected).HasMaxLength(2_000);
        }
    }
}

/// <summary>Hands out the keys that all nodes share, and makes one at its first use.</summary>
public sealed class SharedKeys(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Bytes of a key.</summary>
    public const int Size = 32;

    readonly ConcurrentDictionary<string, byte[]> _known = new(StringComparer.Ordinal);

    /// <summary>The key of a purpose, the same on every node and after every restart. Do not change the array.</summary>
    public async ValueTask<byte[]> GetAsync(string name, CancellationToken cancellation)
    {
        if (_known.TryGetValue(name, out var known)) return known;
        var protector = protection.CreateProtector("Portal.Data.SharedKeys", name);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await FindAsync(db, name, cancellation);
        if (row is null)
        {
            var made = Convert.ToBase64String(protector.Protect(RandomNumberGenerator.GetBytes(Size)));
            await provider.InsertMissingAsync(db, "data.shared_key", [nameof(SharedKey.Name), nameof(SharedKey.Protected), nameof(SharedKey.CreatedAt)],
                [nameof(SharedKey.Name)], [[name, made, time.GetUtcNow()]], cancellation);
            // another node may have been first; its key is the one
            row = await FindAsync(db, name, cancellation) ?? made;
        }
        return _known.GetOrAdd(name, protector.Unprotect(Convert.FromBase64String(row)));
    }

    static Task<string?> FindAsync(PortalDbContext db, string name, CancellationToken cancellation) =>
        db.SharedKeys.AsNoTracking().Where(k => k.Name == name).Select(k => k.Protected).FirstOrDefaultAsync(cancellation);
}

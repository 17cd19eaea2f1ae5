using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access.Federation;

/// <summary>Remembers tokens that count once, by a hash of their issuer and id, until their end.</summary>
public sealed class TokenUses(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider)
{
    /// <summary>What a token is remembered by.</summary>
    /// <param name="issuer">Its <c>iss</c>.</param>
    /// <param name="id">Its <c>jti</c>.</param>
    /// <param name="purpose">What it was used for; empty for exchanges. The same id may be used once for each.</param>
    public static string Key(string issuer, string id, string purpose = "") =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(purpose.Length == 0 ? $"{issuer}\n{id}" : $"{purpose}\n{issuer}\n{id}")));

    /// <summary>Remembers a token. True when it is new, or when it was remembered with the same mark.</summary>
    public async Task<bool> TryUseAsync(string key, string mark, DateTimeOffset until, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await provider.InsertMissingAsync(db, "access.federation_use", [nameof(FederationUse.Token), nameof(FederationUse.Address), nameof(FederationUse.Until)], [nameof(FederationUse.Token)], [[key, mark, until]], cancellation);
        return await db.FederationUses.AsNoTracking().Where(u => u.Token == key).Select(u => u.Address).FirstOrDefaultAsync(cancellation) == mark;
    }

    /// <summary>Whether a token is remembered.</summary>
    public async Task<bool> IsUsedAsync(string key, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.FederationUses.AsNoTracking().AnyAsync(u => u.Token == key, cancellation);
    }
}

using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>Passwords that are kept here. A name that nobody has costs the same slow hash as one that somebody has.</summary>
sealed class LocalPasswords(IDbContextFactory<PortalDbContext> contexts, IPasswordHasher<User> hasher)
{
    readonly Lazy<string> _nobody = new(() => hasher.HashPassword(new User(), Convert.ToHexString(RandomNumberGenerator.GetBytes(16))));

    /// <summary>The local account with this name and password; null when there is none, it is disabled, or its password is kept elsewhere.</summary>
    public async Task<User?> FindAsync(string name, string secret, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var normalized = name.ToUpperInvariant();
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NormalizedUserName == normalized && u.Source == UserSource.Local, cancellation);
        var verdict = hasher.VerifyHashedPassword(user ?? new User(), user?.PasswordHash ?? _nobody.Value, secret);
        return user is { DisabledAt: null } && verdict != PasswordVerificationResult.Failed ? user : null;
    }
}

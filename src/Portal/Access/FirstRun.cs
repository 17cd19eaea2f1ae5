using System.Runtime.Versioning;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Data;

namespace Portal.Access;

/// <summary>How the first administrator comes to be.</summary>
public sealed class FirstRunOptions
{
    public const string Section = "Portal:FirstRun";

    /// <summary>Where the one-time password is written for the operator to read; empty for the log only.</summary>
    public string PasswordFile { get; set; } = "";

    /// <summary>Removes what was written down, once it is of no use any more.</summary>
    internal void Forget()
    {
        if (PasswordFile.Length > 0) File.Delete(PasswordFile);
    }
}

/// <summary>
/// Creates <c>admin</c> when there is no account at all: with the password in <c>PORTAL_ADMIN_PASSWORD</c>, or with a random one that is
/// written down once and must be replaced at the first sign-in. There is no default password.
/// </summary>
sealed class FirstRun(IDbContextFactory<PortalDbContext> contexts, AccountEffects effects, IPasswordHasher<User> hasher, IOptions<FirstRunOptions> options, IConfiguration configuration, ILogger<FirstRun> log)
{
    internal const string Account = "admin";
    const string Letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Users.AnyAsync(cancellation))
        {
            if (!await db.Users.AnyAsync(u => u.UserName == Account && u.MustChangePassword, cancellation)) options.Value.Forget();
            return;
        }
        var named = configuration["PORTAL_ADMIN_PASSWORD"];
        if (named is { Length: > 0 and < 8 or > 128 }) throw new InvalidOperationException("PORTAL_ADMIN_PASSWORD has 8 to 128 characters.");
        var password = string.IsNullOrEmpty(named) ? RandomNumberGenerator.GetString(Letters, 20) : named;
        var user = effects.NewUser(Account, UserProfile.Empty with { DisplayName = "Administrator" }, mustChange: string.IsNullOrEmpty(named));
        user.PasswordHash = hasher.HashPassword(user, password);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Users.Add(user);
        await db.SaveChangesAsync(cancellation);
        var role = await db.Roles.SingleAsync(r => r.Name == BuiltInRoles.SystemAdministrator.Name, cancellation);
        db.Bindings.Add(effects.NewBinding(Caller.Portal, user.Id, role.Id, null));
        effects.Audit(db, Caller.Portal, Portal.Audit.AuditActions.Create, Account, null, new { name = Account, Administrator = true });
        await db.SaveChangesAsync(cancellation);
        // The file comes first: an account whose password nobody can know would be worse than a file without an account.
        if (string.IsNullOrEmpty(named)) await WriteDownAsync(password, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    async Task WriteDownAsync(string password, CancellationToken cancellation)
    {
        if (options.Value.PasswordFile.Length == 0)
        {
            log.LogWarning("First start: sign in as {Account} with the one-time password {Password} and choose your own", Account, password);
            return;
        }
        // Made anew: a file that lies there already would keep its owner and its rights.
        File.Delete(options.Value.PasswordFile);
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) OwnerOnly(file);
        await using (var stream = new FileStream(options.Value.PasswordFile, file))
        await using (var writer = new StreamWriter(stream))
            await writer.WriteLineAsync(password.AsMemory(), cancellation);
        log.LogWarning("First start: the one-time password of {Account} is in {File}", Account, options.Value.PasswordFile);
    }

    [UnsupportedOSPlatform("windows")]
    static void OwnerOnly(FileStreamOptions file) => file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
}

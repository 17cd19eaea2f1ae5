using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Data;

namespace Portal.Access.Settings;

/// <summary>The sign-in settings as they are now, from memory; a change reaches every node within two seconds.</summary>
public sealed class AuthSettingsStore
{
    const string Purpose = "Portal.Access.Settings";

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly IDataProtectionProvider _protection;
    readonly ILogger<AuthSettingsStore> _log;
    AuthSettings? _current;
    int _generation;

    public AuthSettingsStore(IDbContextFactory<PortalDbContext> contexts, IDataProtectionProvider protection, IChangeFeed feed, ILogger<AuthSettingsStore> log)
    {
        (_contexts, _protection, _log) = (contexts, protection, log);
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: AccessTopics.Settings })) return;
            Interlocked.Increment(ref _generation);
            Volatile.Write(ref _current, null);
        });
    }

    /// <summary>The settings with their secrets. Never hand them to a page or an answer.</summary>
    public ValueTask<AuthSettings> CurrentAsync(CancellationToken cancellation) => Volatile.Read(ref _current) is { } known ? new(known) : new(LoadAsync(cancellation));

    async Task<AuthSettings> LoadAsync(CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var settings = await ReadAsync(db, cancellation);
        if (generation == Volatile.Read(ref _generation)) Volatile.Write(ref _current, settings); // otherwise a change arrived meanwhile: answer, but do not keep
        return settings;
    }

    /// <summary>The settings as this transaction sees them.</summary>
    internal async Task<AuthSettings> ReadAsync(PortalDbContext db, CancellationToken cancellation)
    {
        var rows = await db.Settings.AsNoTracking().ToDictionaryAsync(s => s.Key, s => s.Value, StringComparer.Ordinal, cancellation);
        foreach (var key in SettingKeys.All.Where(k => k.Kind == SettingKind.Secret && rows.ContainsKey(k.Name))) rows[key.Name] = Reveal(key, rows[key.Name]);
        return AuthSettings.From(rows);
    }

    /// <summary>Encrypts a secret for the database; an empty one stays empty.</summary>
    internal string Hide(SettingKey key, string secret) => secret.Length == 0 ? "" : _protection.CreateProtector(Purpose, key.Name).Protect(secret);

    string Reveal(SettingKey key, string stored)
    {
        if (stored.Length == 0) return "";
        try
        {
            return _protection.CreateProtector(Purpose, key.Name).Unprotect(stored);
        }
        catch (CryptographicException e)
        {
            _log.LogError(e, "{Setting} cannot be decrypted, because the key that it was encrypted with is gone; set it anew", key.Name);
            return "";
        }
    }
}

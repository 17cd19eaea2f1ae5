using Microsoft.EntityFrameworkCore;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Settings;

/// <summary>A setting as pages and the REST API show it.</summary>
/// <param name="Value">As text; empty for a secret.</param>
/// <param name="IsSet">Whether it has been given a value; all that is said of a secret.</param>
public sealed record SettingValue(SettingKey Key, string Value, bool IsSet);

/// <summary>Every setting, in the order of <see cref="SettingKeys.All"/>.</summary>
public sealed record SettingValues(IReadOnlyList<SettingValue> Items)
{
    /// <summary>One of them.</summary>
    public SettingValue this[SettingKey key] => Items.First(i => i.Key == key);
}

/// <summary>Shows and changes the settings of sign-in and of the system. Every change is checked as a whole, audited and announced in one transaction.</summary>
public sealed class AuthSettingsService(Transactions transactions, AuthSettingsStore store, IAccessPolicy policy, GroupGrants grants, AuditLog audit, AccountEffects effects)
{
    /// <summary>Every setting, without secrets.</summary>
    public async Task<Result<SettingValues>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ConfigurationRead, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync<SettingValues>(async db =>
        {
            var rows = await db.Settings.AsNoTracking().ToDictionaryAsync(s => s.Key, s => s.Value, StringComparer.Ordinal, cancellation);
            return new SettingValues([.. SettingKeys.All.Select(k => Shown(k, rows.GetValueOrDefault(k.Name)))]);
        }, cancellation);
    }

    /// <summary>Changes the named settings and leaves the others; only a system administrator may, because whoever says who signs in can be anybody. An empty secret removes it; to keep one, leave it out.</summary>
    /// <param name="changes">Values as text by setting name: numbers in decimal, flags as <c>true</c> and <c>false</c>.</param>
    public async Task<Result> ChangeAsync(Caller caller, IReadOnlyDictionary<string, string> changes, CancellationToken cancellation)
    {
        if (await policy.RefuseAllButAdministratorsAsync(caller, Permissions.ConfigurationUpdate, cancellation) is { } refusal) return refusal;
        var keys = new List<(SettingKey Key, string Value)>();
        foreach (var (name, value) in changes)
        {
            if (SettingKeys.Find(name) is not { } key) return Error.Invalid(name, $"{name} is not a setting of this server.");
            var text = key.Kind == SettingKind.Secret ? value : value.Trim();
            if (key.Check(text) is { } wrong) return wrong;
            keys.Add((key, text));
        }
        return await transactions.RunAsync(db => WriteAsync(db, caller, keys, cancellation), cancellation);
    }

    async Task<Result> WriteAsync(PortalDbContext db, Caller caller, IReadOnlyList<(SettingKey Key, string Value)> changes, CancellationToken cancellation)
    {
        var rows = await db.Settings.ToDictionaryAsync(s => s.Key, StringComparer.Ordinal, cancellation);
        var (before, after) = (new SortedDictionary<string, string>(StringComparer.Ordinal), new SortedDictionary<string, string>(StringComparer.Ordinal));
        foreach (var (key, value) in changes)
        {
            rows.TryGetValue(key.Name, out var row);
            if (key.Kind != SettingKind.Secret && (row?.Value ?? key.Default) == value) continue;
            if (key.Kind == SettingKind.Secret && value.Length == 0 && row is null or { Value: "" }) continue;
            (before[key.Name], after[key.Name]) = key.Kind == SettingKind.Secret ? (row is null or { Value: "" } ? "none" : "set", value.Length == 0 ? "none" : "replaced") : (row?.Value ?? key.Default, value);
            if (row is null) db.Settings.Add(row = new() { Key = key.Name });
            (row.Value, row.UpdatedAt, row.UpdatedBy) = (key.Kind == SettingKind.Secret ? store.Hide(key, value) : value, effects.Now, caller.Name);
        }
        if (after.Count == 0) return Result.Success;
        var part = changes.All(c => c.Key == SettingKeys.ReadOnly) ? "system" : changes.All(c => SettingKeys.IsOfQuotas(c.Key)) ? "quotas" : changes.All(c => SettingKeys.IsOfTrash(c.Key)) ? "trash" : "sign-in";
        audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Settings, part) { Before = before, After = after });
        await db.SaveChangesAsync(cancellation);
        var settings = await store.ReadAsync(db, cancellation);
        if (Problem(settings) is { } problem) return problem;
        await grants.ApplyToAllAsync(db, settings, cancellation);
        await effects.AnnounceSettingsAsync(db, cancellation);
        return Result.Success;
    }

    /// <summary>What does not fit together.</summary>
    static Error? Problem(AuthSettings s)
    {
        if (s.Ldap.Enabled && s.Ldap.Url.Length == 0) return Missing(SettingKeys.LdapUrl, "LDAP sign-in");
        if (s.Ldap.Enabled && s.Ldap.BaseDn.Length == 0) return Missing(SettingKeys.LdapBaseDn, "LDAP sign-in");
        if (s.Ldap.StartTls && s.Ldap.Url.StartsWith("ldaps:", StringComparison.OrdinalIgnoreCase)) return Error.Invalid(SettingKeys.LdapStartTls.Name, "ldap_start_tls goes with an ldap:// address; ldaps:// is encrypted from the start.");
        if (s.Ldap.SearchDn.Length > 0 && s.Ldap.Enabled && s.Ldap.SearchPassword.Length == 0) return Missing(SettingKeys.LdapSearchPassword, "a search with ldap_search_dn");
        if (s.Oidc.Enabled && s.Oidc.Endpoint.Length == 0) return Missing(SettingKeys.OidcEndpoint, "OIDC sign-in");
        if (s.Oidc.Enabled && s.Oidc.ClientId.Length == 0) return Missing(SettingKeys.OidcClientId, "OIDC sign-in");
        return null;
    }

    static Error Missing(SettingKey key, string what) => Error.Invalid(key.Name, $"{key.Name} is needed for {what}.");

    static SettingValue Shown(SettingKey key, string? stored) =>
        key.Kind == SettingKind.Secret ? new(key, "", stored is { Length: > 0 }) : new(key, stored ?? key.Default, stored is not null);
}

using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Ldap;

/// <summary>What would happen at the sign-in of a person of the directory.</summary>
/// <param name="Taken">Their groups that pass the allow pattern.</param>
/// <param name="Ignored">How many do not.</param>
/// <param name="Administrator">Whether one of them is the administrator group.</param>
/// <param name="PasswordRight">Whether the tried password is right; null when none was tried.</param>
public sealed record LdapTrial(LdapPerson Person, IReadOnlyList<string> Taken, int Ignored, bool Administrator, bool? PasswordRight);

/// <summary>A person of the directory.</summary>
/// <param name="Account">The user name of their account; null while they have none.</param>
public sealed record LdapFound(LdapPerson Person, string? Account);

/// <summary>A name that could not be imported, and why.</summary>
public sealed record LdapImportFailure(string Uid, string Reason);

/// <summary>What an import did.</summary>
public sealed record LdapImport(int Imported, IReadOnlyList<LdapImportFailure> Failures);

/// <summary>What administrators do with the directory: test it, look into it, import from it.</summary>
public sealed class LdapAdministration(AuthSettingsStore store, LdapDirectory directory, LdapSignIn signIn, GroupService groups, IAccessPolicy policy)
{
    /// <summary>The right to make accounts of the directory's people.</summary>
    public static Permission Import => GroupRights.DirectoryImport;

    /// <summary>Why a name was not imported: the directory has not exactly one such person.</summary>
    public const string Unknown = "unknown_user";

    /// <summary>Why a name was not imported: they have an account, and it is disabled.</summary>
    public const string Disabled = "the account is disabled";

    /// <summary>The most names of one import.</summary>
    public const int MaxImport = 100;

    /// <summary>
    /// Connects with settings that need not be stored. The stored password goes only to the stored address. Whoever may only read the settings tries these alone,
    /// so that they do not make the server connect wherever they like.
    /// </summary>
    /// <param name="tried">What differs from the stored settings; null tries these as they are. An empty password stands for the stored one.</param>
    public async Task<Result> PingAsync(Caller caller, Func<LdapSettings, LdapSettings>? tried, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, tried is null ? Permissions.ConfigurationRead : Permissions.ConfigurationUpdate, cancellation) is { } refusal) return refusal;
        var stored = (await store.CurrentAsync(cancellation)).Ldap;
        if (tried is null) return await directory.PingAsync(stored, cancellation);
        var wanted = tried(stored with { SearchPassword = "" });
        if (wanted.SearchPassword.Length == 0 && wanted.SearchDn.Length > 0)
        {
            if (wanted.Url != stored.Url || wanted.SearchDn != stored.SearchDn || (stored.VerifyCertificate && !wanted.VerifyCertificate) || (stored.StartTls && !wanted.StartTls))
                return Error.Invalid("ldap_search_password", "ldap_search_password is needed: the stored one is only used with the stored address, account and protection.");
            wanted = wanted with { SearchPassword = stored.SearchPassword };
        }
        return await directory.PingAsync(wanted, cancellation);
    }

    /// <summary>The same with settings by name, as a form sends them; a secret that is left out stands for the stored one.</summary>
    public async Task<Result> PingAsync(Caller caller, IReadOnlyDictionary<string, string> typed, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ConfigurationUpdate, cancellation) is { } refusal) return refusal;
        foreach (var (name, value) in typed)
            if (SettingKeys.Find(name)?.Check(value.Trim()) is { } wrong) return wrong;
        return await PingAsync(caller, _ => LdapSettings.From(typed), cancellation);
    }

    /// <summary>What would happen if this person signed in.</summary>
    /// <param name="password">Tried too when it is not empty. Failures are not counted, because only administrators get here.</param>
    public async Task<Result<LdapTrial>> TryAsync(Caller caller, string uid, string password, CancellationToken cancellation)
    {
        if (await policy.RefuseAllButAdministratorsAsync(caller, GroupRights.DirectoryList, cancellation) is { } refusal) return refusal;
        if (CheckUid(uid) is { } wrong) return wrong;
        var settings = await store.CurrentAsync(cancellation);
        var found = await directory.FindAsync(settings.Ldap, uid, cancellation);
        if (!found.Ok) return found.Error;
        if (found.Value.Person is not { } person) return Error.NotFound($"Exactly one person with {settings.Ldap.UidAttribute} {uid}");
        bool? right = null;
        if (password.Length > 0)
        {
            var tried = await directory.SignInAsync(settings.Ldap, uid, password, cancellation);
            if (!tried.Ok) return tried.Error;
            right = tried.Value.Person is not null;
        }
        var (names, ignored) = GroupSync.Choose(settings, GroupSource.Ldap, person.Groups);
        return new LdapTrial(person, names, ignored, names.Any(n => GroupGrants.IsAdministrators(settings, GroupSource.Ldap, n)), right);
    }

    /// <summary>People whose name contains the text, at most <see cref="LdapDirectory.MaxFound"/>.</summary>
    public async Task<Result<List<LdapPerson>>> SearchPeopleAsync(Caller caller, string text, CancellationToken cancellation)
    {
        if (await ReadyAsync(caller, GroupRights.DirectoryList, cancellation) is { Ok: false } refused) return refused.Error;
        if (text.Length > User.MaxNameLength) return Error.Invalid("username", $"username has at most {User.MaxNameLength} characters.");
        return await directory.SearchPeopleAsync((await store.CurrentAsync(cancellation)).Ldap, text, cancellation);
    }

    /// <summary>The same with the accounts that they have.</summary>
    public async Task<Result<IReadOnlyList<LdapFound>>> FindPeopleAsync(Caller caller, string text, CancellationToken cancellation)
    {
        var found = await SearchPeopleAsync(caller, text, cancellation);
        if (!found.Ok) return found.Error;
        var accounts = await signIn.AccountsAsync([.. found.Value.Select(p => p.Key)], cancellation);
        return found.Value.Select(p => new LdapFound(p, accounts.GetValueOrDefault(p.Key))).ToList();
    }

    /// <summary>Groups by a part of their name or by their distinguished name, at most <see cref="LdapDirectory.MaxFound"/>.</summary>
    public async Task<Result<List<LdapGroup>>> SearchGroupsAsync(Caller caller, string name, string dn, CancellationToken cancellation)
    {
        if (await ReadyAsync(caller, GroupRights.DirectoryList, cancellation) is { Ok: false } refused) return refused.Error;
        if (name.Length > Group.MaxNameLength) return Error.Invalid("groupname", $"groupname has at most {Group.MaxNameLength} characters.");
        if (dn.Length > 0 && GroupSync.Normalize(GroupSource.Ldap, dn) is null) return GroupErrors.Dn with { Field = "groupdn" };
        return await directory.SearchGroupsAsync((await store.CurrentAsync(cancellation)).Ldap, name, dn.Length > 0 ? dn : null, cancellation);
    }

    /// <summary>Whether the caller could import now: the directory is switched on, and they have the right.</summary>
    public async Task<bool> MayImportAsync(Caller caller, CancellationToken cancellation) => (await ReadyAsync(caller, GroupRights.DirectoryImport, cancellation)).Ok;

    /// <summary>Makes accounts for people before they sign in; who has one keeps it.</summary>
    public async Task<Result<LdapImport>> ImportAsync(Caller caller, IReadOnlyList<string> uids, CancellationToken cancellation)
    {
        var ready = await ReadyAsync(caller, GroupRights.DirectoryImport, cancellation);
        if (!ready.Ok) return ready.Error;
        if (uids.Count is 0 or > MaxImport) return Error.Invalid("ldap_uid_list", $"ldap_uid_list holds 1 to {MaxImport} names.");
        var failures = new List<LdapImportFailure>();
        foreach (var uid in uids.Distinct(StringComparer.Ordinal))
        {
            if (CheckUid(uid) is { } wrong)
            {
                failures.Add(new(uid, wrong.Message));
                continue;
            }
            var found = await directory.FindAsync(ready.Value, uid, cancellation);
            if (!found.Ok && found.Error.Kind == ErrorKind.Unavailable) return found.Error;
            if (!found.Ok) failures.Add(new(uid, found.Error.Message));
            else if (found.Value.Person is not { } person) failures.Add(new(uid, Unknown));
            else if (await signIn.EnsureAsync(caller, person, cancellation) is { Ok: false } refused) failures.Add(new(uid, refused.Error == AccessErrors.WrongCredentials ? Disabled : refused.Error.Message));
        }
        return new LdapImport(uids.Distinct(StringComparer.Ordinal).Count() - failures.Count, failures);
    }

    /// <summary>Makes a group of the directory known before anybody in it signs in.</summary>
    /// <param name="name">What Portal calls it; empty takes the directory's name.</param>
    public async Task<Result<int>> ImportGroupAsync(Caller caller, string dn, string name, string description, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, GroupRights.Create, cancellation) is { } refusal) return refusal;
        if (GroupSync.Normalize(GroupSource.Ldap, dn) is null) return GroupErrors.Dn;
        var settings = (await store.CurrentAsync(cancellation)).Ldap;
        if (!settings.Enabled) return NotEnabled;
        var found = await directory.SearchGroupsAsync(settings, "", dn, cancellation);
        if (!found.Ok) return found.Error;
        if (found.Value is not [var group]) return Error.NotFound($"The group {dn}") with { Field = "ldap_group_dn" };
        return await groups.CreateAsync(caller, GroupSource.Ldap, name.Length > 0 ? name : group.Name, group.Dn, description, cancellation);
    }

    static Error NotEnabled { get; } = Error.Invalid("ldap_enabled", "LDAP sign-in is not switched on.");

    static Error? CheckUid(string uid) => uid.Length is 0 or > User.MaxNameLength || uid.Any(char.IsControl) ? Error.Invalid("uid", $"A name in the directory has 1 to {User.MaxNameLength} characters and no control characters.") : null;

    async Task<Result<LdapSettings>> ReadyAsync(Caller caller, Permission right, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, right, cancellation) is { } refusal) return refusal;
        var settings = (await store.CurrentAsync(cancellation)).Ldap;
        return settings.Enabled ? settings : NotEnabled;
    }
}

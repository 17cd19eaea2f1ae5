using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Kernel;

namespace Portal.Access.Ldap;

/// <summary>Signs people in with the directory's passwords: makes the account at the first time, and replaces their groups each time.</summary>
public sealed class LdapSignIn(AuthSettingsStore settings, LdapDirectory directory, ExternalAccounts accounts, GroupSync groups)
{
    /// <summary>Who vouches for the subjects of LDAP accounts. There is one directory, and moving it to another host must not make new accounts.</summary>
    public const string Issuer = "ldap";

    /// <summary>What stands behind the name of an account whose own name was taken.</summary>
    internal const string Suffix = "@ldap";

    /// <summary>
    /// Finds out who has this name and password in the directory. Refusals: <c>UNAUTHORIZED</c> for an unknown name, a wrong or empty password and a disabled account,
    /// <c>DIRECTORY_UNAVAILABLE</c> when the directory does not serve; the latter is the same for every name.
    /// </summary>
    /// <param name="caller">The anonymous caller with the address and client of the request.</param>
    public async Task<Result<Caller>> VerifyAsync(string name, string password, Caller caller, CancellationToken cancellation)
    {
        var present = (await settings.CurrentAsync(cancellation)).Ldap;
        if (!present.Enabled || password.Length == 0) return AccessErrors.WrongCredentials;
        var typed = name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) && name.Length > Suffix.Length ? name[..^Suffix.Length] : name;
        var found = await directory.SignInAsync(present, typed, password, cancellation);
        if (!found.Ok) return LdapSignInErrors.SignInUnavailable;
        if (found.Value.Person is not { } person) return AccessErrors.WrongCredentials;
        var account = await EnsureAsync(caller, person, cancellation);
        if (!account.Ok) return account.Error;
        await groups.ReplaceAsync(account.Value, GroupSource.Ldap, person.Groups, cancellation);
        return account.Value;
    }

    /// <summary>The user names of the accounts that these people of the directory have, by their keys.</summary>
    internal Task<IReadOnlyDictionary<string, string>> AccountsAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) => accounts.NamesAsync(UserSource.Ldap, Issuer, keys, cancellation);

    /// <summary>The account of a person of the directory, made when there is none.</summary>
    internal Task<Result<Caller>> EnsureAsync(Caller caller, LdapPerson person, CancellationToken cancellation) =>
        accounts.EnsureAsync(caller, UserSource.Ldap, Issuer, person.Key, person.Uid, new(person.DisplayName, person.Email, ""), cancellation);
}

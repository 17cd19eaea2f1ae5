using System.Globalization;

namespace Portal.Access.Settings;

/// <summary>How people sign in. Local accounts always can, whatever is switched on beside them.</summary>
public sealed record AuthSettings
{
    public required LdapSettings Ldap { get; init; }
    public required OidcSettings Oidc { get; init; }

    /// <summary>What is kept beside them and has nothing to do with signing in.</summary>
    public required SystemSettings System { get; init; }

    /// <summary>The sign-in page goes straight to the OIDC provider; <c>/sign-in?local</c> still shows the form.</summary>
    public bool OidcFirst { get; init; }

    /// <summary>What <c>auth_mode</c> of the REST API says: OIDC before LDAP before local.</summary>
    public string Mode => Oidc.Enabled ? AuthModes.Oidc : Ldap.Enabled ? AuthModes.Ldap : AuthModes.Local;

    /// <summary>Reads the settings from stored values; a missing one has its default.</summary>
    internal static AuthSettings From(IReadOnlyDictionary<string, string> values) => new()
    {
        OidcFirst = Flag(values, SettingKeys.PrimaryAuthMode),
        Ldap = LdapSettings.From(values),
        Oidc = OidcSettings.From(values),
        System = new() { ReadOnly = Flag(values, SettingKeys.ReadOnly) },
    };

    internal static string Text(IReadOnlyDictionary<string, string> values, SettingKey key) => values.GetValueOrDefault(key.Name, key.Default);

    internal static bool Flag(IReadOnlyDictionary<string, string> values, SettingKey key) => Text(values, key) == "true";

    internal static int Number(IReadOnlyDictionary<string, string> values, SettingKey key) => int.Parse(Text(values, key), CultureInfo.InvariantCulture);
}

/// <summary>Switches of the whole system.</summary>
public sealed record SystemSettings
{
    /// <summary>Nothing may be changed; pulls and signing in go on.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>The words of <c>auth_mode</c>.</summary>
public static class AuthModes
{
    public const string Local = "db_auth";
    public const string Ldap = "ldap_auth";
    public const string Oidc = "oidc_auth";
}

/// <summary>How far a directory search goes. The numbers are those of <c>ldap_scope</c>.</summary>
public enum LdapScope
{
    /// <summary>The base entry alone.</summary>
    Base = 0,

    /// <summary>The entries right below it.</summary>
    OneLevel = 1,

    /// <summary>It and all below.</summary>
    Subtree = 2,
}

/// <summary>Where the directory is and how people and groups are found in it.</summary>
public sealed record LdapSettings
{
    public bool Enabled { get; init; }

    /// <summary><c>ldap://host:port</c> or <c>ldaps://host:port</c>.</summary>
    public string Url { get; init; } = "";
    public bool StartTls { get; init; }

    /// <summary>Refuse a server whose certificate is not trusted or not for this host.</summary>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Who searches; empty searches anonymously.</summary>
    public string SearchDn { get; init; } = "";
    public string SearchPassword { get; init; } = "";
    public string BaseDn { get; init; } = "";

    /// <summary>An RFC 4515 filter that people must fulfil; may be empty.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The attribute that people type as their name.</summary>
    public string UidAttribute { get; init; } = "cn";
    public LdapScope Scope { get; init; } = LdapScope.Subtree;
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where groups are searched; empty uses only what a person's own entry says.</summary>
    public string GroupBaseDn { get; init; } = "";
    public string GroupFilter { get; init; } = "";

    /// <summary>The attribute with a group's name.</summary>
    public string GroupNameAttribute { get; init; } = "cn";
    public LdapScope GroupScope { get; init; } = LdapScope.Subtree;

    /// <summary>The attribute of a person's entry that lists their groups.</summary>
    public string MembershipAttribute { get; init; } = "memberof";

    /// <summary>Members of this group are system administrators; empty for none.</summary>
    public string AdminGroupDn { get; init; } = "";

    /// <summary>Only groups whose name fits are taken; empty takes all. See <see cref="Groups.GroupPattern"/>.</summary>
    public string GroupAllow { get; init; } = "";

    /// <summary>The record's own text would hold the password.</summary>
    public override string ToString() => $"LDAP {Url}";

    internal static LdapSettings From(IReadOnlyDictionary<string, string> v) => new()
    {
        Enabled = AuthSettings.Flag(v, SettingKeys.LdapEnabled),
        Url = AuthSettings.Text(v, SettingKeys.LdapUrl),
        StartTls = AuthSettings.Flag(v, SettingKeys.LdapStartTls),
        VerifyCertificate = AuthSettings.Flag(v, SettingKeys.LdapVerifyCert),
        SearchDn = AuthSettings.Text(v, SettingKeys.LdapSearchDn),
        SearchPassword = AuthSettings.Text(v, SettingKeys.LdapSearchPassword),
        BaseDn = AuthSettings.Text(v, SettingKeys.LdapBaseDn),
        Filter = AuthSettings.Text(v, SettingKeys.LdapFilter),
        UidAttribute = AuthSettings.Text(v, SettingKeys.LdapUid),
        Scope = (LdapScope)AuthSettings.Number(v, SettingKeys.LdapScope),
        TimeLimit = TimeSpan.FromSeconds(AuthSettings.Number(v, SettingKeys.LdapTimeout)),
        GroupBaseDn = AuthSettings.Text(v, SettingKeys.LdapGroupBaseDn),
        GroupFilter = AuthSettings.Text(v, SettingKeys.LdapGroupSearchFilter),
        GroupNameAttribute = AuthSettings.Text(v, SettingKeys.LdapGroupAttributeName),
        GroupScope = (LdapScope)AuthSettings.Number(v, SettingKeys.LdapGroupSearchScope),
        MembershipAttribute = AuthSettings.Text(v, SettingKeys.LdapGroupMembershipAttribute),
        AdminGroupDn = AuthSettings.Text(v, SettingKeys.LdapGroupAdminDn),
        GroupAllow = AuthSettings.Text(v, SettingKeys.LdapGroupAllow),
    };
}

/// <summary>Where the OIDC provider is and what its claims mean.</summary>
public sealed record OidcSettings
{
    public bool Enabled { get; init; }

    /// <summary>What the sign-in button calls the provider.</summary>
    public string Name { get; init; } = "";

    /// <summary>The issuer's URL, below which the discovery document lies.</summary>
    public string Endpoint { get; init; } = "";
    public string ClientId { get; init; } = "";
    public string ClientSecret { get; init; } = "";

    /// <summary>Scopes parted by commas or spaces as typed; <c>openid</c> is among them.</summary>
    public string Scope { get; init; } = "openid";

    /// <summary>The same one by one.</summary>
    public IReadOnlyList<string> Scopes => Scope.Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>Makes an account at the first sign-in without asking for a name.</summary>
    public bool AutoOnboard { get; init; }

    /// <summary>The claim that names a new account; empty takes the usual ones.</summary>
    public string UserClaim { get; init; } = "";
    public string GroupsClaim { get; init; } = "";

    /// <summary>Members of this group are system administrators; empty for none.</summary>
    public string AdminGroup { get; init; } = "";

    /// <summary>A regular expression that a group's name must match somewhere to be taken; empty takes all.</summary>
    public string GroupFilter { get; init; } = "";

    /// <summary>A JSON object of texts: more parameters for the authorisation request.</summary>
    public string ExtraRedirectParameters { get; init; } = "{}";

    /// <summary>Signing out here signs out at the provider too.</summary>
    public bool Logout { get; init; }

    /// <summary>The record's own text would hold the secret.</summary>
    public override string ToString() => $"OIDC {Endpoint}";

    internal static OidcSettings From(IReadOnlyDictionary<string, string> v) => new()
    {
        Enabled = AuthSettings.Flag(v, SettingKeys.OidcEnabled),
        Name = AuthSettings.Text(v, SettingKeys.OidcName),
        Endpoint = AuthSettings.Text(v, SettingKeys.OidcEndpoint),
        ClientId = AuthSettings.Text(v, SettingKeys.OidcClientId),
        ClientSecret = AuthSettings.Text(v, SettingKeys.OidcClientSecret),
        Scope = AuthSettings.Text(v, SettingKeys.OidcScope),
        VerifyCertificate = AuthSettings.Flag(v, SettingKeys.OidcVerifyCert),
        AutoOnboard = AuthSettings.Flag(v, SettingKeys.OidcAutoOnboard),
        UserClaim = AuthSettings.Text(v, SettingKeys.OidcUserClaim),
        GroupsClaim = AuthSettings.Text(v, SettingKeys.OidcGroupsClaim),
        AdminGroup = AuthSettings.Text(v, SettingKeys.OidcAdminGroup),
        GroupFilter = AuthSettings.Text(v, SettingKeys.OidcGroupFilter),
        ExtraRedirectParameters = AuthSettings.Text(v, SettingKeys.OidcExtraRedirectParms),
        Logout = AuthSettings.Flag(v, SettingKeys.OidcLogout),
    };
}

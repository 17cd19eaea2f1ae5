using Portal.Access.Settings;
using Portal.Api;

namespace Portal.Access.Ldap;

/// <summary>Settings to try; what is left out is taken from the stored ones.</summary>
[Wire]
public sealed class LdapConf
{
    public string? LdapUrl { get; init; }
    public string? LdapSearchDn { get; init; }
    public string? LdapSearchPassword { get; init; }
    public string? LdapBaseDn { get; init; }
    public string? LdapFilter { get; init; }
    public string? LdapUid { get; init; }
    public long? LdapScope { get; init; }
    public long? LdapConnectionTimeout { get; init; }
    public bool? LdapVerifyCert { get; init; }
    public bool? LdapStartTls { get; init; }

    internal LdapSettings Over(LdapSettings stored) => stored with
    {
        Url = LdapUrl ?? stored.Url,
        SearchDn = LdapSearchDn ?? stored.SearchDn,
        SearchPassword = LdapSearchPassword ?? "",
        BaseDn = LdapBaseDn ?? stored.BaseDn,
        Filter = LdapFilter ?? stored.Filter,
        UidAttribute = LdapUid ?? stored.UidAttribute,
        Scope = LdapScope is 0 or 1 or 2 ? (Settings.LdapScope)(int)LdapScope.Value : stored.Scope,
        VerifyCertificate = LdapVerifyCert ?? stored.VerifyCertificate,
        StartTls = LdapStartTls ?? stored.StartTls,
        TimeLimit = LdapConnectionTimeout is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 60)) : stored.TimeLimit,
    };
}

[Wire]
public sealed class LdapPingResult
{
    [Always] public bool Success { get; init; }
    public string Message { get; init; } = "";
}

[Wire]
public sealed class LdapUserJson
{
    public string Username { get; init; } = "";
    public string Realname { get; init; } = "";
    public string Email { get; init; } = "";

    internal static LdapUserJson From(LdapPerson person) => new() { Username = person.Uid, Realname = person.DisplayName, Email = person.Email };
}

[Wire]
public sealed class LdapImportUsers
{
    public IReadOnlyList<string>? LdapUidList { get; init; }
}

[Wire]
public sealed class LdapFailedImportUser
{
    public string Uid { get; init; } = "";
    public string Error { get; init; } = "";
}

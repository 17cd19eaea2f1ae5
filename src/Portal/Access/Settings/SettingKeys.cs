using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Access.Groups;
using Portal.Access.Ldap;
using Portal.Kernel;

namespace Portal.Access.Settings;

/// <summary>What a setting holds.</summary>
public enum SettingKind
{
    Text,
    /// <summary>Encrypted at rest and never shown again.</summary>
    Secret,
    Number,
    Flag,
    /// <summary>-1 for none, or a whole number from 1.</summary>
    Limit,
}

/// <summary>A setting that there is: its name, what it holds, its default, and what is wrong with a value.</summary>
/// <param name="Name">As in <c>/api/v2.0/configurations</c>.</param>
/// <param name="Problem">Says what is wrong with a value of the right kind; null when nothing is.</param>
public sealed record SettingKey(string Name, SettingKind Kind, string Default, Func<string, string?>? Problem = null)
{
    /// <summary>Checks a value as text.</summary>
    internal Error? Check(string value)
    {
        if (value.Length > Setting.MaxValueLength) return Wrong($"has at most {Setting.MaxValueLength} characters");
        if (value.Any(char.IsControl)) return Wrong("has no control characters");
        if (Kind == SettingKind.Flag && value is not ("true" or "false")) return Wrong("is true or false");
        if (Kind == SettingKind.Number && !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return Wrong("is a whole number");
        if (Kind == SettingKind.Limit && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) return Wrong("is a whole number");
        return Problem?.Invoke(value) is { } problem ? Wrong(problem) : null;
    }

    Error Wrong(string problem) => Error.Invalid(Name, $"{Name} {problem}.");
}

/// <summary>Every setting of sign-in, of quotas and of the system. Names are those of the Harbor API; the ones that it lacks are Portal's own.</summary>
public static class SettingKeys
{
    static readonly List<SettingKey> Known = [];

    public static SettingKey PrimaryAuthMode { get; } = Flag("primary_auth_mode", false);
    public static SettingKey LdapEnabled { get; } = Flag("ldap_enabled", false);
    public static SettingKey LdapUrl { get; } = Text("ldap_url", "", LdapUrlProblem);
    public static SettingKey LdapStartTls { get; } = Flag("ldap_start_tls", false);
    public static SettingKey LdapVerifyCert { get; } = Flag("ldap_verify_cert", true);
    public static SettingKey LdapSearchDn { get; } = Text("ldap_search_dn", "", DnProblem);
    public static SettingKey LdapSearchPassword { get; } = Secret("ldap_search_password");
    public static SettingKey LdapBaseDn { get; } = Text("ldap_base_dn", "", DnProblem);
    public static SettingKey LdapFilter { get; } = Text("ldap_filter", "", FilterProblem);
    public static SettingKey LdapUid { get; } = Text("ldap_uid", "cn", AttributeProblem);
    public static SettingKey LdapScope { get; } = Number("ldap_scope", 2, 0, 2);
    public static SettingKey LdapTimeout { get; } = Number("ldap_timeout", 5, 1, 60);
    public static SettingKey LdapGroupBaseDn { get; } = Text("ldap_group_base_dn", "", DnProblem);
    public static SettingKey LdapGroupSearchFilter { get; } = Text("ldap_group_search_filter", "", FilterProblem);
    public static SettingKey LdapGroupAttributeName { get; } = Text("ldap_group_attribute_name", "cn", AttributeProblem);
    public static SettingKey LdapGroupSearchScope { get; } = Number("ldap_group_search_scope", 2, 0, 2);
    public static SettingKey LdapGroupMembershipAttribute { get; } = Text("ldap_group_membership_attribute", "memberof", AttributeProblem);
    public static SettingKey LdapGroupAdminDn { get; } = Text("ldap_group_admin_dn", "", DnProblem);
    public static SettingKey LdapGroupAllow { get; } = Text("ldap_group_allow", "", v => v.Length > 0 && GroupPattern.Parse(v) is { Ok: false } p ? $"is a pattern: {p.Error.Message.TrimEnd('.')}" : null);
    public static SettingKey LdapGroupAttachParallel { get; } = Flag("ldap_group_attach_parallel", false);
    public static SettingKey OidcEnabled { get; } = Flag("oidc_enabled", false);
    public static SettingKey OidcName { get; } = Text("oidc_name", "", v => v.Length > 100 ? "has at most 100 characters" : null);
    public static SettingKey OidcEndpoint { get; } = Text("oidc_endpoint", "", WebUrlProblem);
    public static SettingKey OidcClientId { get; } = Text("oidc_client_id", "");
    public static SettingKey OidcClientSecret { get; } = Secret("oidc_client_secret");
    public static SettingKey OidcScope { get; } = Text("oidc_scope", "openid", v => new OidcSettings { Scope = v }.Scopes.Contains("openid") ? null : "includes openid");
    public static SettingKey OidcVerifyCert { get; } = Flag("oidc_verify_cert", true);
    public static SettingKey OidcAutoOnboard { get; } = Flag("oidc_auto_onboard", false);
    public static SettingKey OidcUserClaim { get; } = Text("oidc_user_claim", "");
    public static SettingKey OidcGroupsClaim { get; } = Text("oidc_groups_claim", "");
    public static SettingKey OidcAdminGroup { get; } = Text("oidc_admin_group", "");
    public static SettingKey OidcGroupFilter { get; } = Text("oidc_group_filter", "", RegexProblem);
    public static SettingKey OidcExtraRedirectParms { get; } = Text("oidc_extra_redirect_parms", "{}", JsonProblem);
    public static SettingKey OidcLogout { get; } = Flag("oidc_logout", false);
    public static SettingKey ReadOnly { get; } = Flag("read_only", false);

    /// <summary>False switches every limit of <see cref="StoragePerProject"/> and the like off, without forgetting them.</summary>
    public static SettingKey QuotaPerProjectEnable { get; } = Flag("quota_per_project_enable", true);

    /// <summary>The bytes a new project may hold.</summary>
    public static SettingKey StoragePerProject { get; } = Limit("storage_per_project", MaxStorage);

    /// <summary>The bytes a repository may hold where its project says nothing else.</summary>
    public static SettingKey StoragePerRepository { get; } = Limit("storage_per_repository", MaxStorage);

    /// <summary>The tags a repository may have where its project says nothing else.</summary>
    public static SettingKey TagsPerRepository { get; } = Limit("tags_per_repository", MaxTags);

    /// <summary>Days that a deletion can be taken back where its project says nothing else.</summary>
    public static SettingKey TrashWindowDays { get; } = Number("trash_window_days", 14, 0, MaxTrashDays);

    /// <summary>What lies in the trash counts against the quota of its project.</summary>
    public static SettingKey TrashCountsQuota { get; } = Flag("trash_counts_quota", false);

    /// <summary>Minutes that a blob stays which no manifest names, counted from when it was last uploaded, mounted or asked for.</summary>
    public static SettingKey GarbageGraceMinutes { get; } = Number("gc_grace_minutes", 120, 0, 10_080);

    /// <summary>Items that a garbage collection takes a second; 0 for as many as it can.</summary>
    public static SettingKey GarbageItemsPerSecond { get; } = Number("gc_items_per_second", 0, 0, 100_000);

    /// <summary>The hour of the day (UTC) from which a garbage collection may delete.</summary>
    public static SettingKey GarbageFromHour { get; } = Number("gc_from_hour", 0, 0, 23);

    /// <summary>The hour of the day (UTC) at which it pauses; the same as the first for no window.</summary>
    public static SettingKey GarbageToHour { get; } = Number("gc_to_hour", 0, 0, 23);

    /// <summary>Live tags whose content is looked at before the first deletion and after the last.</summary>
    public static SettingKey GarbageSampledTags { get; } = Number("gc_sampled_tags", 50, 0, 10_000);

    /// <summary>The longest window of the trash in days.</summary>
    public const int MaxTrashDays = 3_650;

    /// <summary>True for the settings of the trash and of garbage collection.</summary>
    public static bool IsOfTrash(SettingKey key) => key == TrashWindowDays || key == TrashCountsQuota || key.Name.StartsWith("gc_", StringComparison.Ordinal);

    /// <summary>The highest limit of bytes, 1 PiB.</summary>
    public const long MaxStorage = 1L << 50;

    /// <summary>The highest limit of tags.</summary>
    public const int MaxTags = 1_000_000;

    /// <summary>True for the settings of quotas, whose changes are audited as such.</summary>
    public static bool IsOfQuotas(SettingKey key) => key == QuotaPerProjectEnable || key == StoragePerProject || key == StoragePerRepository || key == TagsPerRepository;

    /// <summary>All, in the order of the pages.</summary>
    public static IReadOnlyList<SettingKey> All => Known;

    /// <summary>Finds a setting by its name; null when there is none.</summary>
    public static SettingKey? Find(string name) => Known.FirstOrDefault(k => k.Name == name);

    static SettingKey Text(string name, string value, Func<string, string?>? problem = null) => Add(new(name, SettingKind.Text, value, problem));

    static SettingKey Secret(string name) => Add(new(name, SettingKind.Secret, ""));

    static SettingKey Flag(string name, bool value) => Add(new(name, SettingKind.Flag, value ? "true" : "false"));

    static SettingKey Number(string name, int value, int least, int most) => Add(new(name, SettingKind.Number, value.ToString(CultureInfo.InvariantCulture),
        v => int.Parse(v, CultureInfo.InvariantCulture) is var n && (n < least || n > most) ? string.Create(CultureInfo.InvariantCulture, $"is {least} to {most}") : null));

    static SettingKey Limit(string name, long most) => Add(new(name, SettingKind.Limit, "-1",
        v => long.Parse(v, CultureInfo.InvariantCulture) is var n && n != -1 && (n < 1 || n > most) ? string.Create(CultureInfo.InvariantCulture, $"is -1 for no limit, or 1 to {most}") : null));

    static SettingKey Add(SettingKey key)
    {
        Known.Add(key);
        return key;
    }

    static string? LdapUrlProblem(string value) => value.Length == 0 || LdapAddress.TryParse(value, out _) ? null : "is ldap://host:port or ldaps://host:port, without anything behind";

    static string? DnProblem(string value) => value.Length == 0 || DistinguishedName.TryParse(value, out _) ? null : "is a distinguished name such as ou=people,dc=example,dc=org";

    static string? FilterProblem(string value) => value.Length == 0 || Ldap.LdapFilter.IsWellFormed(value) ? null : "is a search filter in round brackets such as (objectClass=person)";

    static string? AttributeProblem(string value) => Ldap.LdapFilter.IsAttribute(value) ? null : "is the name of an attribute: letters, digits and '-', at most 64";

    static string? WebUrlProblem(string value) =>
        value.Length == 0 || (Uri.TryCreate(value, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0)
            ? null : "is an http or https address without user, query and fragment";

    static string? RegexProblem(string value)
    {
        try
        {
            _ = new Regex(value, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return "is a regular expression without look-around and back-references";
        }
    }

    static string? JsonProblem(string value)
    {
        try
        {
            using var json = JsonDocument.Parse(value);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.EnumerateObject().All(p => p.Value.ValueKind == JsonValueKind.String) ? null : "is a JSON object of texts";
        }
        catch (JsonException)
        {
            return "is a JSON object of texts";
        }
    }
}

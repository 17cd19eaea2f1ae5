using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A project's settings as the flat map of texts that <c>/api/v2.0</c> calls metadata.</summary>
static class ProjectMetadata
{
    public const string Public = "public";
    const string AuditPulls = "audit_pulls";
    const string AuditPushes = "audit_pushes";

    /// <summary>Keys of the contract for capabilities that are off: they may be sent as off.</summary>
    static readonly string[] Off =
    [
        "enable_content_trust", "enable_content_trust_cosign", "prevent_vul", "severity", "auto_scan", "auto_sbom_generation", "reuse_sys_cve_allowlist", "retention_id",
        "proxy_speed_kb", "max_upstream_conn", "proxy_cache_local_on_not_found", "proxy_referrer_api", "proxy_cache_filter_pattern", "proxy_cache_filter_kind",
    ];

    // Publicity is always there; the audit switches only where they differ from the default.
    public static IReadOnlyDictionary<string, string> Of(ProjectRow row)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal) { [Public] = Text(row.Public) };
        if (!row.AuditPulls) map[AuditPulls] = Text(false);
        if (!row.AuditPushes) map[AuditPushes] = Text(false);
        return map;
    }

    /// <summary>The settings that a map asks for; refused when a key is unknown, a value is neither true nor false, or something is switched on that Portal does not have.</summary>
    public static Result<ProjectSettings> Read(IReadOnlyDictionary<string, string?>? map)
    {
        var settings = new ProjectSettings();
        foreach (var (key, value) in map ?? new Dictionary<string, string?>())
        {
            if (Array.IndexOf(Off, key) >= 0)
            {
                if (value is null or "" or "false" or "0" or "-1" or "none" || (key == "reuse_sys_cve_allowlist" && value == "true")) continue;
                return Error.Invalid(key, $"metadata {key} cannot be switched on: this server does not have it");
            }
            if (key is not (Public or AuditPulls or AuditPushes)) return Error.Invalid(key, $"metadata has no key {Shown(key)}");
            if (value is null) continue;
            if (!bool.TryParse(value, out var flag)) return Error.Invalid(key, $"metadata {key} is \"true\" or \"false\"");
            settings = key switch { Public => settings with { Public = flag }, AuditPulls => settings with { AuditPulls = flag }, _ => settings with { AuditPushes = flag } };
        }
        return settings;
    }

    /// <summary>The settings that put one key back to its default; null for a key there is not.</summary>
    public static ProjectSettings? Default(string key) => key switch
    {
        Public => new(Public: false),
        AuditPulls => new(AuditPulls: true),
        AuditPushes => new(AuditPushes: true),
        _ => null,
    };

    static string Text(bool flag) => flag ? "true" : "false";

    static string Shown(string key) => key.Length > 64 ? key[..64] : key;
}

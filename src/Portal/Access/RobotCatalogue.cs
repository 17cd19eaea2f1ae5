namespace Portal.Access;

/// <summary>What a robot may be given. Source: Harbor v2.0 API, <c>GET /permissions</c>.</summary>
public static class RobotCatalogue
{
    /// <summary>Over the system.</summary>
    public static IReadOnlyList<Permission> System { get; } = Read(
        "audit-log list; preheat-instance read/create/delete/list/update; project list/create; replication-policy read/create/delete/list/update; replication read/create/list; " +
        "replication-adapter list; registry read/create/delete/list/update; scan-all read/update/stop/create; system-volumes read; garbage-collection read/create/list/update/stop; " +
        "purge-audit read/create/list/update/stop; jobservice-monitor list/stop; scanner read/create/delete/list/update; label read/create/delete/update; security-hub read/list; " +
        "catalog read; quota read/list/update; robot create/read/list/delete; user create/read/update/list/delete; ldap-user create/list; user-group create/read/update/list/delete; cluster list/update");

    /// <summary>In a project.</summary>
    public static IReadOnlyList<Permission> Project { get; } = Read(
        "log list; project read/delete/update; metadata read/create/delete/list/update; repository read/update/delete/list/pull/push; artifact read/create/list/delete; scan create/read/stop; " +
        "sbom create/stop/read; tag create/list/delete; accessory list; artifact-addition read; artifact-label create/delete; scanner create/read; " +
        "preheat-policy read/create/delete/list/update; immutable-tag create/delete/list/update; notification-policy read/create/delete/list/update; " +
        "tag-retention read/create/delete/list/update; label read/create/delete/list/update; quota read; robot create/read/list/delete; export-cve create/read; " +
        "member create/read/update/list/delete");

    static IReadOnlyList<Permission> Read(string text) =>
    [
        .. from entry in text.Split("; ")
           let space = entry.IndexOf(' ', StringComparison.Ordinal)
           from action in entry[(space + 1)..].Split('/')
           select Permissions.Named($"{entry[..space]}:{action}"),
    ];
}

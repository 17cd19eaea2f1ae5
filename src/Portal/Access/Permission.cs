using System.Collections.Frozen;

namespace Portal.Access;

/// <summary>
/// A right: an action on a kind of resource, written <c>artifact:read</c>. The catalogue is closed; each pair has a small number so that a set is a few machine words.
/// Source: the Harbor permission catalogue (project roles and robot permissions); <c>role</c> and <c>trash</c> are Portal's own.
/// </summary>
public readonly record struct Permission
{
    internal Permission(int index, string resource, string action) => (Index, Resource, Action) = (index, resource, action);

    /// <summary>Position in <see cref="Permissions.All"/>; stable within a process only.</summary>
    public int Index { get; }
    public string Resource { get; }
    public string Action { get; }

    public override string ToString() => $"{Resource}:{Action}";
}

/// <summary>Every right there is.</summary>
public static class Permissions
{
    static readonly List<Permission> Catalogue = [];

    public static readonly Permission ProjectRead = Add("project", "read");
    public static readonly Permission ProjectList = Add("project", "list");
    public static readonly Permission ProjectCreate = Add("project", "create");
    public static readonly Permission ProjectUpdate = Add("project", "update");
    public static readonly Permission ProjectDelete = Add("project", "delete");
    public static readonly Permission MemberRead = Add("member", "read");
    public static readonly Permission MemberList = Add("member", "list");
    public static readonly Permission MemberCreate = Add("member", "create");
    public static readonly Permission MemberUpdate = Add("member", "update");
    public static readonly Permission MemberDelete = Add("member", "delete");
    public static readonly Permission MetadataRead = Add("metadata", "read");
    public static readonly Permission MetadataList = Add("metadata", "list");
    public static readonly Permission MetadataCreate = Add("metadata", "create");
    public static readonly Permission MetadataUpdate = Add("metadata", "update");
    public static readonly Permission MetadataDelete = Add("metadata", "delete");
    public static readonly Permission LogList = Add("log", "list");
    public static readonly Permission QuotaRead = Add("quota", "read");
    public static readonly Permission QuotaList = Add("quota", "list");
    public static readonly Permission QuotaUpdate = Add("quota", "update");
    public static readonly Permission RepositoryRead = Add("repository", "read");
    public static readonly Permission RepositoryList = Add("repository", "list");
    public static readonly Permission RepositoryCreate = Add("repository", "create");
    public static readonly Permission RepositoryUpdate = Add("repository", "update");
    public static readonly Permission RepositoryDelete = Add("repository", "delete");
    public static readonly Permission RepositoryPull = Add("repository", "pull");
    public static readonly Permission RepositoryPush = Add("repository", "push");
    public static readonly Permission ArtifactRead = Add("artifact", "read");
    public static readonly Permission ArtifactList = Add("artifact", "list");
    public static readonly Permission ArtifactCreate = Add("artifact", "create");
    public static readonly Permission ArtifactDelete = Add("artifact", "delete");
    public static readonly Permission ArtifactAdditionRead = Add("artifact-addition", "read");
    public static readonly Permission TagList = Add("tag", "list");
    public static readonly Permission TagCreate = Add("tag", "create");
    public static readonly Permission TagDelete = Add("tag", "delete");
    public static readonly Permission AccessoryList = Add("accessory", "list");
    public static readonly Permission ImmutableTagList = Add("immutable-tag", "list");
    public static readonly Permission ImmutableTagCreate = Add("immutable-tag", "create");
    public static readonly Permission ImmutableTagUpdate = Add("immutable-tag", "update");
    public static readonly Permission ImmutableTagDelete = Add("immutable-tag", "delete");
    public static readonly Permission RetentionRead = Add("tag-retention", "read");
    public static readonly Permission RetentionList = Add("tag-retention", "list");
    public static readonly Permission RetentionCreate = Add("tag-retention", "create");
    public static readonly Permission RetentionUpdate = Add("tag-retention", "update");
    public static readonly Permission RetentionDelete = Add("tag-retention", "delete");
    public static readonly Permission ClusterList = Add("cluster", "list");
    public static readonly Permission ClusterUpdate = Add("cluster", "update");
    public static readonly Permission ClusterDelete = Add("cluster", "delete");
    public static readonly Permission CatalogRead = Add("catalog", "read");
    public static readonly Permission AuditLogList = Add("audit-log", "list");
    public static readonly Permission UserRead = Add("user", "read");
    public static readonly Permission UserList = Add("user", "list");
    public static readonly Permission UserCreate = Add("user", "create");
    public static readonly Permission UserUpdate = Add("user", "update");
    public static readonly Permission UserDelete = Add("user", "delete");
    public static readonly Permission RobotRead = Add("robot", "read");
    public static readonly Permission RobotList = Add("robot", "list");
    public static readonly Permission RobotCreate = Add("robot", "create");
    public static readonly Permission RobotUpdate = Add("robot", "update");
    public static readonly Permission RobotDelete = Add("robot", "delete");
    public static readonly Permission RoleRead = Add("role", "read");
    public static readonly Permission RoleList = Add("role", "list");
    public static readonly Permission RoleCreate = Add("role", "create");
    public static readonly Permission RoleUpdate = Add("role", "update");
    public static readonly Permission RoleDelete = Add("role", "delete");
    public static readonly Permission SystemVolumesRead = Add("system-volumes", "read");
    public static readonly Permission ConfigurationRead = Add("configuration", "read");
    public static readonly Permission ConfigurationUpdate = Add("configuration", "update");

    static Permissions()
    {
        // Rights that the built-in roles already carry and that their capabilities ask for.
        Add("label", "read", "list", "create", "update", "delete");
        Add("artifact-label", "create", "delete");
        Add("scan", "read", "create", "stop");
        Add("sbom", "read", "create", "stop");
        Add("scanner", "read", "list", "create", "update", "delete");
        Add("tag-retention", "operate");
        Add("notification-policy", "read", "list", "create", "update", "delete");
        Add("preheat-policy", "read", "list", "create", "update", "delete");
        Add("export-cve", "read", "list", "create");
        Add("user-group", "read", "list", "create", "update", "delete");
        Add("ldap-user", "list", "create");
        Add("registry", "read", "list", "create", "update", "delete");
        Add("replication", "read", "list", "create");
        Add("replication-policy", "read", "list", "create", "update", "delete");
        Add("replication-adapter", "list");
        Add("garbage-collection", "read", "list", "create", "update", "delete", "stop");
        Add("scan-all", "read", "list", "create", "update", "delete", "stop");
        Add("purge-audit", "read", "list", "create", "update", "stop");
        Add("jobservice-monitor", "read", "list", "stop");
        Add("security-hub", "read", "list");
        Add("preheat-instance", "read", "list", "create", "update", "delete");
        Add("trash", "list", "delete");
        All = Catalogue;
        ByText = Catalogue.ToFrozenDictionary(p => p.ToString(), StringComparer.Ordinal);
    }

    public static IReadOnlyList<Permission> All { get; }

    static readonly FrozenDictionary<string, Permission> ByText;

    /// <summary>Finds a right by its text; false when the catalogue does not hold it.</summary>
    public static bool TryParse(string text, out Permission permission) => ByText.TryGetValue(text, out permission);

    /// <summary>A right that Portal's own code names by its text.</summary>
    /// <exception cref="InvalidOperationException">The catalogue does not hold it.</exception>
    public static Permission Named(string text) => TryParse(text, out var permission) ? permission : throw new InvalidOperationException($"'{text}' is not in the catalogue.");

    static Permission Add(string resource, string action)
    {
        var permission = new Permission(Catalogue.Count, resource, action);
        Catalogue.Add(permission);
        return permission;
    }

    static void Add(string resource, params ReadOnlySpan<string> actions)
    {
        foreach (var action in actions) Add(resource, action);
    }
}

/// <summary>A set of rights as bits over <see cref="Permissions.All"/>.</summary>
public readonly record struct PermissionSet
{
    /// <summary>How many rights fit.</summary>
    public const int Capacity = 256;

    readonly ulong _a, _b, _c, _d;

    PermissionSet(ulong a, ulong b, ulong c, ulong d) => (_a, _b, _c, _d) = (a, b, c, d);

    public static PermissionSet None => default;

    /// <summary>The whole catalogue, and whatever is added to it later.</summary>
    public static PermissionSet Everything => new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public static PermissionSet Of(params IEnumerable<Permission> permissions) => permissions.Aggregate(None, (set, p) => set | Single(p.Index));

    public bool Has(Permission permission) => (this & Single(permission.Index)) != None;

    /// <summary>True when every right of <paramref name="other"/> is here too.</summary>
    public bool Covers(PermissionSet other) => (this & other) == other;

    public static PermissionSet operator |(PermissionSet x, PermissionSet y) => new(x._a | y._a, x._b | y._b, x._c | y._c, x._d | y._d);
    public static PermissionSet operator &(PermissionSet x, PermissionSet y) => new(x._a & y._a, x._b & y._b, x._c & y._c, x._d & y._d);

    static PermissionSet Single(int index)
    {
        var bit = 1ul << (index & 63);
        return (index >> 6) switch { 0 => new(bit, 0, 0, 0), 1 => new(0, bit, 0, 0), 2 => new(0, 0, bit, 0), _ => new(0, 0, 0, bit) };
    }
}

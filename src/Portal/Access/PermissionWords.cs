namespace Portal.Access;

/// <summary>A kind of resource as people read it.</summary>
/// <param name="Resource">Its key, such as <c>artifact-label</c>.</param>
/// <param name="Group">The heading it stands under.</param>
/// <param name="Title">Its name, a plural with a capital.</param>
/// <param name="Noun">The same inside a sentence.</param>
public sealed record ResourceWords(string Resource, string Group, string Title, string Noun);

/// <summary>Every right in a plain sentence, and what is granted where.</summary>
public static class PermissionWords
{
    /// <summary>All resources in the order of the grid; the groups are contiguous.</summary>
    public static IReadOnlyList<ResourceWords> Resources { get; } =
    [
        new("project", "Content", "Projects", "projects"),
        new("repository", "Content", "Repositories", "repositories"),
        new("artifact", "Content", "Artifacts", "artifacts"),
        new("artifact-addition", "Content", "Artifact details", "build history, values and READMEs of artifacts"),
        new("accessory", "Content", "Attached artifacts", "signatures, SBOMs and other attached artifacts"),
        new("tag", "Content", "Tags", "tags"),
        new("label", "Content", "Labels", "labels"),
        new("artifact-label", "Content", "Labels on artifacts", "labels on artifacts"),
        new("trash", "Content", "Trash", "what is in the trash"),
        new("catalog", "Content", "Registry catalogue", "the list of all repositories"),
        new("scan", "Security", "Scans", "vulnerability scans"),
        new("sbom", "Security", "SBOMs", "SBOMs"),
        new("export-cve", "Security", "CVE exports", "exports of vulnerabilities"),
        new("scanner", "Security", "Scanners", "scanners"),
        new("scan-all", "Security", "Scan of everything", "scans of everything"),
        new("security-hub", "Security", "Security overview", "the security overview"),
        new("tag-retention", "Policies", "Retention", "retention rules"),
        new("immutable-tag", "Policies", "Immutability", "immutability rules"),
        new("notification-policy", "Policies", "Webhooks", "webhooks"),
        new("quota", "Policies", "Quotas", "storage quotas"),
        new("replication", "Policies", "Replication runs", "replication runs"),
        new("replication-policy", "Policies", "Replication rules", "replication rules"),
        new("replication-adapter", "Policies", "Replication adapters", "kinds of registry that can be replicated with"),
        new("registry", "Policies", "Registries", "registries to replicate with"),
        new("preheat-policy", "Policies", "Preheat rules", "preheat rules"),
        new("preheat-instance", "Policies", "Preheat providers", "preheat providers"),
        new("cluster", "Policies", "Clusters", "what clusters say they run"),
        new("member", "Access", "Members", "members"),
        new("robot", "Access", "Robots", "robots"),
        new("role", "Access", "Roles", "roles"),
        new("user", "Access", "Users", "accounts"),
        new("user-group", "Access", "Groups", "groups"),
        new("ldap-user", "Access", "Directory users", "people of the directory"),
        new("metadata", "Settings and record", "Project settings", "the settings of projects one by one"),
        new("configuration", "Settings and record", "Configuration", "the configuration"),
        new("log", "Settings and record", "Project audit log", "the audit log of projects"),
        new("audit-log", "Settings and record", "System audit log", "the audit log of everything"),
        new("purge-audit", "Settings and record", "Audit log clean-up", "clean-ups of the audit log"),
        new("garbage-collection", "Settings and record", "Garbage collection", "garbage collections"),
        new("jobservice-monitor", "Settings and record", "Background work", "background work"),
        new("system-volumes", "Settings and record", "Storage", "the free space of the storage"),
    ];

    static readonly Dictionary<string, ResourceWords> ByResource = Resources.ToDictionary(r => r.Resource, StringComparer.Ordinal);

    // Where verb and noun alone would not say what happens.
    static readonly Dictionary<string, string> Own = new(StringComparer.Ordinal)
    {
        ["project:read"] = "Open the project",
        ["project:list"] = "List all projects",
        ["project:create"] = "Create projects",
        ["project:update"] = "Change description, visibility and settings of the project",
        ["project:delete"] = "Delete the project",
        ["repository:create"] = "Make a new repository by a first push",
        ["repository:update"] = "Describe repositories",
        ["repository:pull"] = "Pull images, charts and other artifacts",
        ["repository:push"] = "Push images, charts and other artifacts",
        ["artifact:create"] = "Copy artifacts from another repository",
        ["tag:create"] = "Set and move tags",
        ["tag:delete"] = "Delete tags",
        ["immutable-tag:list"] = "List immutability rules and locks",
        ["immutable-tag:create"] = "Add immutability rules, and lock tags, artifacts, repositories and projects",
        ["immutable-tag:delete"] = "Delete immutability rules and take locks off",
        ["artifact-label:create"] = "Put labels on artifacts",
        ["artifact-label:delete"] = "Take labels off artifacts",
        ["scan:read"] = "Read vulnerability reports",
        ["scan:create"] = "Start vulnerability scans",
        ["sbom:create"] = "Make SBOMs",
        ["export-cve:create"] = "Export vulnerabilities as a file",
        ["scanner:create"] = "Choose or add a scanner",
        ["scan-all:create"] = "Scan everything",
        ["tag-retention:operate"] = "Run retention",
        ["cluster:update"] = "Report what a cluster runs",
        ["cluster:delete"] = "Take a cluster and its report off",
        ["quota:update"] = "Change storage quotas",
        ["replication:create"] = "Start replication",
        ["member:create"] = "Add members and give them roles",
        ["member:update"] = "Change the roles of members",
        ["member:delete"] = "Remove members",
        ["robot:create"] = "Make robots, with no more rights than one's own",
        ["role:update"] = "Change what roles may do",
        ["user:update"] = "Change, disable and enable accounts",
        ["user:create"] = "Create accounts",
        ["ldap-user:list"] = "Search the directory",
        ["ldap-user:create"] = "Take people over from the directory",
        ["garbage-collection:create"] = "Start a garbage collection",
        ["purge-audit:create"] = "Clean up the audit log",
    };

    /// <summary>What counts inside a project; the other rights only count on the whole system.</summary>
    public static PermissionSet OfProjects { get; } = BuiltInRoles.ProjectAdmin.Permissions | PermissionSet.Of(RobotCatalogue.Project);

    /// <summary>The right in a plain sentence without a full stop, such as <c>Delete tags</c>.</summary>
    public static string Sentence(Permission permission) =>
        Own.TryGetValue(permission.ToString(), out var own) ? own : $"{Verb(permission.Action)} {Of(permission.Resource).Noun}";

    /// <summary>The words of a resource.</summary>
    public static ResourceWords Of(string resource) => ByResource[resource];

    static string Verb(string action) => action switch
    {
        "list" => "List",
        "read" => "Read",
        "create" => "Create",
        "update" => "Change",
        "delete" => "Delete",
        "stop" => "Stop",
        _ => throw new InvalidOperationException($"The action '{action}' has no words."),
    };
}

namespace Portal.Access;

/// <summary>A role that ships with Portal.</summary>
/// <param name="Name">Stable key, such as <c>maintainer</c>.</param>
/// <param name="HarborId">The role's number on <c>/api/v2.0</c>; null when that API has none.</param>
/// <param name="Strength">Order from weak to strong, for "the strongest role" of a person.</param>
public sealed record BuiltInRole(string Name, string Title, string Description, int? HarborId, int Strength, PermissionSet Permissions);

/// <summary>The system administrator, the five project roles with exactly Harbor's matrix (role tables of the Harbor API) and what they may do with the trash, and presets for common duties.</summary>
public static class BuiltInRoles
{
    static readonly PermissionSet LimitedGuestSet = Set(
        "project:read", "quota:read", "repository:read", "repository:list", "repository:pull", "artifact:read", "artifact:list",
        "artifact-addition:read", "tag:list", "accessory:list", "scan:read", "sbom:read", "scanner:read", "configuration:read");
    static readonly PermissionSet GuestSet = LimitedGuestSet | Set("member:read", "member:list", "label:read", "label:list", "robot:read", "robot:list");
    static readonly PermissionSet DeveloperSet = GuestSet | Set(
        "repository:create", "repository:update", "repository:push", "artifact:create", "artifact-label:create", "artifact-label:delete", "tag:create",
        "tag-retention:read", "tag-retention:list", "tag-retention:create", "tag-retention:update", "tag-retention:delete", "tag-retention:operate",
        "export-cve:read", "export-cve:list", "export-cve:create");
    static readonly PermissionSet MaintainerSet = DeveloperSet | Set(
        "metadata:read", "label:create", "label:update", "label:delete", "repository:delete", "artifact:delete", "tag:delete",
        "scan:create", "scan:stop", "sbom:create", "sbom:stop", "immutable-tag:list", "immutable-tag:create", "immutable-tag:update",
        "immutable-tag:delete", "notification-policy:read", "notification-policy:list", "trash:list");
    static readonly PermissionSet ProjectAdminSet = MaintainerSet | Set(
        "project:update", "project:delete", "member:create", "member:update", "member:delete", "metadata:create", "metadata:update", "metadata:delete",
        "log:list", "scanner:create", "configuration:update", "robot:create", "robot:update", "robot:delete",
        "notification-policy:create", "notification-policy:update", "notification-policy:delete",
        "preheat-policy:read", "preheat-policy:list", "preheat-policy:create", "preheat-policy:update", "preheat-policy:delete", "trash:delete");

    public static readonly BuiltInRole SystemAdministrator = new("system-admin", "System administrator", "Everything, in every project and in the system.", null, 100, PermissionSet.Everything);
    public static readonly BuiltInRole ProjectAdmin = new("project-admin", "Project admin", "Everything in the project: members, settings, robots, policies, and its audit log.", 1, 50, ProjectAdminSet);
    public static readonly BuiltInRole Maintainer = new("maintainer", "Maintainer", "Pushes, pulls, deletes and scans artifacts, and manages labels and immutability.", 4, 40, MaintainerSet);
    public static readonly BuiltInRole Developer = new("developer", "Developer", "Pushes and pulls artifacts and sets tags and retention.", 2, 30, DeveloperSet);
    public static readonly BuiltInRole Guest = new("guest", "Guest", "Pulls artifacts and sees the project and its members.", 3, 20, GuestSet);
    public static readonly BuiltInRole LimitedGuest = new("limited-guest", "Limited guest", "Pulls artifacts; does not see who else is in the project.", 5, 10, LimitedGuestSet);

    // What a registry tool needs to find its way: names, tags and manifests, not the bytes.
    static readonly PermissionSet BrowseSet = Set("project:read", "repository:read", "repository:list", "artifact:read", "artifact:list", "tag:list", "accessory:list");

    /// <summary>Sees what there is and what was done, in a project or everywhere; changes nothing and pulls no content.</summary>
    public static readonly BuiltInRole Auditor = new("auditor", "Auditor", "Sees everything and reads the audit log; changes nothing, pulls nothing and sees no secret.", null, 15, AuditorSet());

    public static readonly BuiltInRole Promoter = new("promoter", "Promoter", "Pulls images and pushes, copies and tags them, to bring a release from one stage to the next.", null, 25,
        BrowseSet | Set("repository:pull", "repository:push", "repository:create", "artifact:create", "artifact-addition:read", "tag:create", "scan:read", "sbom:read"));

    public static readonly BuiltInRole TagCleaner = new("tag-cleaner", "Tag cleaner", "Lists and deletes tags; cannot pull or push.", null, 18, BrowseSet | Set("tag:delete"));

    public static readonly BuiltInRole Scanner = new("scanner", "Scanner", "Pulls images, scans them and makes their SBOMs.", null, 12,
        BrowseSet | Set("repository:pull", "artifact-addition:read", "scanner:read", "scan:read", "scan:create", "scan:stop", "sbom:read", "sbom:create", "sbom:stop"));

    public static readonly BuiltInRole PullOnly = new("pull-only", "Pull only", "Pulls images and sees their names, for a cluster or a deployment.", null, 5, BrowseSet | Set("repository:pull"));

    /// <summary>Roles for one duty, for people and machines.</summary>
    public static IReadOnlyList<BuiltInRole> Presets { get; } = [Promoter, TagCleaner, Auditor, Scanner, PullOnly];

    /// <summary>Every role that ships.</summary>
    public static IReadOnlyList<BuiltInRole> All { get; } = [SystemAdministrator, ProjectAdmin, Maintainer, Developer, Guest, LimitedGuest, .. Presets];

    /// <summary>The five that a project member can have, strongest first.</summary>
    public static IReadOnlyList<BuiltInRole> OfProjects { get; } = [ProjectAdmin, Maintainer, Developer, Guest, LimitedGuest];

    /// <summary>What anybody may do in a public project, signed in or not.</summary>
    public static PermissionSet Public { get; } = Set(
        "project:read", "label:read", "label:list", "repository:list", "repository:pull", "artifact:read", "artifact:list",
        "artifact-addition:read", "tag:list", "accessory:list", "scan:read", "scanner:read");

    // Everything that only reads. Project metadata is left to their single read, as project admins have it, so that they may give this role.
    static PermissionSet AuditorSet() => PermissionSet.Of(Access.Permissions.All.Where(p => p.Action is "read" or "list" && p != Access.Permissions.MetadataList));

    static PermissionSet Set(params IEnumerable<string> texts) => PermissionSet.Of(texts.Select(Access.Permissions.Named));
}

using Portal.Access;

namespace Portal.Web.Projects;

/// <summary>What a role may do, in the few lines that a person looks for.</summary>
static class RoleWords
{
    static readonly (string Right, string Text)[] Headlines =
    [
        ("repository:pull", "Pull"),
        ("repository:push", "Push"),
        ("tag:create", "Set and move tags"),
        ("tag:delete", "Delete tags"),
        ("artifact:delete", "Delete artifacts"),
        ("repository:delete", "Delete repositories"),
        ("scan:create", "Scan for vulnerabilities"),
        ("tag-retention:update", "Change retention"),
        ("immutable-tag:update", "Change immutability"),
        ("member:list", "See the members"),
        ("member:create", "Add and change members"),
        ("robot:create", "Make robots"),
        ("log:list", "Read the project's audit log"),
        ("project:update", "Change settings"),
        ("project:delete", "Delete the project"),
    ];

    /// <summary>The headlines with whether a role has each.</summary>
    public static IEnumerable<(string Text, bool Held)> Of(PermissionSet rights) =>
        Headlines.Select(h => (h.Text, Permissions.TryParse(h.Right, out var right) && rights.Has(right)));

    /// <summary>The headlines a role has, as one sentence.</summary>
    public static string Sentence(PermissionSet rights) =>
        Of(rights).Where(h => h.Held).Select(h => h.Text).ToList() is { Count: > 0 } held ? string.Join(", ", held.Select((text, i) => i == 0 ? text : Lower(text))) + "." : "None of what is usual in a project.";

    static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}

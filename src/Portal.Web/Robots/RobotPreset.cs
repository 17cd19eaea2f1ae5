using Portal.Access;

namespace Portal.Web.Robots;

/// <summary>A ready-made choice of rights in projects for a robot.</summary>
/// <param name="Rights">Null for the boxes of the grid.</param>
public sealed record RobotPreset(string Name, string Title, string Description, IReadOnlyList<Permission>? Rights)
{
    static readonly IReadOnlyList<Permission> Pulling = Read("repository:list", "repository:read", "repository:pull", "artifact:list", "artifact:read", "tag:list", "accessory:list", "artifact-addition:read");
    static readonly IReadOnlyList<Permission> Pushing = [.. Pulling, .. Read("repository:push", "artifact:create", "tag:create")];

    /// <summary>From narrow to wide.</summary>
    public static IReadOnlyList<RobotPreset> All { get; } =
    [
        new("pull", "Pull", "For servers and clusters that run images.", Pulling),
        new("push", "Pull and push", "For builds.", Pushing),
        new("pick", "Single rights", "Tick them below.", null),
    ];

    /// <summary>The rights that a form's choice stands for; what the catalogue does not hold is left out.</summary>
    public static IEnumerable<Permission> Chosen(string? preset, IEnumerable<string>? ticked) =>
        All.FirstOrDefault(p => p.Name == preset)?.Rights ?? (ticked ?? []).Select(t => Permissions.TryParse(t, out var right) ? right : (Permission?)null).OfType<Permission>();

    static IReadOnlyList<Permission> Read(params IEnumerable<string> words) => [.. words.Select(w => Permissions.TryParse(w, out var right) && RobotCatalogue.Project.Contains(right) ? right : (Permission?)null).OfType<Permission>()];
}

using System.Globalization;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>One right of a robot and where it holds: in a project, in every project, or (neither) on the system.</summary>
public readonly record struct RobotRight(Permission Permission, int? ProjectId = null, bool EveryProject = false);

/// <summary>What a new robot should be.</summary>
/// <param name="Name">The short name, without prefix and project.</param>
/// <param name="Days">How long it lives; -1 for ever.</param>
/// <param name="Secret">A secret of the creator's own; null for a random one.</param>
public sealed record RobotDraft(string Name, string Description, int Days, IReadOnlyList<RobotRight> Rights, string? Secret = null);

/// <summary>What changes of a robot; null leaves it as it is.</summary>
/// <param name="Days">Counted from the day it was made; -1 for ever.</param>
public sealed record RobotChange(string? Description = null, int? Days = null, bool? Disabled = null, IReadOnlyList<RobotRight>? Rights = null);

/// <summary>A robot that was just made; its secret is never to be seen again.</summary>
public sealed record NewRobot(int Id, string Login, string Secret, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>What a robot's fields may hold. Source: Harbor v2.0 API, robot accounts.</summary>
static class RobotRules
{
    public const int NoEnd = -1;

    const int MaxDescription = 1_024;
    const int MaxRights = 5_000;

    public static string Login(string prefix, string? project, string name) => project is null ? prefix + name : $"{prefix}{project}+{name}";

    public static Error? Name(string name) => ProjectName.TryParse(name, out _) ? null
        : Error.Invalid("name", $"A robot's name has 1 to {ProjectName.MaxLength} lower-case letters and digits, parted by single '.', '_' or '-'.");

    public static Error? Description(string text) => text.Length > MaxDescription ? Error.Invalid("description", $"A description has at most {MaxDescription} characters.") : null;

    public static Error? Days(int days) => days is NoEnd or (>= 1 and < int.MaxValue) ? null
        : Error.Invalid("duration", string.Create(CultureInfo.InvariantCulture, $"A duration is -1 for ever, or 1 to {int.MaxValue - 1} days."));

    /// <summary>The end, counted from when the robot was made; null for never.</summary>
    public static DateTimeOffset? End(DateTimeOffset madeAt, int days) =>
        days == NoEnd ? null : days > (DateTimeOffset.MaxValue - madeAt).TotalDays - 1 ? DateTimeOffset.MaxValue.AddDays(-1) : madeAt.AddDays(days);

    /// <summary>Why these rights cannot be given to a robot of this place, whoever gives them; null when they can.</summary>
    /// <param name="home">The robot's project; null for a robot of the system.</param>
    public static Error? Rights(int? home, IReadOnlyList<RobotRight> rights)
    {
        if (rights.Count == 0) return Error.Invalid("permissions", "bad request empty permission");
        if (rights.Count > MaxRights) return Error.Invalid("permissions", string.Create(CultureInfo.InvariantCulture, $"A robot has at most {MaxRights} rights over all its projects."));
        foreach (var right in rights)
        {
            var ofProject = right.EveryProject || right.ProjectId is not null;
            if (home is not null && (right.EveryProject || right.ProjectId != home)) return Error.Invalid("permissions", "A robot of a project has rights in that project only.");
            if (!(ofProject ? RobotCatalogue.Project : RobotCatalogue.System).Contains(right.Permission)) return Error.Invalid("permissions", $"bad request permission: {right.Permission}");
        }
        return null;
    }

    public static List<RobotPermission> Rows(IReadOnlyList<RobotRight> rights) =>
        [.. rights.Distinct().Select(r => new RobotPermission { ProjectId = r.ProjectId, EveryProject = r.EveryProject, Resource = r.Permission.Resource, Action = r.Permission.Action })];

    /// <summary>What stands in the audit log: rights by place.</summary>
    public static object Audited(Robot robot) => new
    {
        robot.Description,
        Disabled = robot.DisabledAt is not null,
        robot.ExpiresAt,
        Rights = robot.Permissions.GroupBy(p => p.EveryProject ? "every project" : p.ProjectId is { } id ? string.Create(CultureInfo.InvariantCulture, $"project {id}") : "system")
            .ToDictionary(g => g.Key, g => string.Join(' ', g.Select(p => $"{p.Resource}:{p.Action}").Order(StringComparer.Ordinal))),
    };
}

using Portal.Access;
using Portal.Api;

namespace Portal.Projects;

/// <summary>A right in a robot's list.</summary>
[Wire]
public sealed class RobotAccessJson
{
    public string? Resource { get; init; }
    public string? Action { get; init; }

    /// <summary>Empty or <c>allow</c>; nothing is ever denied.</summary>
    public string? Effect { get; init; }
}

/// <summary>A robot's rights in one place.</summary>
[Wire]
public sealed class RobotPermissionJson
{
    /// <summary><c>system</c> or <c>project</c>.</summary>
    public string? Kind { get; init; }

    /// <summary><c>/</c> for the system, a project's name, or <c>*</c> for every project.</summary>
    public string? Namespace { get; init; }
    public IReadOnlyList<RobotAccessJson>? Access { get; init; }
}

[Wire]
public sealed class RobotJson
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public string Level { get; init; } = "";
    public int Duration { get; init; }
    [Always] public bool Editable { get; init; }
    [Always] public bool Disable { get; init; }
    public long ExpiresAt { get; init; }
    public IReadOnlyList<RobotPermissionJson> Permissions { get; init; } = [];
    public string CreatorType { get; init; } = "";
    public int CreatorRef { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static RobotJson From(RobotRow row) => new()
    {
        Id = row.Id,
        Name = row.Login,
        Description = row.Description,
        Level = RobotLevels.Of(row.ProjectId),
        Duration = row.DurationDays,
        Editable = true,
        Disable = row.Disabled,
        ExpiresAt = RobotLevels.Epoch(row.ExpiresAt),
        Permissions = [.. row.Rights.GroupBy(r => r.EveryProject ? "*" : r.Project ?? "/").Select(g => new RobotPermissionJson
        {
            Kind = g.Key == "/" ? RobotLevels.System : RobotLevels.Project,
            Namespace = g.Key,
            Access = [.. g.Select(r => new RobotAccessJson { Resource = r.Resource, Action = r.Action })],
        })],
        CreatorType = row.CreatedByKind == SubjectKind.Robot ? "robot" : "local",
        CreatorRef = row.CreatedById,
        CreationTime = row.CreatedAt,
        UpdateTime = row.UpdatedAt,
    };
}

[Wire]
public sealed class RobotCreateReq
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string? Level { get; init; }
    public long? Duration { get; init; }
    public IReadOnlyList<RobotPermissionJson>? Permissions { get; init; }
}

[Wire]
public sealed class RobotCreatedJson
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string Secret { get; init; } = "";
    public DateTimeOffset CreationTime { get; init; }
    public long ExpiresAt { get; init; }

    internal static RobotCreatedJson From(NewRobot robot) => new()
    {
        Id = robot.Id,
        Name = robot.Login,
        Secret = robot.Secret,
        CreationTime = robot.CreatedAt,
        ExpiresAt = RobotLevels.Epoch(robot.ExpiresAt),
    };
}

[Wire]
public sealed class RobotReq
{
    public string? Name { get; init; }
    public string? Description { get; init; }
    public string? Level { get; init; }
    public long? Duration { get; init; }
    public bool? Disable { get; init; }
    public IReadOnlyList<RobotPermissionJson>? Permissions { get; init; }
}

[Wire]
public sealed class RobotSecJson
{
    public string? Secret { get; init; }
}

/// <summary>A new secret with an overlap, under <c>/api/portal</c>.</summary>
[Wire]
public sealed class RobotRotationReq
{
    public string? Secret { get; init; }

    /// <summary>Minutes for which the old secret goes on working; 0 when not given.</summary>
    public int? OverlapMinutes { get; init; }
}

[Wire]
public sealed class RobotRotationJson
{
    /// <summary>The new secret when it was generated; missing when it was given.</summary>
    public string Secret { get; init; } = "";

    /// <summary>Until when the old one works; missing when it died at once.</summary>
    public DateTimeOffset? OldValidUntil { get; init; }
}

[Wire]
public sealed class RobotSecretJson
{
    public int Id { get; init; }
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Missing for the current one.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public string LastUsedFrom { get; init; } = "";
}

/// <summary>Words and numbers of the contract.</summary>
static class RobotLevels
{
    public const string System = "system";
    public const string Project = "project";

    public static string Of(int? projectId) => projectId is null ? System : Project;

    /// <summary>Seconds since 1970; -1 for never.</summary>
    public static long Epoch(DateTimeOffset? time) => time?.ToUnixTimeSeconds() ?? -1;
}

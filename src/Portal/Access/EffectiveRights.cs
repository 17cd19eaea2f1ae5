using Portal.Kernel;

namespace Portal.Access;

/// <summary>Where a right comes from.</summary>
public enum AccessSource
{
    /// <summary>A role given to the subject or to a group of theirs.</summary>
    Binding,

    /// <summary>A right of the robot's own.</summary>
    Robot,

    /// <summary>The project is public.</summary>
    Public,
}

/// <summary>One thing that gives a right.</summary>
public sealed record AccessReason
{
    public required AccessSource Source { get; init; }

    /// <summary>The binding; null for other sources.</summary>
    public int? BindingId { get; init; }

    /// <summary>The role's key and title; empty for other sources.</summary>
    public string Role { get; init; } = "";
    public string RoleTitle { get; init; } = "";

    /// <summary>The group that holds the role; null when the subject does.</summary>
    public string? Group { get; init; }

    /// <summary>Where it was given; null for the system, or for every project.</summary>
    public int? ProjectId { get; init; }

    /// <summary>The patterns as given; empty for everything.</summary>
    public string RepositoryPattern { get; init; } = "";
    public string TagPattern { get; init; } = "";

    /// <summary>From when on it counts no more; null for no end.</summary>
    public DateTimeOffset? Until { get; init; }

    internal PermissionSet Rights { get; init; }
}

/// <summary>One right of the catalogue, and what gives it; nothing does when it is not allowed.</summary>
public sealed record EffectiveRight(Permission Permission, IReadOnlyList<AccessReason> Reasons)
{
    public bool Allowed => Reasons.Count > 0;
}

/// <summary>What somebody may do on a target: every right of the catalogue, in its order.</summary>
/// <param name="Active">False when the account is disabled, deleted or expired: what it holds then gives nothing.</param>
public sealed record EffectiveRights(SubjectKind Kind, int SubjectId, string Name, bool Active, IReadOnlyList<EffectiveRight> Rights);

/// <summary>Somebody who has a right, and what gives it.</summary>
public sealed record HolderRow
{
    public required SubjectKind Kind { get; init; }
    public required int Id { get; init; }
    public required string Name { get; init; }
    public IReadOnlyList<AccessReason> Reasons { get; init; } = [];
}

/// <summary>Who has a right on a target.</summary>
/// <param name="Everybody">True when it needs no sign-in, because the project is public.</param>
public sealed record Holders(bool Everybody, Page<HolderRow> Page);

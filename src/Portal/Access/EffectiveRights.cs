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

    /// <summary>Who gave it, and when; empty and null for other sources than a binding.</summary>
    public string GivenBy { get; init; } = "";
    public DateTimeOffset? GivenAt { get; init; }

    /// <summary>What it gives on the target.</summary>
    internal PermissionSet Rights { get; init; }

    /// <summary>What the role holds, whatever the patterns say.</summary>
    internal PermissionSet OfRole { get; init; }

    /// <summary>Whether it gives a right on the target.</summary>
    public bool Gives(Permission permission) => Rights.Has(permission);

    /// <summary>Whether its role holds a right that the patterns keep from the target.</summary>
    public bool WouldGive(Permission permission) => OfRole.Has(permission) && !Rights.Has(permission);
}

/// <summary>One right of the catalogue, and what gives it; nothing does when it is not allowed.</summary>
public sealed record EffectiveRight(Permission Permission, IReadOnlyList<AccessReason> Reasons)
{
    /// <summary>The owner has it, but the token that was asked about does not carry it, or not here.</summary>
    public bool Withheld { get; init; }

    public bool Allowed => Reasons.Count > 0 && !Withheld;
}

/// <summary>A personal access token that a question is about: it never gives more than its owner has, and may give less.</summary>
/// <param name="Scopes">The rights it carries at most, parted by blanks; empty for all of its owner's.</param>
/// <param name="ProjectId">The only project it works in; null for all.</param>
/// <param name="AllowedFrom">Where it may be used from; empty for anywhere.</param>
/// <param name="Active">False when it was revoked or has expired.</param>
public sealed record TokenLimit(int Id, string Name, int OwnerId, string Scopes, int? ProjectId, string AllowedFrom, DateTimeOffset? ExpiresAt, bool Active);

/// <summary>What somebody may do on a target: every right of the catalogue, in its order.</summary>
/// <param name="Active">False when the account is disabled, deleted or expired: what it holds then gives nothing.</param>
public sealed record EffectiveRights(SubjectKind Kind, int SubjectId, string Name, bool Active, IReadOnlyList<EffectiveRight> Rights)
{
    /// <summary>Everything that was looked at: the roles held here and on the whole system, also those that give nothing on the target.</summary>
    public IReadOnlyList<AccessReason> Considered { get; init; } = [];

    /// <summary>The token that was asked about; null for a question about the subject itself.</summary>
    public TokenLimit? Token { get; init; }
}

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

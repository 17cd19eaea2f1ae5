using Portal.Access;
using Portal.Api;

namespace Portal.Projects;

/// <summary>What gives a right: a binding, a robot's own right, or that the project is public.</summary>
[Wire]
public sealed class AccessReasonJson
{
    public string Source { get; init; } = "";
    public int? BindingId { get; init; }
    public string Role { get; init; } = "";
    public string RoleTitle { get; init; } = "";
    public string? Group { get; init; }
    public int? ProjectId { get; init; }
    public string RepositoryPattern { get; init; } = "";
    public string TagPattern { get; init; } = "";
    public DateTimeOffset? Until { get; init; }
    public string GivenBy { get; init; } = "";
    public DateTimeOffset? GivenAt { get; init; }

    internal static AccessReasonJson From(AccessReason reason) => new()
    {
        Source = reason.Source switch { AccessSource.Binding => "binding", AccessSource.Robot => "robot", _ => "public" },
        BindingId = reason.BindingId,
        Role = reason.Role,
        RoleTitle = reason.RoleTitle,
        Group = reason.Group,
        ProjectId = reason.ProjectId,
        RepositoryPattern = reason.RepositoryPattern,
        TagPattern = reason.TagPattern,
        Until = reason.Until,
        GivenBy = reason.GivenBy,
        GivenAt = reason.GivenAt,
    };
}

[Wire]
public sealed class EffectiveRightJson
{
    public string Resource { get; init; } = "";
    public string Action { get; init; } = "";
    [Always] public bool Allowed { get; init; }

    /// <summary>True when the owner has the right, and the token that was asked about withholds it.</summary>
    public bool Withheld { get; init; }
    [Always] public IReadOnlyList<AccessReasonJson> Reasons { get; init; } = [];
}

[Wire]
public sealed class EffectiveRightsJson
{
    public string SubjectKind { get; init; } = "";
    public int SubjectId { get; init; }
    public string Name { get; init; } = "";
    [Always] public bool Active { get; init; }
    [Always] public IReadOnlyList<EffectiveRightJson> Rights { get; init; } = [];

    /// <summary>The token that was asked about.</summary>
    public int? TokenId { get; init; }

    internal static EffectiveRightsJson From(EffectiveRights rights) => new()
    {
        SubjectKind = HolderJson.Word(rights.Kind),
        SubjectId = rights.SubjectId,
        Name = rights.Name,
        Active = rights.Active,
        TokenId = rights.Token?.Id,
        Rights = [.. rights.Rights.Select(r => new EffectiveRightJson { Resource = r.Permission.Resource, Action = r.Permission.Action, Allowed = r.Allowed, Withheld = r.Withheld && r.Reasons.Count > 0, Reasons = [.. r.Reasons.Select(AccessReasonJson.From)] })],
    };
}

[Wire]
public sealed class HolderJson
{
    public string SubjectKind { get; init; } = "";
    public int SubjectId { get; init; }
    public string Name { get; init; } = "";
    [Always] public IReadOnlyList<AccessReasonJson> Reasons { get; init; } = [];

    internal static HolderJson From(HolderRow row) => new() { SubjectKind = Word(row.Kind), SubjectId = row.Id, Name = row.Name, Reasons = [.. row.Reasons.Select(AccessReasonJson.From)] };

    internal static string Word(SubjectKind kind) => kind switch { Access.SubjectKind.User => "user", Access.SubjectKind.Group => "group", _ => "robot" };
}

/// <summary>Who may do something; with <c>everybody</c> nobody has to sign in for it.</summary>
[Wire]
public sealed class HoldersJson
{
    [Always] public bool Everybody { get; init; }
    [Always] public IReadOnlyList<HolderJson> Holders { get; init; } = [];

    internal static HoldersJson From(Holders holders) => new() { Everybody = holders.Everybody, Holders = [.. holders.Page.Items.Select(HolderJson.From)] };
}

/// <summary>A place that somebody reaches, by a role or by a robot's own rights.</summary>
[Wire]
public sealed class ReachJson
{
    /// <summary>Missing for the whole system.</summary>
    public string? Project { get; init; }
    public string RepositoryPattern { get; init; } = "";
    public string TagPattern { get; init; } = "";
    public int? BindingId { get; init; }
    public string Role { get; init; } = "";
    public string? Group { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>The rights, such as <c>repository:pull</c>; empty for everything.</summary>
    [Always] public IReadOnlyList<string> Rights { get; init; } = [];

    internal static ReachJson From(ReachRow row) => new()
    {
        Project = row.Project,
        RepositoryPattern = row.RepositoryPattern,
        TagPattern = row.TagPattern,
        BindingId = row.BindingId,
        Role = row.Role,
        Group = row.Group,
        Until = row.Until,
        Rights = row.Everything ? [] : row.Permissions,
    };
}

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
    };
}

[Wire]
public sealed class EffectiveRightJson
{
    public string Resource { get; init; } = "";
    public string Action { get; init; } = "";
    [Always] public bool Allowed { get; init; }
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

    internal static EffectiveRightsJson From(EffectiveRights rights) => new()
    {
        SubjectKind = HolderJson.Word(rights.Kind),
        SubjectId = rights.SubjectId,
        Name = rights.Name,
        Active = rights.Active,
        Rights = [.. rights.Rights.Select(r => new EffectiveRightJson { Resource = r.Permission.Resource, Action = r.Permission.Action, Allowed = r.Allowed, Reasons = [.. r.Reasons.Select(AccessReasonJson.From)] })],
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

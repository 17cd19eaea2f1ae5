using System.Globalization;
using Portal.Api;

namespace Portal.Projects;

/// <summary>What a client may say of a project. Settings that Portal does not have are refused when switched on.</summary>
[Wire]
public sealed class ProjectReq
{
    public string? ProjectName { get; init; }
    public string? Description { get; init; }

    /// <summary>The older place of <c>metadata.public</c>.</summary>
    public bool? Public { get; init; }
    public Dictionary<string, string?>? Metadata { get; init; }
    public long? RegistryId { get; init; }

    /// <summary>Bytes, -1 for no limit; only for whoever may set quotas, and only when the project is made.</summary>
    public long? StorageLimit { get; init; }
}

[Wire]
public sealed class ProjectJson
{
    public int ProjectId { get; init; }
    public int OwnerId { get; init; }
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
    public string OwnerName { get; init; } = "";
    public bool Togglable { get; init; }
    public int CurrentUserRoleId { get; init; }
    public IReadOnlyList<int>? CurrentUserRoleIds { get; init; }
    [Always] public int RepoCount { get; init; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
    public CveAllowlistJson? CveAllowlist { get; init; }

    internal static ProjectJson From(ProjectRow row) => From(row, true);

    internal static ProjectJson From(ProjectRow row, bool detail) => new()
    {
        ProjectId = row.Id,
        OwnerId = row.OwnerId,
        Name = row.Name,
        Description = row.Description,
        CreationTime = row.CreatedAt,
        UpdateTime = row.UpdatedAt,
        OwnerName = row.OwnerName,
        Togglable = detail && row.Role?.HarborId == 1,
        CurrentUserRoleId = detail ? row.Role?.HarborId ?? 0 : 0,
        CurrentUserRoleIds = detail && row.Role?.HarborId is { } role ? [role] : null,
        RepoCount = detail ? row.RepositoryCount : 0,
        Metadata = ProjectMetadata.Of(row),
        CveAllowlist = detail ? new() { ProjectId = row.Id } : null,
    };
}

[Wire]
public sealed class CveAllowlistJson
{
    public int ProjectId { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
}

[Wire]
public sealed class ProjectDeletableJson
{
    [Always] public bool Deletable { get; init; }
    public string Message { get; init; } = "";
}

[Wire]
public sealed class ProjectSummaryJson
{
    [Always] public int RepoCount { get; init; }
    public int ProjectAdminCount { get; init; }
    public int MaintainerCount { get; init; }
    public int DeveloperCount { get; init; }
    public int GuestCount { get; init; }
    public int LimitedGuestCount { get; init; }
    public ProjectSummaryQuotaJson? Quota { get; init; }
}

[Wire]
public sealed class ProjectSummaryQuotaJson
{
    /// <summary>-1 for no limit.</summary>
    public IReadOnlyDictionary<string, long> Hard { get; init; } = new Dictionary<string, long> { ["storage"] = -1 };
    public IReadOnlyDictionary<string, long> Used { get; init; } = new Dictionary<string, long>();
}

[Wire]
public sealed class MemberReq
{
    public int RoleId { get; init; }
    public MemberUserJson? MemberUser { get; init; }
    public MemberGroupJson? MemberGroup { get; init; }
}

[Wire]
public sealed class MemberUserJson
{
    public int UserId { get; init; }
    public string? Username { get; init; }
}

[Wire]
public sealed class MemberGroupJson
{
    public int Id { get; init; }
    public string? GroupName { get; init; }
    public int GroupType { get; init; }
    public string? LdapGroupDn { get; init; }
}

[Wire]
public sealed class RoleReq
{
    public int RoleId { get; init; }
}

[Wire]
public sealed class MemberJson
{
    public int Id { get; init; }
    public int ProjectId { get; init; }
    public string EntityName { get; init; } = "";
    public string RoleName { get; init; } = "";
    public int RoleId { get; init; }
    public int EntityId { get; init; }

    /// <summary>u for a user, g for a group.</summary>
    public string EntityType { get; init; } = "u";

    internal static MemberJson From(Access.BindingRow row) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId ?? 0,
        EntityName = row.Name ?? "",
        RoleName = Camel(row.RoleName),
        RoleId = row.RoleHarborId ?? 0,
        EntityId = row.SubjectId,
        EntityType = row.SubjectKind == Access.SubjectKind.Group ? "g" : "u",
    };

    // The contract writes projectAdmin and limitedGuest.
    static string Camel(string name) => string.Concat(name.Split('-').Select((word, i) => i == 0 ? word : char.ToUpper(word[0], CultureInfo.InvariantCulture) + word[1..]));
}

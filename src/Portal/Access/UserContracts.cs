using Portal.Api;

namespace Portal.Access;

[Wire]
public sealed class UserJson
{
    public string Email { get; init; } = "";
    public string Realname { get; init; } = "";
    public string Comment { get; init; } = "";
    public int UserId { get; init; }
    public string Username { get; init; } = "";
    [Always] public bool SysadminFlag { get; init; }
    [Always] public bool AdminRoleInAuth { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static UserJson From(UserRow row) => new()
    {
        Email = row.Email,
        Realname = row.DisplayName,
        Comment = row.Comment,
        UserId = row.Id,
        Username = row.Name,
        SysadminFlag = row.Administrator,
        AdminRoleInAuth = row.AdministratorByGroup,
        CreationTime = row.CreatedAt,
        UpdateTime = row.UpdatedAt,
    };
}

[Wire]
public sealed class UserNameJson
{
    public int UserId { get; init; }
    public string Username { get; init; } = "";
}

/// <summary>What a new account says of itself. There is no field for rights: those are given by their own call.</summary>
[Wire]
public sealed class UserCreationReq
{
    public string? Username { get; init; }
    public string? Password { get; init; }
    public string? Email { get; init; }
    public string? Realname { get; init; }
    public string? Comment { get; init; }
}

[Wire]
public sealed class UserProfileReq
{
    public string? Email { get; init; }
    public string? Realname { get; init; }
    public string? Comment { get; init; }
}

[Wire]
public sealed class SysAdminReq
{
    public bool SysadminFlag { get; init; }
}

[Wire]
public sealed class PasswordReq
{
    public string? OldPassword { get; init; }
    public string? NewPassword { get; init; }
}

[Wire]
public sealed class PermissionJson
{
    public string Resource { get; init; } = "";
    public string Action { get; init; } = "";
}

[Wire]
public sealed class PermissionsJson
{
    public IReadOnlyList<PermissionJson>? System { get; init; }
    public IReadOnlyList<PermissionJson>? Project { get; init; }
}

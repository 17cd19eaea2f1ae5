namespace Portal.Access;

/// <summary>A role on <c>/api/portal/roles</c>.</summary>
public sealed class RoleJson
{
    public int Id { get; init; }

    /// <summary>Its key, which bindings name.</summary>
    public string Name { get; init; } = "";
    public string Title { get; init; } = "";
    public string Description { get; init; } = "";
    public bool BuiltIn { get; init; }

    /// <summary>Holds every right, also those of later versions; permissions is empty then.</summary>
    public bool Everything { get; init; }

    /// <summary>Rights such as <c>tag:delete</c>.</summary>
    public IReadOnlyList<string> Permissions { get; init; } = [];

    /// <summary>How often it is given to each kind of holder; zeros for a caller who may not list roles.</summary>
    public RoleHoldersJson Holders { get; init; } = new();

    internal static RoleJson From(RoleRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Title = row.Title,
        Description = row.Description,
        BuiltIn = row.BuiltIn,
        Everything = row.Everything,
        Permissions = row.Permissions,
        Holders = new() { Users = row.Users, Groups = row.Groups, Robots = row.Robots },
    };
}

/// <summary>Holders of a role by kind.</summary>
public sealed class RoleHoldersJson
{
    public int Users { get; init; }
    public int Groups { get; init; }
    public int Robots { get; init; }
}

/// <summary>A custom role to make or change. To clone, name the role in <c>from</c> and leave out description and permissions.</summary>
public sealed class RoleReqJson
{
    public string? Title { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<string>? Permissions { get; init; }

    /// <summary>The id of the role to copy; only when one is made.</summary>
    public int? From { get; init; }
}

/// <summary>A right of the catalogue in words.</summary>
public sealed class RightJson
{
    /// <summary>As roles name it, such as <c>tag:delete</c>.</summary>
    public string Permission { get; init; } = "";
    public string Resource { get; init; } = "";
    public string Action { get; init; } = "";

    /// <summary>What it allows, in a plain sentence.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>The heading it stands under.</summary>
    public string Group { get; init; } = "";

    /// <summary>Whether it counts inside a project; otherwise only on the whole system.</summary>
    public bool InProjects { get; init; }

    internal static RightJson From(Permission permission) => new()
    {
        Permission = permission.ToString(),
        Resource = permission.Resource,
        Action = permission.Action,
        Sentence = PermissionWords.Sentence(permission),
        Group = PermissionWords.Of(permission.Resource).Group,
        InProjects = PermissionWords.OfProjects.Has(permission),
    };
}

using Portal.Access;

namespace Portal.Projects;

/// <summary>Who has which role where, on <c>/api/portal/bindings</c>.</summary>
public sealed class BindingJson
{
    public int Id { get; init; }

    /// <summary><c>user</c>, <c>group</c> or <c>robot</c>.</summary>
    public string SubjectKind { get; init; } = "";
    public int SubjectId { get; init; }
    public string Subject { get; init; } = "";

    /// <summary>The role's name.</summary>
    public string Role { get; init; } = "";

    /// <summary>Null for the whole system.</summary>
    public string? Project { get; init; }

    /// <summary>Empty for every repository of the project.</summary>
    public string RepositoryPattern { get; init; } = "";

    /// <summary>Empty for every tag.</summary>
    public string TagPattern { get; init; } = "";

    /// <summary>From when on it counts no more; null for no end.</summary>
    public DateTimeOffset? Until { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";

    internal static BindingJson From(PlacedBinding placed) => new()
    {
        Id = placed.Binding.Id,
        SubjectKind = placed.Binding.SubjectKind.ToString().ToLowerInvariant(),
        SubjectId = placed.Binding.SubjectId,
        Subject = placed.Binding.Name ?? "",
        Role = placed.Binding.RoleName,
        Project = placed.Project,
        RepositoryPattern = placed.Binding.RepositoryPattern,
        TagPattern = placed.Binding.TagPattern,
        Until = placed.Binding.Until,
        CreatedAt = placed.Binding.Since,
        CreatedBy = placed.Binding.AddedBy,
    };
}

/// <summary>A role to give. The subject is named by <c>subject</c> or by <c>subjectId</c>.</summary>
public sealed class BindingReqJson
{
    public string? SubjectKind { get; init; }
    public int SubjectId { get; init; }
    public string? Subject { get; init; }
    public string? Role { get; init; }

    /// <summary>The project's name; left out for the whole system.</summary>
    public string? Project { get; init; }
    public string? RepositoryPattern { get; init; }
    public string? TagPattern { get; init; }
    public DateTimeOffset? Until { get; init; }
}

/// <summary>What is to be different; what is not sent stays.</summary>
public sealed class BindingChangeJson
{
    public string? Role { get; init; }
    public DateTimeOffset? Until { get; init; }

    /// <summary>True takes the end away.</summary>
    public bool Forever { get; init; }
}

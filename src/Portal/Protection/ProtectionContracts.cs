namespace Portal.Protection;

/// <summary>A lock on <c>/api/portal</c>.</summary>
public sealed class LockJson
{
    public int Id { get; init; }

    /// <summary>project, repository, artifact or tag.</summary>
    public string Scope { get; init; } = "";

    /// <summary>The repository's name without the project; null for the project.</summary>
    public string? Repository { get; init; }
    public string? Tag { get; init; }
    public string? Digest { get; init; }
    public string Reason { get; init; } = "";

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? Until { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public string CreatedBy { get; init; } = "";

    internal static LockJson From(LockRow row) => new()
    {
        Id = row.Id,
        Scope = row.Target.Scope.ToString().ToLowerInvariant(),
        Repository = Given(row.Target.Repository),
        Tag = Given(row.Target.Tag),
        Digest = Given(row.Target.Digest),
        Reason = row.Reason,
        Until = row.Until,
        CreatedAt = row.CreatedAt,
        CreatedBy = row.CreatedBy,
    };

    static string? Given(string text) => text.Length == 0 ? null : text;
}

/// <summary>What to lock: the project, or a repository of it, or a tag or digest in one.</summary>
public sealed class LockReqJson
{
    public string? Repository { get; init; }
    public string? Tag { get; init; }
    public string? Digest { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? Until { get; init; }
}

/// <summary>What may be pushed into a project.</summary>
public sealed class ContentTypesJson
{
    /// <summary>Kinds and media types; empty for anything.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }
}

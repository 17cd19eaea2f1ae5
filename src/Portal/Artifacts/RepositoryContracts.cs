using Portal.Api;
using Portal.Projects;

namespace Portal.Artifacts;

[Wire]
public sealed class RepositoryJson
{
    public long Id { get; init; }
    public long ProjectId { get; init; }

    /// <summary>With the project.</summary>
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    [Always] public long ArtifactCount { get; init; }
    [Always] public long PullCount { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static RepositoryJson From(RepositoryRow row) => new()
    {
        Id = row.Id,
        ProjectId = row.ProjectId,
        Name = row.FullName,
        Description = row.Description,
        ArtifactCount = row.ArtifactCount,
        PullCount = row.PullCount,
        CreationTime = row.CreatedAt,
        UpdateTime = row.UpdatedAt,
    };
}

/// <summary>What may be changed of a repository.</summary>
[Wire]
public sealed class RepositoryReq
{
    public string? Description { get; init; }
}

[Wire]
public sealed class SearchRepositoryJson
{
    public int ProjectId { get; init; }
    public string ProjectName { get; init; } = "";
    public bool ProjectPublic { get; init; }
    public string RepositoryName { get; init; } = "";
    public long PullCount { get; init; }
    public int ArtifactCount { get; init; }

    internal static SearchRepositoryJson From(RepositoryRow row) => new()
    {
        ProjectId = row.ProjectId,
        ProjectName = row.ProjectName,
        ProjectPublic = row.ProjectPublic,
        RepositoryName = row.FullName,
        PullCount = row.PullCount,
        ArtifactCount = row.ArtifactCount,
    };
}

[Wire]
public sealed class SearchJson
{
    [Always] public IReadOnlyList<ProjectJson> Project { get; init; } = [];
    [Always] public IReadOnlyList<SearchRepositoryJson> Repository { get; init; } = [];
}

[Wire]
public sealed class StatisticJson
{
    [Always] public long PrivateProjectCount { get; init; }
    [Always] public long PrivateRepoCount { get; init; }
    [Always] public long PublicProjectCount { get; init; }
    [Always] public long PublicRepoCount { get; init; }
    [Always] public long TotalProjectCount { get; init; }
    [Always] public long TotalRepoCount { get; init; }
    [Always] public long TotalStorageConsumption { get; init; }
}

using System.Collections.Frozen;
using System.Globalization;

namespace Portal.Access;

/// <summary>What roles on a pattern let one see beside what they name: enough to find the way there.</summary>
public static class Sight
{
    /// <summary>On a project: that it is there, and the lists of those of its repositories and artifacts that match.</summary>
    public static PermissionSet OfProject { get; } = PermissionSet.Of(Permissions.ProjectRead, Permissions.RepositoryList, Permissions.ArtifactList);

    /// <summary>On a repository of which only some tags match: that it is there, and the lists of those tags and artifacts.</summary>
    public static PermissionSet OfRepository { get; } =
        PermissionSet.Of(Permissions.ProjectRead, Permissions.RepositoryRead, Permissions.RepositoryList, Permissions.ArtifactList, Permissions.TagList);

    internal static PermissionSet OfPlace { get; } = PermissionSet.Of(Permissions.ProjectRead);
}

/// <summary>Rights on repositories or tags that match a pattern.</summary>
/// <param name="Project">On the system: the projects; null within one project.</param>
/// <param name="Repository">The paths; null for all.</param>
/// <param name="Tag">The tags; null for all, and for what has none.</param>
sealed record PatternGrant(NamePattern? Project, NamePattern? Repository, NamePattern? Tag, PermissionSet Rights)
{
    /// <summary>What it gives on a target of a project that it is for.</summary>
    public PermissionSet On(in AccessTarget target)
    {
        if (Project is { } project && !project.IsMatch(target.ProjectName)) return PermissionSet.None;
        if (target.Repository is null) return (Rights & Sight.OfProject) | Sight.OfPlace;
        if (Repository is { } path && !path.IsMatch(target.Repository)) return Sight.OfPlace;
        if (Tag is null) return Rights | Sight.OfPlace;
        if (target.Tag is null) return (Rights & Sight.OfRepository) | Sight.OfPlace;
        return Tag.IsMatch(target.Tag) ? Rights | Sight.OfPlace : Sight.OfPlace;
    }

    /// <summary>Whether it is for this repository.</summary>
    public bool Covers(in AccessTarget repository) =>
        (Project is null || Project.IsMatch(repository.ProjectName)) && (Repository is null || Repository.IsMatch(repository.Repository));

    /// <summary>As one reads it, in one project.</summary>
    public string Place(string project) => $"{project}/{(Repository ?? NamePattern.Any).Text}{(Tag is null ? "" : ":" + Tag.Text)}";

    /// <summary>The repositories as LIKE over <c>id|project|slashes|path</c>, and with the tag behind; no name holds a bar, so a % cannot reach over one.</summary>
    public (string Repository, string Tag) Likes(int? projectId)
    {
        var repository = Repository ?? NamePattern.Any;
        var like = $"{projectId?.ToString(CultureInfo.InvariantCulture) ?? "%"}|{Project?.LikeText ?? "%"}|{repository.LikeDepth}|{repository.LikeText}";
        return (like, $"{like}|{Tag?.LikeText ?? "%"}");
    }
}

/// <summary>What somebody holds in one project.</summary>
sealed record ProjectGrants(PermissionSet Whole, IReadOnlyList<PatternGrant> Patterns)
{
    public static ProjectGrants None { get; } = new(PermissionSet.None, []);
}

/// <summary>Everything somebody holds, ready for decisions.</summary>
sealed record Grants
{
    public static Grants None { get; } = new();

    /// <summary>On the system and in every project.</summary>
    public PermissionSet Everywhere { get; init; }

    /// <summary>On the system, but not in its projects.</summary>
    public PermissionSet SystemOnly { get; init; }

    /// <summary>In every project, but not on the system.</summary>
    public PermissionSet EveryProject { get; init; }
    public FrozenDictionary<int, ProjectGrants> Projects { get; init; } = FrozenDictionary<int, ProjectGrants>.Empty;

    /// <summary>On the system, by pattern.</summary>
    public IReadOnlyList<PatternGrant> Patterns { get; init; } = [];

    /// <summary>From when on something here counts no more; null for never.</summary>
    public DateTimeOffset? Until { get; init; }

    public PermissionSet On(in AccessTarget target)
    {
        if (target.ProjectId is not { } id) return Everywhere | SystemOnly;
        var rights = Everywhere | EveryProject;
        if (Projects.TryGetValue(id, out var here))
        {
            rights |= here.Whole;
            for (var i = 0; i < here.Patterns.Count; i++) rights |= here.Patterns[i].On(target);
        }
        for (var i = 0; i < Patterns.Count; i++) rights |= Patterns[i].On(target);
        return rights;
    }

    /// <summary>The grants by pattern that are for this repository.</summary>
    public IEnumerable<PatternGrant> Covering(AccessTarget repository) =>
        (repository.ProjectId is { } id && Projects.TryGetValue(id, out var here) ? here.Patterns.Concat(Patterns) : Patterns).Where(p => p.Covers(repository));
}

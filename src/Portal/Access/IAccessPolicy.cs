namespace Portal.Access;

/// <summary>What a right is asked for: the system, a project, a repository or a tag.</summary>
/// <param name="ProjectId">The project; null for the system.</param>
/// <param name="ProjectName">The project's name, which patterns on the system look at; empty for the system.</param>
/// <param name="Public">Whether the project is public.</param>
/// <param name="Repository">The repository's path within the project; null for the project itself.</param>
/// <param name="Tag">The tag; null for the repository itself.</param>
public readonly record struct AccessTarget(int? ProjectId, string ProjectName, bool Public, string? Repository = null, string? Tag = null)
{
    public static AccessTarget System { get; } = new(null, "", false);

    public static AccessTarget Project(int id, string name, bool isPublic) => new(id, name, isPublic);

    /// <summary>A repository of this project, by its path within the project; it need not exist.</summary>
    public AccessTarget In(string repository) => this with { Repository = repository, Tag = null };

    /// <summary>A tag of this repository; it need not exist.</summary>
    public AccessTarget Tagged(string tag) => Repository is null ? throw new InvalidOperationException("A tag belongs to a repository.") : this with { Tag = tag };
}

/// <summary>In which tags of one repository a right holds.</summary>
/// <param name="Every">In all of them, and in what has no tag.</param>
/// <param name="Patterns">In those that match one of these patterns; see <see cref="NamePattern"/>.</param>
public sealed record TagScope(bool Every, IReadOnlyList<NamePattern> Patterns)
{
    public static TagScope All { get; } = new(true, []);

    public static TagScope None { get; } = new(false, []);

    /// <summary>True when there may be a tag in which it holds.</summary>
    public bool Some => Every || Patterns.Count > 0;

    /// <summary>The patterns for LIKE.</summary>
    internal IReadOnlyList<string> Likes => [.. Patterns.Select(p => p.LikeText)];

    public bool Contains(string tag) => Every || Patterns.Any(p => p.IsMatch(tag));
}

/// <summary>The one seam that answers "may S do A on R?". Answers come from memory and follow a change within two seconds on every node.</summary>
/// <remarks>
/// Roles on a pattern count for the repositories and tags that match it. Besides, whoever has one in a project sees the project (<c>project:read</c>), and who
/// has one on tags sees the repositories: of their role's rights those that show a repository (see <see cref="Sight"/>). Lists are filtered by the tags.
/// </remarks>
public interface IAccessPolicy
{
    /// <summary>Everything the caller may do on the target.</summary>
    ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation);

    /// <summary>Where the caller has the right, for lists.</summary>
    ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation);

    /// <summary>In which tags of a repository the caller has the right; for what has no name of its own, such as a blob or a manifest named by digest.</summary>
    ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation);

    /// <summary>The patterns of a project under which the caller has a right that they do not have in all of it, as one reads them: <c>team/app-*</c>, <c>team/app:v*</c>. For telling who is refused.</summary>
    ValueTask<IReadOnlyList<string>> PlacesAsync(Caller caller, Permission permission, AccessTarget project, CancellationToken cancellation);

    /// <summary>One question.</summary>
    async ValueTask<bool> MayAsync(Caller caller, Permission permission, AccessTarget target, CancellationToken cancellation) =>
        (await RightsAsync(caller, target, cancellation)).Has(permission);
}

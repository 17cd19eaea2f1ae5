namespace Portal.Access;

/// <summary>
/// Where a right holds, in a form that a query can use. Lists do not read it themselves: <c>Visible</c> over projects, repositories, artifacts and tags does, so
/// that a list and a decision say the same.
/// </summary>
/// <param name="Everywhere">In every project.</param>
/// <param name="Public">In every public project.</param>
/// <param name="Projects">In these projects, whole.</param>
public sealed record AccessScope(bool Everywhere, bool Public, IReadOnlyList<int> Projects)
{
    public static AccessScope All { get; } = new(true, true, []);

    public static AccessScope None { get; } = new(false, false, []);

    /// <summary>Whatever else is said, in no other project than this; null for no such bound.</summary>
    public int? Only { get; init; }

    /// <summary>On these projects too, though not in all that is in them.</summary>
    public IReadOnlyList<int> SeenProjects { get; init; } = [];

    /// <summary>On the projects whose names match one of these LIKE patterns, though not in all that is in them.</summary>
    public IReadOnlyList<string> SeenProjectNames { get; init; } = [];

    /// <summary>On repositories of which <c>id|project|slashes|path</c> matches one of these LIKE patterns, whole.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>On such repositories too, though not on every tag in them.</summary>
    public IReadOnlyList<string> SeenRepositories { get; init; } = [];

    /// <summary>On tags of which <c>id|project|slashes|path|tag</c> matches one of these LIKE patterns. When there are any, lists of artifacts and tags look at tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The projects that the patterns are in, to narrow the search; not all of them with <see cref="AnyProject"/>.</summary>
    public IReadOnlyList<int> PatternProjects { get; init; } = [];

    /// <summary>Some of the patterns are over every project.</summary>
    public bool AnyProject { get; init; }

    internal static AccessScope Of(Grants grants, Permission permission, bool open) =>
        (grants.Everywhere | grants.EveryProject).Has(permission) ? All : new ScopeBuilder(permission).Build(grants, open);

    /// <summary>The same, in no other project.</summary>
    internal AccessScope Within(int? project) =>
        project is not { } id ? this
        : Everywhere ? new(false, false, [id])
        : this with { Only = id, Projects = [.. Projects.Where(p => p == id)], SeenProjects = [.. SeenProjects.Where(p => p == id)] };
}

/// <summary>Gathers where a right holds that does not hold everywhere.</summary>
sealed class ScopeBuilder(Permission permission)
{
    readonly HashSet<int> _seenProjects = [];
    readonly HashSet<int> _homes = [];
    readonly HashSet<string> _names = new(StringComparer.Ordinal);
    readonly HashSet<string> _repositories = new(StringComparer.Ordinal);
    readonly HashSet<string> _seenRepositories = new(StringComparer.Ordinal);
    readonly HashSet<string> _tags = new(StringComparer.Ordinal);

    public AccessScope Build(Grants grants, bool open)
    {
        var whole = new List<int>();
        foreach (var (id, here) in grants.Projects)
        {
            if (here.Whole.Has(permission)) whole.Add(id);
            else foreach (var grant in here.Patterns) Add(grant, id);
        }
        foreach (var grant in grants.Patterns) Add(grant, null);
        return new(false, open, whole)
        {
            SeenProjects = [.. _seenProjects],
            SeenProjectNames = [.. _names],
            Repositories = [.. _repositories],
            SeenRepositories = [.. _seenRepositories],
            Tags = [.. _tags],
            PatternProjects = [.. _homes],
            AnyProject = grants.Patterns.Count > 0,
        };
    }

    void Add(PatternGrant grant, int? project)
    {
        // seeing the place comes with any role there
        var rights = grant.Rights | Sight.OfPlace;
        if (!rights.Has(permission)) return;
        if (Sight.OfProject.Has(permission))
        {
            if (project is { } id) _seenProjects.Add(id);
            else _names.Add((grant.Project ?? NamePattern.Any).LikeText);
        }
        var (repository, tag) = grant.Likes(project);
        if (grant.Tag is null) _repositories.Add(repository);
        else
        {
            if (Sight.OfRepository.Has(permission)) _seenRepositories.Add(repository);
            _tags.Add(tag);
        }
        if (project is { } home) _homes.Add(home);
    }
}

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

    /// <summary>On repositories of which <c>id|project|slashes|path</c> matches one of these LIKE patterns.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>On tags of which <c>id|project|slashes|path|tag</c> matches one of these LIKE patterns.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Projects that the patterns are in; empty with <see cref="AnyProject"/>. Only narrows the search.</summary>
    public IReadOnlyList<int> PatternProjects { get; init; } = [];

    /// <summary>Some of the patterns are over every project.</summary>
    public bool AnyProject { get; init; }

    /// <summary>True when tags decide in some repository, so that lists of artifacts and tags have to look at them.</summary>
    public bool ByTag { get; init; }

    /// <summary>True when it holds nowhere.</summary>
    public bool Empty => !Everywhere && !Public && Projects.Count + SeenProjects.Count + SeenProjectNames.Count + Repositories.Count + Tags.Count == 0;

    internal static AccessScope Of(Grants grants, Permission permission, bool open)
    {
        if ((grants.Everywhere | grants.EveryProject).Has(permission)) return All;
        var (whole, seen, names, repositories, tags, homes) = (new List<int>(), new List<int>(), new List<string>(), new List<string>(), new List<string>(), new HashSet<int>());
        var byTag = false;
        foreach (var (id, here) in grants.Projects)
        {
            if (here.Whole.Has(permission)) whole.Add(id);
            else foreach (var grant in here.Patterns) Add(grant, id);
        }
        foreach (var grant in grants.Patterns) Add(grant, null);
        return new(false, open, whole)
        {
            SeenProjects = [.. seen.Distinct()],
            SeenProjectNames = [.. names.Distinct(StringComparer.Ordinal)],
            Repositories = [.. repositories.Distinct(StringComparer.Ordinal)],
            Tags = [.. tags.Distinct(StringComparer.Ordinal)],
            PatternProjects = [.. homes],
            AnyProject = grants.Patterns.Count > 0,
            ByTag = byTag,
        };

        void Add(PatternGrant grant, int? project)
        {
            if (permission == Permissions.ProjectRead || (grant.Rights.Has(permission) && Sight.OfProject.Has(permission)))
            {
                if (project is { } id) seen.Add(id);
                else names.Add((grant.Project ?? NamePattern.Any).LikeText);
            }
            if (!grant.Rights.Has(permission) && permission != Permissions.ProjectRead) return;
            var (repository, tag) = grant.Likes(project);
            if (grant.Tag is null || Sight.OfRepository.Has(permission)) repositories.Add(repository);
            tags.Add(tag);
            byTag |= grant.Tag is not null;
            if (project is { } home) homes.Add(home);
        }
    }

    internal AccessScope Within(int? project) => project is { } id ? this with { Only = id } : this;
}

namespace Portal.Access;

/// <summary>What a right is asked for: the system, a project, a repository or a tag.</summary>
/// <param name="ProjectId">The project; null for the system.</param>
/// <param name="Public">Whether the project is public.</param>
/// <param name="Repository">The repository's path within the project; null for the project itself.</param>
/// <param name="Tag">The tag; null for the repository itself.</param>
public readonly record struct AccessTarget(int? ProjectId, bool Public, string? Repository = null, string? Tag = null)
{
    public static AccessTarget System => default;
    public static AccessTarget Project(int id, bool isPublic) => new(id, isPublic);
}

/// <summary>Where a right holds, in a form that a query can use: <c>p =&gt; scope.Everywhere || scope.Projects.Contains(p.Id) || (scope.Public &amp;&amp; p.Public)</c>.</summary>
/// <param name="Everywhere">In every project.</param>
/// <param name="Public">In every public project.</param>
/// <param name="Projects">In these projects.</param>
public sealed record AccessScope(bool Everywhere, bool Public, IReadOnlyList<int> Projects);

/// <summary>The one seam that answers "may S do A on R?". Answers come from memory and follow a change within two seconds on every node.</summary>
public interface IAccessPolicy
{
    /// <summary>Everything the caller may do on the target.</summary>
    ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation);

    /// <summary>Where the caller has the right, for lists.</summary>
    ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation);

    /// <summary>One question.</summary>
    async ValueTask<bool> MayAsync(Caller caller, Permission permission, AccessTarget target, CancellationToken cancellation) =>
        (await RightsAsync(caller, target, cancellation)).Has(permission);
}

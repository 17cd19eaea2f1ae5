using System.Text;
using Portal.Access;
using Portal.Kernel;

namespace Portal.Gateway.Tokens;

/// <summary>Actions on one resource as scopes name them.</summary>
[Flags]
enum ScopeActions
{
    None = 0,
    Pull = 1,
    Push = 2,
    Delete = 4,
    /// <summary><c>registry:catalog:*</c>.</summary>
    Catalog = 8,
}

/// <summary>One scope that a client asks for: <c>repository:project/name:pull,push</c> or <c>registry:catalog:*</c>.</summary>
readonly record struct Scope(string Type, string Name, ScopeActions Actions)
{
    /// <summary>Reads a scope; null for a form or type that this registry does not know, which is then simply not granted.</summary>
    public static Scope? Parse(string text)
    {
        // the name may hold a colon (a host with a port), so it is what lies between the first and the last
        var (first, last) = (text.IndexOf(':', StringComparison.Ordinal), text.LastIndexOf(':'));
        if (first <= 0 || last == first) return null;
        var (type, name, actions) = (text[..first], text[(first + 1)..last], text[(last + 1)..]);
        if (type == "registry") return name == "catalog" ? new Scope(type, name, ScopeActions.Catalog) : null;
        if (type != "repository" || !RepositoryName.TryParse(name, out _)) return null;
        return new Scope(type, name, actions.Split(',', 8).Aggregate(ScopeActions.None, (all, a) => all | Action(a.Trim())));
    }

    static ScopeActions Action(string action) => action switch
    {
        "pull" => ScopeActions.Pull,
        "push" => ScopeActions.Push,
        "delete" => ScopeActions.Delete,
        "*" => ScopeActions.Pull | ScopeActions.Push | ScopeActions.Delete,
        _ => ScopeActions.None,
    };
}

/// <summary>What a token allows at most; the caller's rights are looked up besides.</summary>
/// <param name="Project">The project's id when the token was given out, so that a project made anew under the same name is not covered.</param>
sealed record TokenGrant(string Type, string Name, ScopeActions Actions, int Project)
{
    public static ScopeActions Of(PermissionSet rights) =>
        (rights.Has(Permissions.RepositoryPull) ? ScopeActions.Pull : 0) | (rights.Has(Permissions.RepositoryPush) ? ScopeActions.Push : 0)
        | (rights.Has(Permissions.ArtifactDelete) || rights.Has(Permissions.TagDelete) ? ScopeActions.Delete : 0);

    /// <summary>The right behind an action; behind delete the one on artifacts.</summary>
    public static Permission RightOf(ScopeActions action) => action switch { ScopeActions.Pull => Permissions.RepositoryPull, ScopeActions.Push => Permissions.RepositoryPush, _ => Permissions.ArtifactDelete };

    /// <summary>In which tags of a repository the caller may do something; for delete where either of its rights holds.</summary>
    public static async ValueTask<TagScope> ReachAsync(IAccessPolicy policy, Caller caller, ScopeActions action, AccessTarget repository, CancellationToken cancellation)
    {
        var reach = await policy.TagsAsync(caller, RightOf(action), repository, cancellation);
        if (action != ScopeActions.Delete || reach.Every) return reach;
        var tags = await policy.TagsAsync(caller, Permissions.TagDelete, repository, cancellation);
        return tags.Every ? tags : new(false, [.. reach.Patterns, .. tags.Patterns]);
    }

    /// <summary>The actions as words, in the protocol's order.</summary>
    public IEnumerable<string> Words()
    {
        if (Actions.HasFlag(ScopeActions.Pull)) yield return "pull";
        if (Actions.HasFlag(ScopeActions.Push)) yield return "push";
        if (Actions.HasFlag(ScopeActions.Delete)) yield return "delete";
        if (Actions.HasFlag(ScopeActions.Catalog)) yield return "*";
    }
}

/// <summary>What a token says.</summary>
/// <param name="Subject">The account's name; empty for anonymous.</param>
/// <param name="SubjectId">The user's or robot's id; 0 for anonymous.</param>
/// <param name="Stamp">The account's state when the token was given out; see <see cref="AccountState"/>.</param>
sealed record TokenClaims(string Subject, SubjectKind Kind, int SubjectId, string Stamp, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, string Id, IReadOnlyList<TokenGrant> Access)
{
    /// <summary>The credential that the token was given out for, as <see cref="Caller.Credential"/>; empty for a password. What it allows is looked up for each use.</summary>
    public string Credential { get; init; } = "";
}

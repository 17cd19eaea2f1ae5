using Portal.Audit;

namespace Portal.Access;

/// <summary>Who asks, and from where. Every change and every question about a right carries one.</summary>
/// <param name="Id">The user's or robot's id; 0 for anonymous and for Portal itself.</param>
/// <param name="Name">The account name as audit rows show it.</param>
/// <param name="Address">The remote address, behind named proxies the forwarded one; empty for background work.</param>
/// <param name="Client">The user agent, at most 256 characters.</param>
public sealed record Caller(SubjectKind Kind, int Id, string Name, string Address = "", string Client = "")
{
    public static Caller Anonymous { get; } = new(SubjectKind.Anonymous, 0, "anonymous");

    /// <summary>Background work; may do everything.</summary>
    public static Caller Portal { get; } = new(SubjectKind.Portal, 0, "portal");

    /// <summary>What the credential leaves of the subject's rights; null for all of them.</summary>
    public CallerLimit? Limit { get; init; }

    /// <summary>The personal access token or robot secret that was shown, such as <c>token/12</c>; empty for a session or password.</summary>
    public string Credential { get; init; } = "";

    /// <summary>The same person as audit rows name it.</summary>
    public AuditActor Actor => new(Name, Kind == SubjectKind.User ? Id : null, Address, Client, Credential);

    public bool IsAnonymous => Kind == SubjectKind.Anonymous;
}

/// <summary>The most that a credential allows, whatever its owner may.</summary>
/// <param name="ProjectId">The only project it works in; null for everywhere.</param>
public sealed record CallerLimit(PermissionSet Rights, int? ProjectId);

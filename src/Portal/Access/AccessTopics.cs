using Portal.Data;

namespace Portal.Access;

/// <summary>What Access announces on the change feed.</summary>
static class AccessTopics
{
    /// <summary>A subject's bindings, groups, state or credentials changed; the key is <c>kind/id</c>. A group's reaches its members.</summary>
    public const string Subject = "access.subject";

    /// <summary>A role's rights changed.</summary>
    public const string Role = "access.role";

    /// <summary>A session ended; the key is its id.</summary>
    public const string Session = "access.session";

    /// <summary>A credential was changed or ended; the key is the credential as <see cref="Caller.Credential"/> has it.</summary>
    public const string Credential = "access.credential";

    public static ChangeNotice OfSubject(SubjectKind kind, int id) => new(Subject, FormattableString.Invariant($"{(int)kind}/{id}"));

    public static ChangeNotice OfCredential(string credential) => new(Credential, credential);

    public static bool TryReadSubject(string key, out (SubjectKind, int) subject)
    {
        subject = default;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !int.TryParse(key.AsSpan(0, slash), out var kind) || !int.TryParse(key.AsSpan(slash + 1), out var id)) return false;
        subject = ((SubjectKind)kind, id);
        return true;
    }
}

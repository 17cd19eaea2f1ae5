using Portal.Access;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>How members read.</summary>
static class MemberWords
{
    static readonly (SubjectKind Kind, string One, string Many)[] Kinds =
        [(SubjectKind.User, "person", "people"), (SubjectKind.Group, "group", "groups"), (SubjectKind.Robot, "robot", "robots")];

    /// <summary>How many of each kind have a role at a place; null for nobody.</summary>
    /// <param name="where">Such as <c>here</c>.</param>
    public static string? Reach(IReadOnlyDictionary<SubjectKind, int> counts, string where)
    {
        if (counts.Count == 0) return null;
        var words = Kinds.Where(k => counts.ContainsKey(k.Kind)).Select(k => Format.Count(counts[k.Kind], k.One, k.Many));
        return $"{string.Join(", ", words)} {(counts.Values.Sum() == 1 ? "has" : "have")} a role {where}";
    }
}

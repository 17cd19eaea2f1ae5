using System.Text.RegularExpressions;
using Portal.Access;

namespace Portal.Tests.Access;

/// <summary>What roles give on a target, said as plainly as can be: binding by binding, each pattern a regular expression over the full name.</summary>
static class SlowPolicy
{
    public static HashSet<Permission> Rights(IEnumerable<HeldRole> roles, AccessTarget target) => [.. roles.SelectMany(r => Rights(r, target))];

    static IEnumerable<Permission> Rights(HeldRole role, AccessTarget target)
    {
        var rights = Permissions.All.Where(role.Rights.Has).ToList();
        if (rights.Count == 0) return [];
        if (role.ProjectId is { } project && project != target.ProjectId) return [];
        if (role.RepositoryPattern == "" && role.TagPattern == "") return rights;
        if (target.ProjectId is null) return [];
        if (role.ProjectId is null && role.RepositoryPattern is not ("" or "**") && !Matches(role.RepositoryPattern.Split('/')[0], target.ProjectName)) return [];
        IEnumerable<Permission> there = [Permissions.ProjectRead];
        if (target.Repository is not { } path) return there.Concat(rights.Where(r => r.ToString() is "repository:list" or "artifact:list"));
        var name = role.ProjectId is null ? $"{target.ProjectName}/{path}" : path;
        if (role.RepositoryPattern != "" && !Matches(role.RepositoryPattern, name)) return there;
        if (role.TagPattern == "") return there.Concat(rights);
        if (target.Tag is not { } tag) return there.Concat(rights.Where(r => r.ToString() is "repository:read" or "repository:list" or "artifact:list" or "tag:list"));
        return Matches(role.TagPattern, tag) ? there.Concat(rights) : there;
    }

    static bool Matches(string pattern, string name) =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal) + @"\z", RegexOptions.CultureInvariant);
}

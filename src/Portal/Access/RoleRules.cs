using System.Text;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>What a custom role must look like.</summary>
public static class RoleRules
{
    /// <summary>Characters of a title.</summary>
    public const int MaxTitle = 100;

    /// <summary>Characters of a description.</summary>
    public const int MaxDescription = 500;

    /// <summary>Custom roles there can be; all of them stand in the list a role is chosen from.</summary>
    public const int MaxRoles = 200;

    /// <summary>The key that a title gives: <c>Release manager</c> becomes <c>release-manager</c>. Empty when the title has no letter and no digit.</summary>
    public static string Key(string title)
    {
        var key = new StringBuilder();
        foreach (var c in title.Trim().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c)) key.Append(c);
            else if (key.Length > 0 && key[^1] != '-') key.Append('-');
        }
        return key.ToString().TrimEnd('-');
    }

    /// <summary>What is wrong with a draft; null when nothing is.</summary>
    public static Error? Check(string title, string description) =>
        title.Trim() is not { Length: > 0 and <= MaxTitle } trimmed || trimmed.Any(char.IsControl) || Key(trimmed).Length == 0
            ? Error.Invalid("title", $"A role's name has 1 to {MaxTitle} characters, at least one of them a letter or a digit.")
        : description.Length > MaxDescription || description.Any(c => char.IsControl(c) && c is not ('\n' or '\r'))
            ? Error.Invalid("description", $"A description has at most {MaxDescription} characters.")
        : null;

    /// <summary>Reads rights such as <c>tag:delete</c>; refuses what the catalogue does not hold.</summary>
    public static Result<PermissionSet> Rights(IEnumerable<string> texts)
    {
        var set = PermissionSet.None;
        foreach (var text in texts)
        {
            if (!Permissions.TryParse(text, out var permission)) return Error.Invalid("permissions", $"'{(text.Length > 100 ? text[..100] : text)}' is not a right. GET /api/portal/permissions lists them.");
            set |= PermissionSet.Of(permission);
        }
        return set;
    }

    /// <summary>Where a custom role stands between the project roles: as strong as the strongest it covers.</summary>
    public static int Strength(PermissionSet rights) =>
        BuiltInRoles.OfProjects.Where(r => rights.Covers(r.Permissions)).Select(r => r.Strength).DefaultIfEmpty(1).Max();

    internal static PermissionSet Of(Role role) => role.Everything ? PermissionSet.Everything : PermissionSet.Of(Known(role.Permissions.Select(p => $"{p.Resource}:{p.Action}")));

    /// <summary>Rights from the database; one that a later version stored is left out.</summary>
    internal static IEnumerable<Permission> Known(IEnumerable<string> texts)
    {
        foreach (var text in texts)
            if (Permissions.TryParse(text, out var permission)) yield return permission;
    }

    /// <summary>The set in words for an audit row.</summary>
    internal static IReadOnlyList<string> Texts(PermissionSet rights) => [.. Permissions.All.Where(rights.Has).Select(p => p.ToString())];
}

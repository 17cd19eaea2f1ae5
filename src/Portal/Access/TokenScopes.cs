using Portal.Kernel;

namespace Portal.Access;

/// <summary>A ready-made choice of rights for a personal access token.</summary>
/// <param name="Name">What REST calls it.</param>
/// <param name="Rights">Null for everything its owner may do.</param>
public sealed record TokenPreset(string Name, string Title, string Description, IReadOnlyList<Permission>? Rights);

/// <summary>The rights a personal access token may be narrowed to: presets, or single rights of the catalogue.</summary>
public static class TokenScopes
{
    static readonly IReadOnlyList<Permission> Reading = Read("project:read", "project:list", "repository:read", "repository:list", "repository:pull", "artifact:read", "artifact:list",
        "artifact-addition:read", "tag:list", "accessory:list", "label:read", "label:list", "scan:read", "sbom:read", "quota:read");
    static readonly IReadOnlyList<Permission> Writing = [.. Reading, .. Read("repository:create", "repository:update", "repository:push", "artifact:create", "tag:create", "artifact-label:create")];
    static readonly IReadOnlyList<Permission> Deleting = [.. Writing, .. Read("repository:delete", "artifact:delete", "tag:delete", "artifact-label:delete")];

    /// <summary>From narrow to wide.</summary>
    public static IReadOnlyList<TokenPreset> Presets { get; } =
    [
        new("read", "Read", "Pull images and read what a project holds.", Reading),
        new("write", "Read and write", "Pull and push images and set tags.", Writing),
        new("delete", "Read, write and delete", "Also delete images, tags and repositories.", Deleting),
        new("full", "Everything you may do", "All your rights, those given to you later too.", null),
    ];

    /// <summary>Reads names of presets and rights; refuses what the catalogue does not hold.</summary>
    /// <returns>The rights, or null for everything.</returns>
    public static Result<Scope> Parse(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return Error.Invalid("scopes", $"Say what the token may do: {string.Join(", ", Presets.Select(p => p.Name))}, or single rights such as repository:pull.");
        var rights = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            if (Presets.FirstOrDefault(p => p.Name == word) is { } preset)
            {
                if (preset.Rights is null) return new Scope(null);
                rights.UnionWith(preset.Rights.Select(r => r.ToString()));
            }
            else if (Permissions.TryParse(word, out var right)) rights.Add(right.ToString());
            else return Error.Invalid("scopes", $"'{(word.Length > 60 ? word[..60] : word)}' is neither {string.Join(", ", Presets.Select(p => p.Name))} nor a right of the catalogue.");
        }
        return new Scope([.. rights]);
    }

    /// <summary>What the database keeps: rights parted by blanks, empty for everything.</summary>
    public static string Text(Scope scope) => scope.Rights is null ? "" : string.Join(' ', scope.Rights);

    /// <summary>The most that a stored scope allows. A right that a later version has dropped counts for nothing.</summary>
    public static PermissionSet Set(string stored) => stored.Length == 0 ? PermissionSet.Everything
        : PermissionSet.Of(stored.Split(' ').Select(w => Permissions.TryParse(w, out var right) ? right : (Permission?)null).OfType<Permission>());

    /// <summary>The preset that a stored scope is; null for single rights.</summary>
    public static TokenPreset? PresetOf(string stored) => Presets.FirstOrDefault(p => p.Rights is null ? stored.Length == 0 : PermissionSet.Of(p.Rights) == Set(stored));

    /// <summary>Rights as words; null for everything.</summary>
    public readonly record struct Scope(IReadOnlyList<string>? Rights);

    static IReadOnlyList<Permission> Read(params IEnumerable<string> words) => [.. words.Select(Permissions.Named)];
}

using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Kit;

namespace Portal.Web.Projects;

/// <summary>What the address of an access page asks.</summary>
/// <param name="Who">True for "who can do this here?", false for "what can somebody do here?".</param>
/// <param name="Subject">As <see cref="SubjectName.Text"/> gives it; empty for none.</param>
/// <param name="Right">The right; null for all of them.</param>
/// <param name="Place">What was typed: a repository, with a tag or without.</param>
public sealed record AccessQuestion(bool Who, string Subject, Permission? Right, string Place)
{
    const int MaxText = 700;

    /// <summary>Reads an address; a right that the catalogue does not hold is left out.</summary>
    public static AccessQuestion From(TableQuery query) => new(query.Is("ask", "who"), Short(query.Get("subject")),
        query.Get("right") is { } text && Permissions.TryParse(text, out var right) ? right : null, Short(query.Get("on")));

    /// <summary>The target that was typed: <c>path</c> or <c>path:tag</c> in a project, with the project in front outside of one; nothing for the whole of it.</summary>
    /// <param name="inside">The project whose page it is; null in the administration.</param>
    /// <param name="find">Finds a project by name.</param>
    public async Task<Result<AccessTarget>> TargetAsync(ProjectEntry? inside, Func<string, Task<ProjectEntry?>> find)
    {
        var (path, tag) = Split(Place);
        var project = inside;
        if (project is null)
        {
            if (path.Length == 0) return tag.Length == 0 ? AccessTarget.System : Wrong;
            var slash = path.IndexOf('/', StringComparison.Ordinal);
            project = await find(slash < 0 ? path : path[..slash]);
            if (project is null) return Error.NotFound("The project");
            path = slash < 0 ? "" : path[(slash + 1)..];
        }
        if (path.Length == 0) return tag.Length == 0 ? project.Target : Wrong;
        if (!RepositoryName.TryCreate(project.Name, path, out _)) return Wrong;
        if (tag.Length == 0) return project.TargetOf(path);
        return TagName.TryParse(tag, out _) ? project.TargetOf(path, tag) : Wrong;
    }

    static (string Path, string Tag) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon < 0 ? (text.Trim('/'), "") : (text[..colon].Trim('/'), text[(colon + 1)..]);
    }

    static Error Wrong => Error.Invalid("on", "A place is a repository, such as team/api, or a tag of one, such as team/api:1.0.");

    static string Short(string? text) => (text ?? "").Trim() is { Length: > MaxText } cut ? cut[..MaxText] : (text ?? "").Trim();
}

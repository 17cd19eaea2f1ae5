using System.Globalization;
using Microsoft.AspNetCore.Http;
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
/// <param name="ByToken">True to choose or paste a token first.</param>
public sealed record AccessQuestion(bool Who, string Subject, Permission? Right, string Place, bool ByToken = false)
{
    const int MaxText = 700;
    const string TokenPrefix = "token:";

    /// <summary>The personal access token that is asked about, by its number; null for a question about somebody. No user name holds a colon.</summary>
    public int? Token => Subject.StartsWith(TokenPrefix, StringComparison.Ordinal) && int.TryParse(Subject.AsSpan(TokenPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    /// <summary>A token as the subject of a question. The token itself never stands in an address.</summary>
    public static string OfToken(int id) => string.Create(CultureInfo.InvariantCulture, $"{TokenPrefix}{id}");

    /// <summary>Reads an address; a right that the catalogue does not hold is left out.</summary>
    public static AccessQuestion From(TableQuery query) => From(query.Get);

    /// <summary>The same of any source of parameters.</summary>
    public static AccessQuestion From(Func<string, string?> get) => new(get("ask") == "who", Short(get("subject")),
        get("right") is { } text && Permissions.TryParse(text, out var right) ? right : null, Short(get("on")), get("ask") == "token");

    /// <summary>The question as the parameters of an address, with the question mark.</summary>
    public string Query => QueryString.Create(((string, string?)[])[("ask", Who ? "who" : null), ("subject", Who ? null : Subject), ("right", Right?.ToString()), ("on", Place)] is var all
        ? all.Where(p => !string.IsNullOrEmpty(p.Item2)).Select(p => KeyValuePair.Create(p.Item1, p.Item2)) : []).Value ?? "";

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

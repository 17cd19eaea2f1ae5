using System.Globalization;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// A pattern over names in bindings, always a full match. <c>*</c> stands for any characters of one segment, none too; <c>**</c> for any characters, slashes too.
/// A pattern uses one of the two, not both. That makes it a LIKE together with a number of slashes, so a database and memory give the same answer.
/// </summary>
public sealed class NamePattern
{
    const string RepositoryCharacters = "abcdefghijklmnopqrstuvwxyz0123456789._-/*";
    const string TagCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-*";

    readonly bool _deep;
    readonly int _slashes;
    // the pattern with ** folded to *: where the number of slashes is right, a star cannot reach over one
    readonly string _folded;
    readonly int _star;

    NamePattern(string text)
    {
        Text = text;
        _deep = text.Contains("**", StringComparison.Ordinal);
        _folded = text.Replace("**", "*", StringComparison.Ordinal);
        _slashes = text.Count(c => c == '/');
        _star = _folded.IndexOf('*', StringComparison.Ordinal);
    }

    /// <summary>Matches every name.</summary>
    public static NamePattern Any { get; } = new("**");

    /// <summary>The pattern as typed.</summary>
    public string Text { get; }

    /// <summary>The same for LIKE, with <see cref="Like.Escape"/>.</summary>
    internal string LikeText => string.Join('%', _folded.Split('*').Select(Like.Literal));

    /// <summary>How many slashes a name has that may match, for LIKE.</summary>
    internal string LikeDepth => _deep ? "%" : _slashes.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads a pattern over repository paths within a project, such as <c>team/*</c> or <c>team/**</c>.</summary>
    public static Result<NamePattern> Repository(string text)
    {
        const string field = "repository_pattern";
        if (text.Length is 0 or > Binding.MaxPatternLength) return Error.Invalid(field, $"A repository pattern has 1 to {Binding.MaxPatternLength} characters.");
        if (Foreign(text, RepositoryCharacters) is { } c) return Error.Invalid(field, $"A repository pattern holds lower-case letters, digits, '.', '_', '-', '/', '*' and '**', but no '{c}'.");
        if (text[0] == '/' || text[^1] == '/' || text.Contains("//", StringComparison.Ordinal)) return Error.Invalid(field, "In a repository pattern a '/' stands between two segments, neither first nor last.");
        if (text.Contains("***", StringComparison.Ordinal)) return Error.Invalid(field, "A repository pattern has at most two '*' in a row.");
        var deep = text.Contains("**", StringComparison.Ordinal);
        if (deep && text.Replace("**", "", StringComparison.Ordinal).Contains('*', StringComparison.Ordinal))
            return Error.Invalid(field, "A repository pattern uses either '*' (within a segment) or '**' (any depth), not both.");
        return new NamePattern(text);
    }

    /// <summary>Reads a pattern over tags, such as <c>v*</c>.</summary>
    public static Result<NamePattern> Tag(string text)
    {
        const string field = "tag_pattern";
        if (text.Length is 0 or > TagName.MaxLength) return Error.Invalid(field, $"A tag pattern has 1 to {TagName.MaxLength} characters.");
        if (Foreign(text, TagCharacters) is { } c) return Error.Invalid(field, $"A tag pattern holds letters, digits, '.', '_', '-' and '*', but no '{c}'.");
        return text.Contains("**", StringComparison.Ordinal) ? Error.Invalid(field, "In a tag pattern there is one '*' at a time; tags have no segments.") : new NamePattern(text);
    }

    /// <summary>
    /// Reads a pattern over full names, for bindings on the system: <c>project/path</c>, each part a pattern of its own, so <c>team-*/**</c> is one; or <c>**</c>
    /// for every repository.
    /// </summary>
    public static Result<(NamePattern Project, NamePattern Repository)> FullName(string text)
    {
        if (text == "**") return (Any, Any);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0) return Error.Invalid("repository_pattern", "A repository pattern on the system names project and path, such as 'team/*' or '*/base'; '**' stands for every repository.");
        var project = Repository(text[..slash]);
        if (!project.Ok) return project.Error;
        if (project.Value._deep) return Error.Invalid("repository_pattern", "The project's part of a repository pattern has no '**'; use '*'.");
        var path = Repository(text[(slash + 1)..]);
        return path.Ok ? (project.Value, path.Value) : path.Error;
    }

    /// <summary>Checks the two patterns of a binding; null when they are good. Empty ones stand for everything.</summary>
    /// <param name="inProject">Whether the binding is in a project, where paths have no project in front.</param>
    public static Error? Check(string repository, string tag, bool inProject)
    {
        if (repository.Length > 0)
        {
            if (inProject && Repository(repository) is { Ok: false } path) return path.Error;
            if (!inProject && FullName(repository) is { Ok: false } full) return full.Error;
        }
        return tag.Length > 0 && Tag(tag) is { Ok: false } wrong ? wrong.Error : null;
    }

    /// <summary>True when the whole name matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> name)
    {
        if (!_deep && name.Count('/') != _slashes) return false;
        if (_star < 0) return name.SequenceEqual(_folded);
        if (_star == _folded.Length - 1) return name.StartsWith(_folded.AsSpan(0, _star));
        return Matches(_folded, name);
    }

    public override string ToString() => Text;

    // the last star takes one character more each time that what follows it does not fit
    static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0, n = 0, star = -1, taken = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*') (star, taken) = (p++, n);
            else if (p < pattern.Length && pattern[p] == name[n]) (p, n) = (p + 1, n + 1);
            else if (star >= 0) (p, n) = (star + 1, ++taken);
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    static char? Foreign(string text, string allowed)
    {
        var at = text.AsSpan().IndexOfAnyExcept(allowed);
        return at < 0 ? null : text[at];
    }
}

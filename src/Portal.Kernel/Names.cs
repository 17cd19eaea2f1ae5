using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Portal.Kernel;

/// <summary>A project's name: the first segment of an image name. 1 to 255 characters (Harbor API, project rules).</summary>
public readonly partial record struct ProjectName
{
    /// <summary>The longest name in characters.</summary>
    public const int MaxLength = 255;

    readonly string? _text;

    ProjectName(string text) => _text = text;

    /// <summary>The name; empty for <c>default</c>.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads a name: lower-case letters and digits, parted by single <c>.</c>, <c>_</c> or <c>-</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ProjectName name)
    {
        name = default;
        if (text is null || text.Length is 0 or > MaxLength || !Pattern().IsMatch(text)) return false;
        name = new(text);
        return true;
    }

    /// <summary>The same as a result whose refusal says what a name may hold.</summary>
    public static Result<ProjectName> Parse(string? text) => TryParse(text, out var name)
        ? name
        : Error.Invalid("name", $"A project name has 1 to {MaxLength} lower-case letters and digits, parted by single '.', '_' or '-'.");

    /// <inheritdoc />
    public override string ToString() => Text;

    [GeneratedRegex(@"^[a-z0-9]+(?:[._-][a-z0-9]+)*\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>
/// A full repository name <c>project/path</c>, at least two segments, at most 255 characters.
/// Grammar: OCI distribution specification 1.1, "Pulling manifests" (<c>name</c>).
/// </summary>
public readonly partial record struct RepositoryName
{
    /// <summary>The longest full name in characters.</summary>
    public const int MaxLength = 255;

    readonly string? _text;
    readonly int _slash;

    RepositoryName(string text, int slash) => (_text, _slash) = (text, slash);

    /// <summary>The full name, such as <c>payments/api/worker</c>.</summary>
    public string Text => _text ?? "";

    /// <summary>The project: the first segment.</summary>
    public string Project => Text[.._slash];

    /// <summary>What follows the project's slash.</summary>
    public string Path => _text is null ? "" : Text[(_slash + 1)..];

    /// <summary>Reads a full name; false when it has one segment or breaks the grammar.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RepositoryName name)
    {
        name = default;
        if (text is null || text.Length is 0 or > MaxLength) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !Pattern().IsMatch(text)) return false;
        name = new(text, slash);
        return true;
    }

    /// <summary>Puts a project and a path together; false when the path breaks the grammar.</summary>
    public static bool TryCreate(string project, string? path, out RepositoryName name) => TryParse($"{project}/{path}", out name);

    /// <inheritdoc />
    public override string ToString() => Text;

    [GeneratedRegex(@"^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)+\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>A tag, 1 to 128 characters. Grammar: OCI distribution specification 1.1 (<c>reference</c> as a tag).</summary>
public readonly record struct TagName
{
    /// <summary>The longest tag in characters.</summary>
    public const int MaxLength = 128;

    readonly string? _text;

    TagName(string text) => _text = text;

    /// <summary>The tag; empty for <c>default</c>.</summary>
    public string Text => _text ?? "";

    /// <summary>Reads a tag: a letter, digit or <c>_</c>, then up to 127 of those, <c>.</c> and <c>-</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TagName tag)
    {
        tag = default;
        if (text is null || text.Length is 0 or > MaxLength || text[0] is '.' or '-') return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        tag = new(text);
        return true;
    }

    /// <inheritdoc />
    public override string ToString() => Text;
}

/// <summary>What follows a repository in a request: a tag or a digest, never both.</summary>
public readonly record struct Reference
{
    Reference(TagName tag, Digest digest) => (Tag, Digest) = (tag, digest);

    /// <summary>The tag; empty when the reference is a digest.</summary>
    public TagName Tag { get; }

    /// <summary>The digest; empty when the reference is a tag.</summary>
    public Digest Digest { get; }

    /// <summary>True for a digest.</summary>
    public bool IsDigest => Digest.Text.Length > 0;

    /// <summary>Reads a tag or a digest.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Reference reference)
    {
        reference = default;
        if (Digest.TryParse(text, out var digest)) reference = new(default, digest);
        else if (TagName.TryParse(text, out var tag)) reference = new(tag, default);
        else return false;
        return true;
    }

    /// <summary>A reference by tag.</summary>
    public static implicit operator Reference(TagName tag) => new(tag, default);

    /// <summary>A reference by digest.</summary>
    public static implicit operator Reference(Digest digest) => new(default, digest);

    /// <inheritdoc />
    public override string ToString() => IsDigest ? Digest.Text : Tag.Text;
}

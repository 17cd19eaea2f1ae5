using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Portal.Kernel;

namespace Portal.Immutability;

/// <summary>Which tags two selectors choose.</summary>
public sealed class PreviewJson
{
    public long Matches { get; init; }

    /// <summary>How many tags were looked at, at most 20,000.</summary>
    public int Looked { get; init; }

    /// <summary>False when the project has more tags than are looked at.</summary>
    public bool Whole { get; init; }
    public IReadOnlyList<MatchJson> Tags { get; init; } = [];

    internal static PreviewJson From(RulePreview preview) => new()
    {
        Matches = preview.Page.Total,
        Looked = preview.Looked,
        Whole = preview.Whole,
        Tags = [.. preview.Page.Items.Select(m => new MatchJson { Repository = m.Repository, Tag = m.Tag, Digest = m.Digest, PushedAt = m.PushedAt })],
    };
}

/// <summary>A tag that a rule would select.</summary>
public sealed class MatchJson
{
    public string Repository { get; init; } = "";
    public string Tag { get; init; } = "";
    public string Digest { get; init; } = "";
    public DateTimeOffset PushedAt { get; init; }
}

/// <summary>The selectors to try, in a query.</summary>
public sealed class PreviewQuery
{
    [FromQuery(Name = "repositories"), Description("The pattern of repositories; ** when not given.")]
    public string? Repositories { get; init; }

    [FromQuery(Name = "repositoryKind"), Description("glob or regex.")]
    public string? RepositoryKind { get; init; }

    [FromQuery(Name = "repositoriesExcluded"), Description("true for all but those.")]
    public bool? RepositoriesExcluded { get; init; }

    [FromQuery(Name = "tags"), Description("The pattern of tags; ** when not given.")]
    public string? Tags { get; init; }

    [FromQuery(Name = "tagKind"), Description("glob or regex.")]
    public string? TagKind { get; init; }

    [FromQuery(Name = "tagsExcluded"), Description("true for all but those.")]
    public bool? TagsExcluded { get; init; }
}

/// <summary>Selectors as text, on the wire and in forms.</summary>
public static class SelectorText
{
    public const string GlobKind = "glob";
    public const string RegexKind = "regex";

    public static string Of(SelectorKind kind) => kind == SelectorKind.Regex ? RegexKind : GlobKind;

    /// <summary>Reads a selector; without a pattern it chooses everything.</summary>
    public static Result<NameSelector> Read(string field, string? kind, bool excludes, string? pattern) =>
        kind is not (null or "" or GlobKind or RegexKind) ? Error.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field}: kind is {GlobKind} or {RegexKind}"))
        : new NameSelector(kind == RegexKind ? SelectorKind.Regex : SelectorKind.Glob, excludes, string.IsNullOrWhiteSpace(pattern) ? kind == RegexKind ? ".*" : "**" : pattern.Trim());
}

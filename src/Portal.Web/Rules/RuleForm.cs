using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Portal.Immutability;
using Portal.Kernel;

namespace Portal.Web.Rules;

/// <summary>A rule as the builder's fields hold it: in the address while it is tried, in a post when it is saved.</summary>
/// <param name="Edit">The rule that is changed; 0 for a new one.</param>
/// <param name="Started">True when the address holds a draft.</param>
public sealed record RuleForm(int Edit, string Name, bool Expirable, string Repositories, string RepositoryKind, bool RepositoriesExcluded, string Tags, string TagKind, bool TagsExcluded, bool Started)
{
    /// <summary>The fields' names.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["edit", "repos", "reposKind", "reposNot", "tags", "tagsKind", "tagsNot"];

    public static RuleForm Of(Func<string, string?> get) => new(
        int.TryParse(get("edit"), NumberStyles.None, CultureInfo.InvariantCulture, out var edit) ? edit : 0, get("name")?.Trim() ?? "", get("expirable") == "1",
        get("repos") ?? "", get("reposKind") ?? "", get("reposNot") == "1", get("tags") ?? "", get("tagsKind") ?? "", get("tagsNot") == "1", get("tags") is not null);

    /// <summary>The draft that an address holds.</summary>
    public static RuleForm OfAddress(string address)
    {
        var query = QueryHelpers.ParseQuery(new Uri(address).Query);
        return Of(name => query.TryGetValue(name, out var value) ? value.ToString() : null);
    }

    public static RuleForm Of(IFormCollection form) => Of(name => form.TryGetValue(name, out var value) ? value.ToString() : null);

    /// <summary>The same fields filled from a rule that exists.</summary>
    public static RuleForm Of(RuleRow row) => new(row.Id, row.Name, row.Expirable, row.Repositories.Pattern, SelectorText.Of(row.Repositories.Kind), row.Repositories.Excludes,
        row.Tags.Pattern, SelectorText.Of(row.Tags.Kind), row.Tags.Excludes, true);

    /// <summary>What the fields say, or the first that is wrong.</summary>
    public Result<RuleDraft> Read(bool disabled = false)
    {
        var repositories = SelectorText.Read("repositories", RepositoryKind, RepositoriesExcluded, Repositories);
        if (!repositories.Ok) return repositories.Error;
        var tags = SelectorText.Read("tags", TagKind, TagsExcluded, Tags);
        if (!tags.Ok) return tags.Error;
        var draft = new RuleDraft(repositories.Value, tags.Value, Name, Expirable, disabled);
        return draft.Problem() is { } problem ? problem : draft;
    }

    /// <summary>The value of one field, as the address holds it.</summary>
    public string Value(string field) => field switch
    {
        "edit" => Edit == 0 ? "" : Edit.ToString(CultureInfo.InvariantCulture),
        "repos" => Repositories,
        "reposKind" => RepositoryKind,
        "reposNot" => RepositoriesExcluded ? "1" : "",
        "tags" => Tags,
        "tagsKind" => TagKind,
        "tagsNot" => TagsExcluded ? "1" : "",
        _ => "",
    };
}

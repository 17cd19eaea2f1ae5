using Portal.Artifacts;
using Portal.Registry.Manifests;

namespace Portal.Immutability;

/// <summary>A rule with its patterns made ready.</summary>
/// <param name="Mark">What lists and refusals say of it.</param>
sealed record CompiledRule(TagMark Mark, Func<string, bool> Repository, Func<string, bool> Tag);

/// <summary>Every rule that counts in one project. A tag is immutable when any of them selects it, so their order means nothing.</summary>
sealed class RuleSet(IReadOnlyList<CompiledRule> rules)
{
    public static RuleSet Empty { get; } = new([]);

    readonly CompiledRule[] _rules = [.. rules];

    /// <summary>Why a tag is immutable; null when it is not. Of several rules one that does not let retention have the tag is named.</summary>
    public TagMark? Find(string repository, string tag)
    {
        if (_rules.Length == 0) return null;
        // a signature's tag belongs to the image that it names: one more signature moves it
        if (ArtifactKinds.TagScheme(tag) is not null) return null;
        TagMark? found = null;
        foreach (var rule in _rules)
        {
            if (found is not null && rule.Mark.Expirable) continue;
            if (!rule.Tag(tag) || !rule.Repository(repository)) continue;
            found = rule.Mark;
            if (!found.Expirable) return found;
        }
        return found;
    }

    /// <summary>Makes stored rules ready. Disabled ones do not count.</summary>
    public static RuleSet Of(IEnumerable<ImmutabilityRule> rules) => new([.. rules.Where(r => !r.Disabled).Select(Compile)]);

    // what is stored was checked when it was saved, so a pattern that does not compile is a bug
    static CompiledRule Compile(ImmutabilityRule rule) => new(new(RuleWords.Title(rule), rule.Expirable), rule.Repositories.Compile("repositories").Value, rule.Tags.Compile("tags").Value);
}

/// <summary>A rule in words.</summary>
public static class RuleWords
{
    /// <summary>The rule's name, or what it selects when it has none.</summary>
    public static string Title(ImmutabilityRule rule) => Title(rule.Name, rule.Repositories, rule.Tags);

    /// <summary>The same from its parts.</summary>
    public static string Title(string name, NameSelector repositories, NameSelector tags) =>
        name.Length > 0 ? name : $"tags {tags}{(repositories.IsAll ? "" : $" in {repositories}")}";
}

using System.Globalization;
using Portal.Retention.Rules;

namespace Portal.Retention.Text;

/// <summary>Conditions: the word <c>everything</c>, or a field that says what is asked, with its further fields.</summary>
static class ConditionSchema
{
    const string All = "everything";

    static readonly (string Key, Trait Trait)[] Traits = [("tagged", Trait.Tagged), ("signed", Trait.Signed), ("in-index", Trait.InIndex), ("in-use", Trait.InUse), ("locked", Trait.Locked)];

    static readonly string[] Keys =
    [
        "all", "any", "not", "tag", "tag-regex", "repository", "repository-regex", "semver", "prerelease", "newest",
        "pushed-within", "pushed-before", "pulled-within", "pulled-before", "pulls-at-least", .. Traits.Select(t => t.Key),
    ];

    static readonly string[] Pers = ["all", "major", "minor"];
    static readonly string[] Bys = ["pushed", "pulled", "version"];

    public static Node Write(Condition condition) => condition switch
    {
        Everything => new Scalar(All),
        AllOf all => One("all", new Sequence([.. all.Conditions.Select(Write)])),
        AnyOf any => One("any", new Sequence([.. any.Conditions.Select(Write)])),
        Not not => One("not", Write(not.Of)),
        NameFits name => One((name.Of == NameOf.Tag ? "tag" : "repository") + (name.Regex ? "-regex" : ""), new Scalar(name.Pattern)),
        VersionIn version => One("semver", new Scalar(version.Range)),
        Prerelease pre => One("prerelease", Flag(pre.Is)),
        Newest newest => Write(newest),
        Age age => One((age.What == Happening.Pushed ? "pushed-" : "pulled-") + (age.Over ? "before" : "within"), new Scalar(Fields.Time(age.Hours))),
        PulledAtLeast pulls => One("pulls-at-least", Number(pulls.Count)),
        Has has => One(Array.Find(Traits, t => t.Trait == has.Trait).Key, Flag(has.Is)),
        _ => throw new InvalidOperationException($"A condition of the type {condition.GetType().Name} is not known."),
    };

    static Mapping Write(Newest newest)
    {
        var entries = new List<(string, Node)> { ("newest", Number(newest.Count)) };
        if (newest.Per != Series.All) entries.Add(("per", new Scalar(Pers[(int)newest.Per])));
        if (newest.By != NewestBy.Pushed) entries.Add(("by", new Scalar(Bys[(int)newest.By])));
        return new(entries);
    }

    public static Condition Read(Node node, int depth, ref int budget)
    {
        if (--budget < 0) throw new TextException(node.Where, $"a policy has at most {PolicyRules.MaxConditions} conditions.");
        if (depth > Condition.MaxDepth) throw new TextException(node.Where, $"conditions are nested at most {Condition.MaxDepth} deep.");
        if (node is Scalar scalar) return scalar.Text == All ? new Everything() : throw new TextException(node.Where, $"a condition is the word {All}, or a field such as tag.");
        var map = Fields.MapOf(node, "a condition", [.. Keys, "per", "by"]);
        var asked = map.Entries.Where(e => e.Key is not ("per" or "by")).ToList();
        if (asked.Count != 1) throw new TextException(map.Where, "a condition has one field; put several into all or any.");
        var (key, value) = asked[0];
        if (key != "newest" && map.Entries.Count > 1) throw new TextException(map.Where, "per and by belong to newest.");
        return key switch
        {
            "all" => new AllOf(Inner(value, key, depth, ref budget)),
            "any" => new AnyOf(Inner(value, key, depth, ref budget)),
            "not" => new Not(Read(value, depth + 1, ref budget)),
            "newest" => new Newest((int)Fields.Number(value, key, 1, Newest.MaxCount), (Series)Choice(map, "per", Pers), (NewestBy)Choice(map, "by", Bys)),
            _ => Leaf(key, value),
        };
    }

    static Condition Leaf(string key, Node value) => key switch
    {
        "tag" or "tag-regex" => new NameFits(NameOf.Tag, Pattern(value, key), key != "tag"),
        "repository" or "repository-regex" => new NameFits(NameOf.Repository, Pattern(value, key), key != "repository"),
        "semver" => VersionRange.Parse(Fields.Text(value, key)) is { Ok: false } wrong ? throw new TextException(value.Where, $"semver: {wrong.Error!.Message}") : new VersionIn(Fields.Text(value, key)),
        "prerelease" => new Prerelease(Fields.Flag(value, key)),
        "pushed-within" or "pushed-before" => new Age(Happening.Pushed, Fields.Hours(value, key), key == "pushed-before"),
        "pulled-within" or "pulled-before" => new Age(Happening.Pulled, Fields.Hours(value, key), key == "pulled-before"),
        "pulls-at-least" => new PulledAtLeast(Fields.Number(value, key, 1, long.MaxValue)),
        _ => new Has(Array.Find(Traits, t => t.Key == key).Trait, Fields.Flag(value, key)),
    };

    static string Pattern(Node node, string key) =>
        NamePattern.Parse(Fields.Text(node, key), key.EndsWith("-regex", StringComparison.Ordinal)) is { Ok: false } wrong ? throw new TextException(node.Where, $"{key}: {wrong.Error!.Message}") : Fields.Text(node, key);

    static Condition[] Inner(Node node, string key, int depth, ref int budget)
    {
        var list = Fields.ListOf(node, key);
        if (list.Items.Count == 0) throw new TextException(list.Where, $"{key} needs at least one condition.");
        var inner = new Condition[list.Items.Count];
        for (var i = 0; i < inner.Length; i++) inner[i] = Read(list.Items[i], depth + 1, ref budget);
        return inner;
    }

    static int Choice(Mapping map, string field, string[] choices) => map.Find(field) is { } node ? Array.IndexOf(choices, Fields.Choice(node, field, choices)) : 0;

    static Mapping One(string key, Node value) => new([(key, value)]);

    static Scalar Flag(bool flag) => new(flag ? "true" : "false");

    static Scalar Number(long n) => new(n.ToString(CultureInfo.InvariantCulture));
}

namespace Portal.Retention.Text;

/// <summary>A policy between its text or JSON and its meaning: scalars, maps and lists.</summary>
/// <param name="Where">Where it stands: "line 7", or a path in JSON.</param>
abstract record Node(string Where);

sealed record Scalar(string Text, string Where = "") : Node(Where);

sealed record Sequence(IReadOnlyList<Node> Items, string Where = "") : Node(Where);

sealed record Mapping(IReadOnlyList<(string Key, Node Value)> Entries, string Where = "") : Node(Where)
{
    public Node? Find(string key) => Entries.FirstOrDefault(e => e.Key == key).Value;
}

/// <summary>What keeps a text from being a policy.</summary>
sealed class TextException(string where, string message) : Exception($"{char.ToUpperInvariant(where[0])}{where[1..]}: {message}");

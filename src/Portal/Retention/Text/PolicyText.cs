using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Retention.Evaluation;
using Portal.Retention.Rules;

namespace Portal.Retention.Text;

/// <summary>A policy's rules as text and as JSON. Both say the same in the same words, and what is written is read back unchanged.</summary>
public static class PolicyText
{
    /// <summary>The longest text in characters.</summary>
    public const int MaxLength = 65_536;

    public static string Write(PolicyRules rules) => YamlWriter.Write(PolicySchema.Write(rules));

    /// <summary>Reads a text; the refusal names line and field.</summary>
    public static Result<PolicyRules> Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return PolicyRules.None;
        if (text.Length > MaxLength) return Error.Invalid("text", $"A policy has at most {MaxLength} characters.");
        return Guarded("text", () => YamlReader.Read(text));
    }

    /// <summary>The rules as JSON with the words of the text.</summary>
    public static JsonObject ToJson(PolicyRules rules) => (JsonObject)PolicyJson.Write(PolicySchema.Write(rules));

    /// <summary>Reads such JSON; the refusal names the place.</summary>
    public static Result<PolicyRules> FromJson(JsonElement json) => Guarded("rules", () => PolicyJson.Read(json, "policy", 0));

    static Result<PolicyRules> Guarded(string field, Func<Node> read)
    {
        try
        {
            var rules = PolicySchema.Read(read());
            var compiled = CompiledPolicy.Of(rules);
            return compiled.Ok ? rules : compiled.Error with { Field = field };
        }
        catch (TextException e)
        {
            return Error.Invalid(field, e.Message);
        }
    }
}

/// <summary>Nodes from and to JSON.</summary>
static class PolicyJson
{
    public static JsonNode Write(Node node) => node switch
    {
        Scalar s => bool.TryParse(s.Text, out var flag) ? flag : long.TryParse(s.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && s.Text == n.ToString(CultureInfo.InvariantCulture) ? n : s.Text,
        Sequence list => new JsonArray([.. list.Items.Select(Write)]),
        Mapping map => new JsonObject(map.Entries.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)Write(e.Value)))),
        _ => throw new InvalidOperationException($"A node of the type {node.GetType().Name} is not known."),
    };

    public static Node Read(JsonElement json, string where, int depth)
    {
        if (depth > 40) throw new TextException(where, "this is nested too deep.");
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new List<(string, Node)>();
                foreach (var property in json.EnumerateObject())
                {
                    if (entries.Exists(e => e.Item1 == property.Name)) throw new TextException(where, $"{Shown(property.Name)} is there twice.");
                    entries.Add((property.Name, Read(property.Value, $"{where}.{Shown(property.Name)}", depth + 1)));
                }
                return new Mapping(entries, where);
            case JsonValueKind.Array: return new Sequence([.. json.EnumerateArray().Select((e, i) => Read(e, string.Create(CultureInfo.InvariantCulture, $"{where}[{i}]"), depth + 1))], where);
            case JsonValueKind.String: return new Scalar(json.GetString()!, where);
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number: return new Scalar(json.GetRawText(), where);
            default: throw new TextException(where, "a value is missing.");
        }
    }

    static string Shown(string name) => name.Length > 40 ? name[..40] : name;
}

using System.Globalization;
using System.Text.Json;

namespace Portal.Registry.Manifests;

/// <summary>Reads what is there and of the right type, and leaves out the rest: configs are written by many tools and only shown.</summary>
static class LenientJson
{
    public static JsonElement? Object(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? value : null;

    public static IEnumerable<JsonElement> Items(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static string? Text(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) ? Text(value) is { Length: > 0 } text ? text : null : null;

    public static bool Flag(JsonElement? owner, string name) =>
        owner is { ValueKind: JsonValueKind.Object } o && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static DateTimeOffset? Time(JsonElement? owner, string name) =>
        DateTimeOffset.TryParse(Text(owner, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    public static IReadOnlyList<string> Texts(JsonElement? owner, string name) =>
        [.. Items(owner, name).Select(Text).OfType<string>()];

    /// <summary>The keys of an object whose values mean nothing, as Docker writes sets.</summary>
    public static IReadOnlyList<string> Keys(JsonElement? owner, string name) =>
        Object(owner, name) is { } set ? [.. Properties(set).Select(p => p.Key)] : [];

    public static IReadOnlyDictionary<string, string> Map(JsonElement? owner, string name)
    {
        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Object(owner, name) is not { } map) return result;
        foreach (var (key, value) in Properties(map))
            if (Text(value) is { } text)
                result[key] = text;
        return result;
    }

    static IEnumerable<KeyValuePair<string, JsonElement>> Properties(JsonElement map)
    {
        foreach (var property in map.EnumerateObject())
        {
            string name;
            try
            {
                name = property.Name;
            }
            catch (InvalidOperationException)
            {
                // half of a surrogate pair: no text, so nothing to show
                continue;
            }
            yield return new(name, property.Value);
        }
    }

    static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // half of a surrogate pair: no text, so nothing to show
            return null;
        }
    }
}

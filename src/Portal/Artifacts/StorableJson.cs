using System.Text;
using System.Text.Json;

namespace Portal.Artifacts;

/// <summary>Text and JSON from strangers, in a form that both databases can store: PostgreSQL takes no NUL, no half surrogate pair and no endless number.</summary>
static class StorableJson
{
    const int MaxNumberLength = 64;

    /// <summary>The JSON as text; null when the database could not hold it as it is.</summary>
    public static string? Of(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 64 });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.GetString()!.Contains('\0', StringComparison.Ordinal)) return null;
                if (reader.TokenType == JsonTokenType.Number && (reader.ValueSpan.Length > MaxNumberLength || !reader.TryGetDouble(out var number) || !double.IsFinite(number))) return null;
            }
            return Encoding.UTF8.GetString(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // not JSON, or half of a surrogate pair: there is nothing to look at later, and the blob itself stays as it was pushed
            return null;
        }
    }

    /// <summary>Annotations as a JSON object; null when there are none.</summary>
    public static string? Of(IReadOnlyDictionary<string, string> annotations) => annotations.Count == 0 ? null
        : JsonSerializer.Serialize(annotations.GroupBy(a => WithoutNul(a.Key), StringComparer.Ordinal).ToDictionary(g => g.Key, g => WithoutNul(g.First().Value)));

    /// <summary>Text that fits a column; null for null and empty.</summary>
    public static string? Text(string? text, int max)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var clean = WithoutNul(text);
        return clean.Length <= max ? clean : clean[..(char.IsHighSurrogate(clean[max - 1]) ? max - 1 : max)];
    }

    static string WithoutNul(string text) => text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
}

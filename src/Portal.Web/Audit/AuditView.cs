using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.Audit;
using Portal.Web.Kit;

namespace Portal.Web.Audit;

/// <summary>What the address of an audit page asks for.</summary>
static class AuditView
{
    const string Day = "yyyy-MM-dd";
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The filter parameters beside the text, which looks into the resource.</summary>
    public static readonly string[] Filters = ["action", "type", "actor", "result", "from", "until"];

    /// <summary>The filter of a page or an export; days are whole days in UTC, both ends included. Bad values are left out.</summary>
    public static AuditFilter Filter(Func<string, string?> get, int? projectId) => new(projectId, Short(get("actor")), Short(get("action")), Short(get("type")), Short(get("q")),
        get("result") switch { "ok" => true, "refused" => false, _ => null }, DayOf(get("from")), DayOf(get("until"))?.AddDays(1));

    /// <summary>A stored JSON object on several lines; a dash for none. Text that is no JSON stays as it is.</summary>
    public static string Pretty(string? json)
    {
        if (string.IsNullOrEmpty(json)) return "-";
        try
        {
            using var document = JsonDocument.Parse(json);
            return JsonSerializer.Serialize(document.RootElement, Indented);
        }
        catch (JsonException)
        {
            return json;
        }
    }

    /// <summary><c>sign-in</c> becomes <c>Sign-in</c>.</summary>
    public static string Sentence(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];

    static string? Short(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim() is { Length: > TableQuery.MaxText } cut ? cut[..TableQuery.MaxText] : text.Trim();

    static DateTimeOffset? DayOf(string? text) =>
        DateTimeOffset.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) && day.Year is >= 2000 and < 9999 ? day : null;
}

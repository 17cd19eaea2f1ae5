using Portal.Data;
using Portal.Kernel;

namespace Portal.Api;

/// <summary>Reads <c>q</c>: conditions parted by commas, each <c>key=value</c>. Source: Harbor v2.0 API, query keywords.</summary>
static class QueryText
{
    const int MaxLength = 4096;
    const int MaxConditions = 20;
    const int MaxChoices = 50;

    static readonly (string Suffix, ConditionKind Kind)[] Suffixes =
    [
        ("__icontains", ConditionKind.Contains), ("__in", ConditionKind.OneOf), ("__gte", ConditionKind.AtLeast), ("__lte", ConditionKind.AtMost),
        ("__gt", ConditionKind.Above), ("__lt", ConditionKind.Below), ("__exact", ConditionKind.Equal),
    ];

    public static Result<IReadOnlyList<Condition>> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Array.Empty<Condition>();
        if (text.Length > MaxLength) return Error.Invalid("q", $"the query string has at most {MaxLength} characters");
        var conditions = new List<Condition>();
        // Clients encode the value twice.
        foreach (var part in Uri.UnescapeDataString(text).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (key, value) = equals < 0 ? (part.Trim(), "") : (part[..equals].Trim(), part[(equals + 1)..].Trim());
            if (key.Length == 0 || value.Length == 0) return Error.Invalid("q", "the query string must contain \"=\" and the key/value cannot be empty");
            if (conditions.Count == MaxConditions) return Error.Invalid("q", $"the query string has at most {MaxConditions} conditions");
            var condition = One(key, value);
            if (!condition.Ok) return condition.Error;
            conditions.AddRange(condition.Value);
        }
        return conditions;
    }

    static Result<IReadOnlyList<Condition>> One(string key, string value)
    {
        foreach (var (suffix, kind) in Suffixes)
            if (key.EndsWith(suffix, StringComparison.Ordinal) && key.Length > suffix.Length)
                return new Condition[] { new(key[..^suffix.Length], kind, kind == ConditionKind.OneOf ? Words(value.Trim('{', '}')) : [Plain(value)]) };
        switch (value[0])
        {
            case '~' when value.Length > 1:
                return new Condition[] { new(key, ConditionKind.Contains, [Plain(value[1..])]) };
            case '[' when value[^1] == ']':
                var ends = value[1..^1].Split('~');
                if (ends.Length != 2) return Error.Invalid("q", $"the range of {key} is written [min~max]");
                var range = new List<Condition>();
                if (ends[0].Trim() is { Length: > 0 } least) range.Add(new(key, ConditionKind.AtLeast, [Plain(least)]));
                if (ends[1].Trim() is { Length: > 0 } most) range.Add(new(key, ConditionKind.AtMost, [Plain(most)]));
                return range;
            case '{' when value[^1] == '}':
            case '(' when value[^1] == ')':
                var words = Words(value[1..^1]);
                if (words.Count is 0 or > MaxChoices) return Error.Invalid("q", $"the list of {key} has 1 to {MaxChoices} values");
                return new Condition[] { new(key, value[0] == '{' ? ConditionKind.OneOf : ConditionKind.AllOf, words) };
            case '\\' when value.Length > 1:
                return new Condition[] { new(key, ConditionKind.Equal, [Plain(value[1..])]) };
            default:
                return new Condition[] { new(key, ConditionKind.Equal, [Plain(value)]) };
        }
    }

    static List<string> Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Plain)];

    static string Plain(string text) => text.Length > 1 && text[0] == text[^1] && text[0] is '"' or '\'' ? text[1..^1] : text;
}

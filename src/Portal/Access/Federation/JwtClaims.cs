using System.Text.Json;

namespace Portal.Access.Federation;

/// <summary>The claims of a token. Source: RFC 7519 section 4.</summary>
public sealed class JwtClaims
{
    const int MaxAudiences = 50;
    const double LastSecond = 253_402_300_799;

    readonly JsonElement _root;

    internal JwtClaims(JsonElement root) => _root = root;

    /// <summary>A claim that is text; null when it is missing or something else.</summary>
    public string? Text(string name) => _root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>True when the claim is there, whatever its kind.</summary>
    public bool Has(string name) => _root.TryGetProperty(name, out _);

    /// <summary>True when the claim is an object with this member, and the member is an object too.</summary>
    public bool HasObject(string name, string member) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object && value.TryGetProperty(member, out var inner) && inner.ValueKind == JsonValueKind.Object;

    /// <summary>A claim that is true or false, also written as text.</summary>
    public bool? Flag(string name) => _root.TryGetProperty(name, out var value)
        ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, JsonValueKind.String => value.GetString() switch { "true" => true, "false" => false, _ => null }, _ => null }
        : null;

    /// <summary>A time in whole seconds since 1970; null when it is missing or not a number that names one.</summary>
    public DateTimeOffset? Time(string name) =>
        _root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    /// <summary>Whom the token is for: one text, or a list of texts; null for any other form.</summary>
    public IReadOnlyList<string>? Audiences
    {
        get
        {
            if (Text("aud") is { } one) return [one];
            if (!_root.TryGetProperty("aud", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxAudiences) return null;
            return list.EnumerateArray().All(a => a.ValueKind == JsonValueKind.String) ? [.. list.EnumerateArray().Select(a => a.GetString()!)] : null;
        }
    }

    /// <summary>
    /// The values of a claim as text: its own, or each of a list. A name that begins with a slash is a JSON pointer (RFC 6901) into nested
    /// claims, such as <c>/kubernetes.io/namespace</c>. Empty when it is missing or an object.
    /// </summary>
    public IReadOnlyList<string> Values(string claim)
    {
        if (Find(claim) is not { } found) return [];
        return found.ValueKind == JsonValueKind.Array ? [.. found.EnumerateArray().Select(Word).OfType<string>()] : Word(found) is { } word ? [word] : [];
    }

    JsonElement? Find(string claim)
    {
        if (!claim.StartsWith('/')) return _root.TryGetProperty(claim, out var value) ? value : null;
        var at = _root;
        foreach (var step in claim[1..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at)) return null;
        }
        return at;
    }

    static string? Word(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}

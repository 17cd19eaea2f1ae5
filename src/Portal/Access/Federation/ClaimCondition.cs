using System.Text.Json.Serialization;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>How a claim is compared.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClaimMatch>))]
public enum ClaimMatch
{
    /// <summary>Letter by letter.</summary>
    [JsonStringEnumMemberName("equals")] Equals = 0,

    /// <summary>As a <see cref="Glob"/>: <c>*</c> stops at a slash.</summary>
    [JsonStringEnumMemberName("glob")] Glob = 1,
}

/// <summary>What a claim must be.</summary>
/// <param name="Claim">A claim's name, or a JSON pointer such as <c>/kubernetes.io/namespace</c>.</param>
/// <param name="Match">How <paramref name="Value"/> is meant.</param>
/// <param name="Value">The value or the pattern; of a claim with several values one must fit.</param>
public sealed record ClaimCondition(string Claim, ClaimMatch Match, string Value)
{
    /// <summary>True when the claim is there and fits.</summary>
    public bool Holds(JwtClaims claims)
    {
        var values = claims.Values(Claim);
        if (Match == ClaimMatch.Equals) return values.Contains(Value, StringComparer.Ordinal);
        var glob = Kernel.Glob.Parse(Value);
        return glob.Ok && values.Any(v => glob.Value.IsMatch(v));
    }

    /// <summary>The part of the value that stands as it is, up to the first character with a meaning of its own.</summary>
    internal string Literal => Match == ClaimMatch.Equals ? Value : Value.IndexOfAny(['*', '?', '[', '{', '\\']) is var at and >= 0 ? Value[..at] : Value;
}

using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>What one trust says to a token.</summary>
/// <param name="Reasons">Why not, in full; empty when it matches.</param>
public sealed record TrustVerdict(int TrustId, string Trust, IReadOnlyList<string> Reasons)
{
    public bool Matches => Reasons.Count == 0;

    /// <summary>Weighs a token whose signature, issuer and times are already known to be right or wrong.</summary>
    /// <param name="tokenFault">What is wrong with the token whatever the trust; null for nothing.</param>
    internal static TrustVerdict Of(FederationTrust trust, JwtClaims claims, Error? tokenFault)
    {
        var reasons = new List<string>();
        if (trust.DisabledAt is not null) reasons.Add("The trust is disabled.");
        if (claims.Text("iss") != trust.Issuer) return new(trust.Id, trust.Name, [.. reasons, $"The token's issuer is not {trust.Issuer}."]);
        if (tokenFault is not null) reasons.Add(tokenFault.Message);
        if (claims.Audiences?.Contains(trust.Audience, StringComparer.Ordinal) != true) reasons.Add($"The token's audience (aud) does not hold {trust.Audience}.");
        foreach (var condition in trust.Conditions)
            if (!condition.Holds(claims)) reasons.Add(Describe(condition, claims.Values(condition.Claim)));
        return new(trust.Id, trust.Name, reasons);
    }

    // the person who pasted the token may see what it says
    static string Describe(ClaimCondition condition, IReadOnlyList<string> found)
    {
        var wanted = condition.Match == ClaimMatch.Equals ? $"is not {condition.Value}" : $"does not fit {condition.Value}";
        return found.Count == 0 ? $"The token has no claim {condition.Claim}." : $"{condition.Claim} {wanted}: the token says {Cut(string.Join(", ", found))}.";
    }

    static string Cut(string text) => text.Length <= 200 ? text : text[..200] + "…";
}

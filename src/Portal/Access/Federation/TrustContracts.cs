using Portal.Api;

namespace Portal.Access.Federation;

/// <summary>What a trust is to be.</summary>
[Wire]
public sealed class TrustReq
{
    public string? Name { get; init; }

    /// <summary><c>github</c>, <c>gitlab</c>, <c>kubernetes</c> or <c>generic</c> (default).</summary>
    public string? Kind { get; init; }

    /// <summary>Empty takes that of the kind, where it has one.</summary>
    public string? Issuer { get; init; }
    public string? Audience { get; init; }
    public IReadOnlyList<ConditionJson>? Conditions { get; init; }

    /// <summary>A token with an id lets in once only.</summary>
    public bool SingleUse { get; init; }
    public bool Disabled { get; init; }
}

/// <summary>One condition of a trust.</summary>
[Wire]
public sealed class ConditionJson
{
    [Always] public string? Claim { get; init; }

    /// <summary><c>equals</c> (default) or <c>glob</c>.</summary>
    [Always] public string? Match { get; init; }
    [Always] public string? Value { get; init; }
}

/// <summary>A trust.</summary>
[Wire]
public sealed class TrustJson
{
    public int Id { get; init; }
    public int RobotId { get; init; }
    public string Name { get; init; } = "";
    public string Kind { get; init; } = "";
    public string Issuer { get; init; } = "";
    public string Audience { get; init; } = "";
    [Always] public IReadOnlyList<ConditionJson> Conditions { get; init; } = [];
    [Always] public bool SingleUse { get; init; }
    [Always] public bool Disabled { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
    public string CreatedBy { get; init; } = "";
    public DateTimeOffset? LastUsedTime { get; init; }
    public string LastUsedBy { get; init; } = "";

    internal static TrustJson From(FederationTrust t) => new()
    {
        Id = t.Id,
        RobotId = t.RobotId,
        Name = t.Name,
        Kind = TrustWords.Of(t.Kind),
        Issuer = t.Issuer,
        Audience = t.Audience,
        Conditions = [.. t.Conditions.Select(c => new ConditionJson { Claim = c.Claim, Match = c.Match == ClaimMatch.Glob ? "glob" : "equals", Value = c.Value })],
        SingleUse = t.SingleUse,
        Disabled = t.DisabledAt is not null,
        CreationTime = t.CreatedAt,
        UpdateTime = t.UpdatedAt,
        CreatedBy = t.CreatedBy,
        LastUsedTime = t.LastUsedAt,
        LastUsedBy = t.LastUsedBy,
    };
}

/// <summary>A workload's token to be weighed.</summary>
[Wire]
public sealed class TrustTestReq
{
    public string? Token { get; init; }
}

/// <summary>What one trust makes of a token.</summary>
[Wire]
public sealed class TrustVerdictJson
{
    public int TrustId { get; init; }
    public string Name { get; init; } = "";
    [Always] public bool Matches { get; init; }

    /// <summary>Why not; empty when it matches.</summary>
    [Always] public IReadOnlyList<string> Reasons { get; init; } = [];

    internal static TrustVerdictJson From(TrustVerdict v) => new() { TrustId = v.TrustId, Name = v.Trust, Matches = v.Matches, Reasons = v.Reasons };
}

/// <summary>The words of trusts on the wire and in forms.</summary>
public static class TrustWords
{
    public static string Of(IssuerKind kind) => kind switch { IssuerKind.GitHub => "github", IssuerKind.GitLab => "gitlab", IssuerKind.Kubernetes => "kubernetes", _ => "generic" };

    /// <summary>Reads what was typed; unknown words give values that <see cref="TrustRules"/> refuses by name.</summary>
    public static TrustDraft Draft(TrustReq req)
    {
        var kind = req.Kind switch { null or "" or "generic" => IssuerKind.Generic, "github" => IssuerKind.GitHub, "gitlab" => IssuerKind.GitLab, "kubernetes" => IssuerKind.Kubernetes, _ => (IssuerKind)(-1) };
        var issuer = string.IsNullOrEmpty(req.Issuer) && Enum.IsDefined(kind) ? IssuerPreset.Of(kind).Issuer : req.Issuer ?? "";
        return new(req.Name ?? "", kind, issuer, req.Audience ?? "", [.. (req.Conditions ?? []).Select(c => new ClaimCondition(c.Claim ?? "", Match(c.Match), c.Value ?? ""))], req.SingleUse, req.Disabled);
    }

    static ClaimMatch Match(string? word) => word switch { null or "" or "equals" => ClaimMatch.Equals, "glob" => ClaimMatch.Glob, _ => (ClaimMatch)(-1) };
}

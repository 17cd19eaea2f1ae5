using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>What a person says of a trust.</summary>
public sealed record TrustDraft(string Name, IssuerKind Kind, string Issuer, string Audience, IReadOnlyList<ClaimCondition> Conditions, bool SingleUse, bool Disabled);

/// <summary>What a trust must hold, so that nobody lets in the whole world by accident.</summary>
static class TrustRules
{
    public const int MaxName = 100;
    public const int MaxIssuer = 500;
    public const int MaxAudience = 255;
    public const int MaxConditions = 10;
    public const int MaxPerRobot = 20;
    const int MaxClaim = 200;

    // issuers that sign for everybody who has an account there
    static readonly string[] SharedHosts =
    [
        "token.actions.githubusercontent.com", "gitlab.com", "accounts.google.com", "login.microsoftonline.com", "sts.windows.net", "oidc.circleci.com", "agent.buildkite.com",
        "app.terraform.io", "api.bitbucket.org", "oidc.vercel.com", "identity.spotinst.io", "token.actions.ghe.com",
    ];

    // claims that name an owner, and those in which the owner stands before the first slash
    static readonly string[] Owners = ["repository_owner", "repository_owner_id", "repository_id", "enterprise_id", "namespace_id", "project_id", "user_id", "oid", "tid", "organization_id"];
    static readonly string[] Paths = ["sub", "repository", "project_path", "namespace_path", "job_workflow_ref", "workflow_ref", "ci_config_ref_uri", "email"];

    public static Error? Refuse(TrustDraft draft, IssuerHttp http)
    {
        if (draft.Name.Length is 0 or > MaxName || draft.Name.Any(char.IsControl) || draft.Name.Trim() != draft.Name) return Error.Invalid("name", $"A trust has a name of 1 to {MaxName} characters.");
        if (!Enum.IsDefined(draft.Kind)) return Error.Invalid("kind", "kind is github, gitlab, kubernetes or generic.");
        if (draft.Issuer.Length > MaxIssuer) return Error.Invalid("issuer", $"An issuer has at most {MaxIssuer} characters.");
        if (http.Refuse("issuer", draft.Issuer) is { } refusal) return refusal;
        if (new Uri(draft.Issuer).Query.Length > 0) return Error.Invalid("issuer", "An issuer's address has no query.");
        if (draft.Audience.Length is 0 or > MaxAudience || draft.Audience.Any(char.IsControl)) return Error.Invalid("audience", $"A trust names the audience that its tokens are for, of 1 to {MaxAudience} characters.");
        if (draft.Conditions.Count is 0 or > MaxConditions) return Error.Invalid("conditions", $"A trust has 1 to {MaxConditions} conditions besides issuer and audience.");
        foreach (var condition in draft.Conditions) if (Refuse(condition) is { } wrong) return wrong;
        return IsShared(draft) && !draft.Conditions.Any(NamesOwner)
            ? Error.Invalid("conditions", $"Anybody can have a token of {new Uri(draft.Issuer).Host}. At least one condition must name whose: a repository, project or sub with its owner written out, such as acme/app or acme/*, or {Owners[0]}.") : null;
    }

    static Error? Refuse(ClaimCondition condition)
    {
        if (condition.Claim is not { Length: > 0 and <= MaxClaim } || condition.Claim.Any(char.IsControl)) return Error.Invalid("conditions", $"A condition names a claim of 1 to {MaxClaim} characters.");
        if (condition.Claim is "iss" or "aud" or "exp" or "nbf" or "iat" or "jti") return Error.Invalid("conditions", $"{condition.Claim} is checked anyway; a condition is about another claim.");
        if (!Enum.IsDefined(condition.Match)) return Error.Invalid("conditions", "match is equals or glob.");
        if (condition.Value is not { Length: > 0 and <= Glob.MaxLength }) return Error.Invalid("conditions", $"The condition on {condition.Claim} has a value of 1 to {Glob.MaxLength} characters.");
        if (condition.Match == ClaimMatch.Equals) return null;
        if (Glob.Parse(condition.Value) is { Ok: false } pattern) return Error.Invalid("conditions", $"The condition on {condition.Claim}: {pattern.Error.Message}");
        return condition.Value.All(c => c is '*' or '?' or '/') ? Error.Invalid("conditions", $"The pattern of {condition.Claim} fits everything; write at least a part of the value.") : null;
    }

    internal static bool IsShared(TrustDraft draft) =>
        draft.Kind == IssuerKind.GitHub || SharedHosts.Contains(new Uri(draft.Issuer).IdnHost, StringComparer.OrdinalIgnoreCase);

    // "acme/*" names acme; "ac*" would also let in acme-evil
    static bool NamesOwner(ClaimCondition condition) =>
        condition.Match == ClaimMatch.Equals ? Owners.Contains(condition.Claim, StringComparer.Ordinal) || Paths.Contains(condition.Claim, StringComparer.Ordinal)
        : Paths.Contains(condition.Claim, StringComparer.Ordinal) && condition.Literal.IndexOf('/', StringComparison.Ordinal) > 0;
}

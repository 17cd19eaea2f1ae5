using System.Collections.Concurrent;
using Portal.Access;

namespace Portal.Gateway.Tokens;

/// <summary>A token whose signature was checked once, with its grants by name.</summary>
sealed class VerifiedToken(TokenClaims claims)
{
    readonly Dictionary<string, TokenGrant> _repositories = claims.Access.Where(g => g.Type == "repository").GroupBy(g => g.Name, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Aggregate((a, b) => a with { Actions = a.Actions | b.Actions }), StringComparer.Ordinal);

    public TokenClaims Claims { get; } = claims;
    public Caller Caller { get; } = new(claims.Kind, claims.UserId, claims.Kind == SubjectKind.Anonymous ? Caller.Anonymous.Name : claims.Subject);
    public bool Catalog { get; } = claims.Access.Any(g => g.Actions.HasFlag(ScopeActions.Catalog));

    /// <summary>True when the token covers the action on this repository of this very project.</summary>
    public bool Allows(string repository, int project, ScopeActions action) =>
        _repositories.TryGetValue(repository, out var grant) && grant.Project == project && grant.Actions.HasFlag(action);
}

/// <summary>Checks tokens: the signature once per token, the account and the clock for each request.</summary>
sealed class TokenVerifier(TokenKeys keys, AccountDirectory accounts, TimeProvider time)
{
    const int MaxCached = 20_000;

    readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);

    const string Scheme = "Bearer ";

    public static bool Handles(string header) => header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token of an <c>Authorization</c> header that it <see cref="Handles"/>, or null when it is not valid now.</summary>
    public async ValueTask<VerifiedToken?> VerifyAsync(string header, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (!_verified.TryGetValue(header, out var verified))
        {
            if (keys.Tokens.Read(header[Scheme.Length..].Trim(), now) is not { } claims) return null;
            if (_verified.Count >= MaxCached) _verified.Clear();
            verified = _verified.GetOrAdd(header, new VerifiedToken(claims));
        }
        if (now >= verified.Claims.ExpiresAt)
        {
            _verified.TryRemove(header, out _);
            return null;
        }
        if (verified.Claims.Kind == SubjectKind.Anonymous) return verified;
        var account = await accounts.FindAsync(verified.Claims.UserId, cancellation);
        return account is not null && account.Stamp == verified.Claims.Stamp ? verified : null;
    }
}

using System.Collections.Concurrent;
using System.Net;
using Portal.Access;

namespace Portal.Gateway.Tokens;

/// <summary>A token whose signature was checked once, with its grants by name.</summary>
sealed class VerifiedToken(TokenClaims claims)
{
    readonly Dictionary<string, TokenGrant> _repositories = claims.Access.Where(g => g.Type == "repository").GroupBy(g => g.Name, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Aggregate((a, b) => a with { Actions = a.Actions | b.Actions }), StringComparer.Ordinal);

    public TokenClaims Claims { get; } = claims;
    public Caller Caller { get; } = new(claims.Kind, claims.SubjectId, claims.Kind == SubjectKind.Anonymous ? Caller.Anonymous.Name : claims.Subject) { Credential = claims.Credential };
    public bool Catalog { get; } = claims.Access.Any(g => g.Actions.HasFlag(ScopeActions.Catalog));

    /// <summary>True when the token covers the action on this repository of this very project.</summary>
    public bool Allows(string repository, int project, ScopeActions action) =>
        _repositories.TryGetValue(repository, out var grant) && grant.Project == project && grant.Actions.HasFlag(action);
}

/// <summary>A token that is good for this request, and who shows it: with what their credential leaves of their rights now.</summary>
readonly record struct ShownToken(VerifiedToken Token, Caller Caller);

/// <summary>Checks tokens: the signature once per token; the account, the credential behind it and the clock for each request.</summary>
sealed class TokenVerifier(TokenKeys keys, TokenHolders holders, TimeProvider time)
{
    const int MaxCached = 20_000;

    readonly ConcurrentDictionary<string, VerifiedToken> _verified = new(StringComparer.Ordinal);

    const string Scheme = "Bearer ";

    public static bool Handles(string header) => header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>The token of an <c>Authorization</c> header that it <see cref="Handles"/>, or null when it is not valid now or not from this address.</summary>
    public async ValueTask<ShownToken?> VerifyAsync(string header, IPAddress? address, CancellationToken cancellation)
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
        var holder = await holders.FindAsync(verified.Claims.Kind, verified.Claims.SubjectId, verified.Claims.Credential, cancellation);
        if (holder is null || holder.Stamp != verified.Claims.Stamp || holder.Credential?.AllowedFrom?.Invoke(address) == false) return null;
        return new(verified, holder.Credential?.Limit is { } limit ? verified.Caller with { Limit = limit } : verified.Caller);
    }
}

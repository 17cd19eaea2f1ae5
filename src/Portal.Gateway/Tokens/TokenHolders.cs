using Portal.Access;

namespace Portal.Gateway.Tokens;

/// <summary>Who holds a token, as of now.</summary>
/// <param name="Stamp">See <see cref="AccountState"/>; empty for anonymous.</param>
/// <param name="ExpiresAt">From when on the account or its credential is refused; null for never.</param>
/// <param name="Credential">The credential behind the token; null for none.</param>
sealed record TokenHolder(string Name, string Stamp, DateTimeOffset? ExpiresAt, CredentialState? Credential)
{
    public static TokenHolder Anonymous { get; } = new("", "", null, null);
}

/// <summary>Tells whether an account and the credential it came with are still good; from memory.</summary>
sealed class TokenHolders(AccountDirectory accounts, CredentialDirectory credentials)
{
    /// <summary>Null when the account may not act or the credential is not good any more, or not its own.</summary>
    public async ValueTask<TokenHolder?> FindAsync(SubjectKind kind, int id, string credential, CancellationToken cancellation)
    {
        if (kind == SubjectKind.Anonymous) return TokenHolder.Anonymous;
        if (await accounts.FindAsync(kind, id, cancellation) is not { } account) return null;
        if (credential.Length == 0) return new(account.Name, account.Stamp, account.ExpiresAt, null);
        var state = await credentials.FindAsync(credential, cancellation);
        return state is null || state.Kind != kind || state.OwnerId != id ? null : new(account.Name, account.Stamp, Earlier(account.ExpiresAt, state.ExpiresAt), state);
    }

    static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b ?? a : a;
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>What a new personal access token should be.</summary>
/// <param name="Scopes">Names of <see cref="TokenScopes.Presets"/> or single rights.</param>
/// <param name="ProjectId">The only project it works in; null for all.</param>
/// <param name="AllowedFrom">Addresses and networks, parted by blanks; empty for any.</param>
/// <param name="Days">How long it lives; null for without an end.</param>
public sealed record AccessTokenDraft(string Name, IReadOnlyList<string> Scopes, int? ProjectId, string AllowedFrom, int? Days);

/// <summary>A token that was just made; its text is never to be seen again.</summary>
public sealed record NewAccessToken(int Id, string Text, DateTimeOffset? ExpiresAt);

/// <summary>Makes and revokes one's own personal access tokens.</summary>
public sealed class AccessTokenService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, AuditLog audit, IChangeFeed feed, IOptions<AccessOptions> options, TimeProvider time)
{
    const int MaxNameLength = 100;

    /// <summary>Makes a token for the caller, who signed in with a password or a session, not with another token.</summary>
    public async Task<Result<NewAccessToken>> CreateAsync(Caller caller, AccessTokenDraft draft, CancellationToken cancellation)
    {
        if (Refuse(caller) is { } refusal) return refusal;
        var name = draft.Name.Trim();
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl)) return Error.Invalid("name", $"A name has 1 to {MaxNameLength} characters and no control characters.");
        if (RefuseDays(draft.Days) is { } days) return days;
        var scope = TokenScopes.Parse(draft.Scopes);
        if (!scope.Ok) return scope.Error;
        var from = AddressList.Parse(draft.AllowedFrom);
        if (!from.Ok) return from.Error;
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.AccessTokens.CountAsync(t => t.UserId == caller.Id && t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now), cancellation) >= options.Value.TokensPerAccount)
            return new Error("PRECONDITION", $"You have {options.Value.TokensPerAccount} access tokens, which is the most there may be. Revoke one first.", ErrorKind.Precondition);
        var text = AccessTokenText.New();
        var token = new AccessToken
        {
            UserId = caller.Id,
            Name = name,
            Hint = AccessTokenText.Hint(text),
            Hash = AccessTokenText.Hash(text),
            Scopes = TokenScopes.Text(scope.Value),
            ProjectId = draft.ProjectId,
            AllowedFrom = from.Value.ToString(),
            CreatedAt = now,
            ExpiresAt = draft.Days is { } d ? now.AddDays(d) : null,
        };
        return await SaveAsync(db, caller, token, cancellation) is { } taken ? taken : new NewAccessToken(token.Id, text, token.ExpiresAt);
    }

    async Task<Error?> SaveAsync(PortalDbContext db, Caller caller, AccessToken token, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // A name is free again once its token is dead.
        await db.AccessTokens.Where(t => t.UserId == token.UserId && t.Name == token.Name && (t.RevokedAt != null || t.ExpiresAt <= token.CreatedAt)).ExecuteDeleteAsync(cancellation);
        db.AccessTokens.Add(token);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.TokenNameTaken(token.Name);
        }
        audit.Add(db, new(caller.Actor, AuditActions.Create, AuditResources.AccessToken, $"{caller.Name}/{token.Name}", token.ProjectId) { After = Audited(token) });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>Ends one of the caller's own tokens at once, on every node; a foreign and a missing one answer alike.</summary>
    public async Task<Result> RevokeAsync(Caller caller, int id, CancellationToken cancellation)
    {
        if (Refuse(caller) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var token = await db.AccessTokens.FirstOrDefaultAsync(t => t.Id == id && t.UserId == caller.Id && t.RevokedAt == null, cancellation);
        if (token is null) return Error.NotFound("The access token");
        token.RevokedAt = time.GetUtcNow();
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.AccessToken, $"{caller.Name}/{token.Name}", token.ProjectId) { Before = Audited(token) });
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(SubjectKind.User, caller.Id));
        await transaction.CommitAsync(cancellation);
        return Result.Success;
    }

    /// <summary>Removes tokens that were revoked or expired 30 days ago.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow().AddDays(-30);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.AccessTokens.Where(t => t.RevokedAt < before || t.ExpiresAt < before).ExecuteDeleteAsync(cancellation);
    }

    Error? RefuseDays(int? days) => days switch
    {
        null => options.Value.TokensMayNotEnd ? null : Error.Invalid("days", $"A token lives 1 to {options.Value.TokenMaxDays} days; tokens without an end are not allowed here."),
        var d when d < 1 || d > options.Value.TokenMaxDays => Error.Invalid("days", $"A token lives 1 to {options.Value.TokenMaxDays} days."),
        _ => null,
    };

    internal static Error? Refuse(Caller caller) => caller.Kind != SubjectKind.User ? AccessErrors.SignInNeeded : caller.Credential.Length > 0 ? AccessErrors.NotWithToken : null;

    static object Audited(AccessToken token) => new
    {
        Credential = CredentialUse.NameOfToken(token.Id),
        Scopes = token.Scopes.Length == 0 ? "full" : token.Scopes,
        token.ProjectId,
        token.AllowedFrom,
        token.ExpiresAt,
    };
}

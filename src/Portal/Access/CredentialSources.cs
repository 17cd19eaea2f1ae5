using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>Personal access tokens behind registry tokens: their limit, their end and where they may be used from.</summary>
sealed class AccessTokenSource(IDbContextFactory<PortalDbContext> contexts) : ICredentialSource
{
    public string Name => CredentialUse.Token;

    public async Task<CredentialState?> LoadAsync(string id, CancellationToken cancellation)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await db.AccessTokens.AsNoTracking().Where(t => t.Id == number && t.RevokedAt == null).Select(t => new { t.UserId, t.Scopes, t.ProjectId, t.AllowedFrom, t.ExpiresAt }).FirstOrDefaultAsync(cancellation);
        if (row is null) return null;
        var from = AddressList.Parse(row.AllowedFrom).Value;
        return new(SubjectKind.User, row.UserId, Limit(row.Scopes, row.ProjectId), row.ExpiresAt) { AllowedFrom = row.AllowedFrom.Length == 0 ? null : from.Allows };
    }

    /// <summary>What a token leaves of its owner's rights; null for all of them.</summary>
    public static CallerLimit? Limit(string scopes, int? projectId) => scopes.Length == 0 && projectId is null ? null : new(TokenScopes.Set(scopes), projectId);
}

/// <summary>Robots' secrets behind registry tokens: a replaced one lives to the end of its overlap.</summary>
sealed class RobotSecretSource(IDbContextFactory<PortalDbContext> contexts) : ICredentialSource
{
    public string Name => CredentialUse.Secret;

    public async Task<CredentialState?> LoadAsync(string id, CancellationToken cancellation)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.RobotSecrets.AsNoTracking().Where(s => s.Id == number).Select(s => new CredentialState(SubjectKind.Robot, s.RobotId, null, s.ValidUntil)).FirstOrDefaultAsync(cancellation);
    }
}

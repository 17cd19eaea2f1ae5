using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access.Federation;

/// <summary>Trusts as credentials: a registry token that was given out for one dies within two seconds of the trust.</summary>
sealed class TrustCredentials(IDbContextFactory<PortalDbContext> contexts) : ICredentialSource
{
    public string Name => "trust";

    public static string Credential(int trustId) => FormattableString.Invariant($"trust/{trustId}");

    public async Task<CredentialState?> LoadAsync(string id, CancellationToken cancellation)
    {
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var trustId)) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var robot = await db.FederationTrusts.AsNoTracking().Where(t => t.Id == trustId && t.DisabledAt == null).Select(t => (int?)t.RobotId).FirstOrDefaultAsync(cancellation);
        return robot is { } owner ? new(SubjectKind.Robot, owner) : null;
    }
}

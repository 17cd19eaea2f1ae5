using Portal.Audit;
using Portal.Data;

namespace Portal.Access.Federation;

/// <summary>What every change of a trust brings with it: an audit row and a notice to every node.</summary>
public sealed class TrustChanges(AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    internal DateTimeOffset Now => time.GetUtcNow();

    internal static object Facts(FederationTrust trust) => new
    {
        trust.Name,
        trust.Issuer,
        trust.Audience,
        Conditions = trust.Conditions.Select(c => $"{c.Claim} {(c.Match == ClaimMatch.Equals ? "=" : "~")} {c.Value}").ToArray(),
        trust.SingleUse,
        Disabled = trust.DisabledAt is not null,
    };

    internal async Task SaveAsync(PortalDbContext db, Caller caller, string action, Robot robot, FederationTrust trust, object? before, object? after, CancellationToken cancellation)
    {
        audit.Add(db, new(caller.Actor, action, AuditResources.FederationTrust, $"{robot.Login}/{trust.Name}", robot.ProjectId) { Before = before, After = after });
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, AccessTopics.OfCredential(TrustCredentials.Credential(trust.Id)));
    }
}

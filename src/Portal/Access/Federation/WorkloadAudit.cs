using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>Writes down who was let in by a trust and who was not. The token itself is written nowhere.</summary>
public sealed class WorkloadAudit(IDbContextFactory<PortalDbContext> contexts, AuditLog audit, TimeProvider time)
{
    internal async Task AdmittedAsync(Workload workload, FederationTrust trust, JwtClaims claims, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var subject = claims.Text("sub") ?? "";
        if (subject.Length > 600) subject = subject[..600];
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        audit.Add(db, new(workload.Caller.Actor, AuditActions.SignIn, AuditResources.Robot, workload.Caller.Name, trust.Robot!.ProjectId)
        {
            After = new { Trust = trust.Name, trust.Issuer, Subject = subject, TokenId = Cut(claims.Text("jti")), workload.Until },
        });
        await db.SaveChangesAsync(cancellation);
        await db.FederationTrusts.Where(t => t.Id == trust.Id).ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now).SetProperty(t => t.LastUsedBy, subject), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    internal Task RefusedAsync(Caller caller, string robot, Error error, CancellationToken cancellation) =>
        audit.WriteAsync(new(caller.Actor, AuditActions.SignIn, AuditResources.Robot, robot) { Success = false, After = new { Reason = error.Code } }, cancellation);

    static string? Cut(string? text) => text is { Length: > 100 } ? text[..100] : text;
}

using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>Writes down who was let in by a trust and who was not, and makes forgers wait. The token itself is written nowhere.</summary>
public sealed class WorkloadAudit
{
    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly AuditLog _audit;
    readonly SignInAttempts _attempts;
    readonly TimeProvider _time;

    internal WorkloadAudit(IDbContextFactory<PortalDbContext> contexts, AuditLog audit, SignInAttempts attempts, TimeProvider time) =>
        (_contexts, _audit, _attempts, _time) = (contexts, audit, attempts, time);

    /// <summary>A refusal while forgeries from the caller's address make it wait; null when it may try.</summary>
    internal Task<Error?> WaitAsync(Caller caller, CancellationToken cancellation) => _attempts.RefuseAsync(WorkloadTokens.AnyRobot, caller, cancellation);

    internal async Task AdmittedAsync(Workload workload, FederationTrust trust, JwtClaims claims, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var subject = claims.Text("sub") ?? "";
        if (subject.Length > 600) subject = subject[..600];
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        _audit.Add(db, new(workload.Caller.Actor, AuditActions.SignIn, AuditResources.Robot, workload.Caller.Name, trust.Robot!.ProjectId)
        {
            After = new { Trust = trust.Name, trust.Issuer, Subject = subject, TokenId = Cut(claims.Text("jti")), workload.Until },
        });
        await db.SaveChangesAsync(cancellation);
        await db.FederationTrusts.Where(t => t.Id == trust.Id).ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now).SetProperty(t => t.LastUsedBy, subject), cancellation);
        await transaction.CommitAsync(cancellation);
        await _attempts.SucceededAsync(WorkloadTokens.AnyRobot, workload.Caller, cancellation);
    }

    /// <summary>A pipeline that is set up wrong is only written down; a signature that no key of the issuer made counts like a wrong password.</summary>
    internal Task RefusedAsync(Caller caller, string robot, Error error, CancellationToken cancellation) =>
        error == JwtErrors.Signature || error == JwtErrors.NoKey ? _attempts.FailedAsync(WorkloadTokens.AnyRobot, AuditResources.Robot, caller, cancellation)
        : _audit.WriteAsync(new(caller.Actor with { Name = robot }, AuditActions.SignIn, AuditResources.Robot, robot) { Success = false, After = new { Reason = error.Code } }, cancellation);

    static string? Cut(string? text) => text is { Length: > 100 } ? text[..100] : text;
}

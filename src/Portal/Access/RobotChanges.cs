using Microsoft.EntityFrameworkCore.Storage;
using Portal.Audit;
using Portal.Data;

namespace Portal.Access;

/// <summary>What every change of a robot brings with it: an audit row and a notice to every node.</summary>
public sealed class RobotChanges(AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    internal DateTimeOffset Now => time.GetUtcNow();

    internal void Audit(PortalDbContext db, Caller caller, string action, Robot robot, object? before, object? after) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.Robot, robot.Login, robot.ProjectId) { Before = before, After = after });

    internal async Task CommitAsync(PortalDbContext db, Robot robot, IDbContextTransaction transaction, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(SubjectKind.Robot, robot.Id));
        await transaction.CommitAsync(cancellation);
    }
}

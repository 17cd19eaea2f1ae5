using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>Writes down, once each, that a project has come near its limit and that it has refused a push.</summary>
sealed class QuotaFacts(Transactions transactions, AuditLog audit, TimeProvider time)
{
    /// <summary>How long a refusal that nothing has changed since is not written again.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromHours(1);

    /// <summary>Adds a row when the account, locked by this transaction, has reached another mark.</summary>
    public async Task NoteAsync(PortalDbContext db, Caller caller, ProjectEntry project, CancellationToken cancellation)
    {
        var account = await db.ProjectStorages.AsNoTracking().SingleAsync(s => s.ProjectId == project.Id, cancellation);
        var mark = ProjectStorage.MarkOf(account.Used, account.Limit);
        if (mark <= account.Noted) return;
        await db.ProjectStorages.Where(s => s.ProjectId == project.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Noted, mark), cancellation);
        audit.Add(db, new(caller.Actor, AuditActions.QuotaNear, AuditResources.Quota, project.Name, project.Id) { After = new { percent = mark, used = account.Used, limit = account.Limit } });
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Writes that a push was refused, unless that is known since space was last given back or the limit was last changed.</summary>
    public async Task RefusedAsync(Caller caller, ProjectEntry project, RepositoryName repository, Error refusal, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var stale = now - Repeat;
        await transactions.RunAsync(async db =>
        {
            if (await db.ProjectStorages.Where(s => s.ProjectId == project.Id && (s.RefusedAt == null || s.RefusedAt < stale))
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.RefusedAt, now), cancellation) == 0) return Result.Success;
            audit.Add(db, new(caller.Actor, AuditActions.QuotaExceeded, AuditResources.Quota, repository.Text, project.Id) { Success = false, After = new { reason = refusal.Message } });
            await db.SaveChangesAsync(cancellation);
            return Result.Success;
        }, cancellation);
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>
/// Locks and unlocks. Locking needs <c>immutable-tag:create</c>, taking a lock off <c>immutable-tag:delete</c>, on the thing itself: whoever may write a rule
/// for everything may also keep one thing.
/// </summary>
public sealed class LockService(Transactions transactions, IAccessPolicy policy, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    /// <summary>The most locks of a project that have not ended.</summary>
    public const int MaxLocks = 1_000;

    /// <summary>The longest reason in characters.</summary>
    public const int MaxReason = 500;

    /// <summary>Locks a project, or something in it that exists, and returns the lock's id. A lock that has ended makes room.</summary>
    public async Task<Result<int>> LockAsync(Caller caller, ProjectEntry project, LockTarget target, string? reason, DateTimeOffset? until, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, target, Permissions.ImmutableTagCreate, cancellation) is { } refusal) return refusal;
        var words = reason?.Trim() ?? "";
        if (words.Length is 0 or > MaxReason || words.Any(char.IsControl)) return ProtectionErrors.Reason;
        var now = time.GetUtcNow();
        if (until <= now) return ProtectionErrors.UntilPast;
        return await transactions.RunAsync<int>(async db =>
        {
            if (await MissingAsync(db, project, target, cancellation) is { } missing) return missing;
            await db.Locks.Where(l => l.ProjectId == project.Id && l.Until != null && l.Until <= now).ExecuteDeleteAsync(cancellation);
            var held = await db.Locks.FirstOrDefaultAsync(l => l.ProjectId == project.Id && l.Repository == target.Repository && l.Tag == target.Tag && l.Digest == target.Digest, cancellation);
            if (held is not null) return ProtectionErrors.Locked(held);
            if (await db.Locks.CountAsync(l => l.ProjectId == project.Id, cancellation) >= MaxLocks) return ProtectionErrors.TooMany;
            var made = new ProtectionLock { ProjectId = project.Id, Repository = target.Repository, Tag = target.Tag, Digest = target.Digest, Reason = words, Until = until?.ToUniversalTime(), CreatedAt = now, CreatedBy = caller.Name };
            db.Locks.Add(made);
            audit.Add(db, new(caller.Actor, AuditActions.Create, AuditResources.Lock, target.In(project.Name), project.Id) { After = new { made.Reason, made.Until } });
            await db.SaveChangesAsync(cancellation);
            await feed.AnnounceAsync(db, cancellation, LockBook.Changed(project.Id));
            return made.Id;
        }, cancellation);
    }

    /// <summary>Takes a lock off.</summary>
    public Task<Result> UnlockAsync(Caller caller, ProjectEntry project, int id, CancellationToken cancellation) => transactions.RunAsync(async db =>
    {
        var held = await db.Locks.FirstOrDefaultAsync(l => l.ProjectId == project.Id && l.Id == id, cancellation);
        // somebody without the right learns no more of a lock that exists than of one that does not
        var target = held is null ? new LockTarget() : new(held.Repository, held.Tag, held.Digest);
        if (await RefuseAsync(caller, project, target, Permissions.ImmutableTagDelete, cancellation) is { } refusal) return refusal;
        if (held is null) return ProtectionErrors.LockNotFound;
        db.Locks.Remove(held);
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.Lock, target.In(project.Name), project.Id) { Before = new { held.Reason, held.Until, held.CreatedBy } });
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, LockBook.Changed(project.Id));
        return Result.Success;
    }, cancellation);

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry project, LockTarget target, Permission needed, CancellationToken cancellation)
    {
        var place = target.Scope switch
        {
            LockScope.Project => project.Target,
            LockScope.Tag => project.TargetOf(target.Repository, target.Tag),
            _ => project.TargetOf(target.Repository),
        };
        var rights = await policy.RightsAsync(caller, place, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }

    static async Task<Error?> MissingAsync(PortalDbContext db, ProjectEntry project, LockTarget target, CancellationToken cancellation)
    {
        if (target.Scope == LockScope.Project) return null;
        var id = await db.Repositories.Where(r => r.ProjectId == project.Id && r.Name == target.Repository && r.DeletionId == null).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellation);
        if (id is null) return ArtifactErrors.RepositoryNotFound;
        return target.Scope switch
        {
            LockScope.Tag when !await db.Tags.AnyAsync(t => t.RepositoryId == id && t.Name == target.Tag, cancellation) => ArtifactErrors.TagNotFound,
            LockScope.Artifact when !await db.Artifacts.AnyAsync(a => a.RepositoryId == id && a.Digest == target.Digest && a.DeletionId == null, cancellation) => ArtifactErrors.ArtifactNotFound,
            _ => null,
        };
    }
}

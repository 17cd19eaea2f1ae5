using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>New limits of a project; null leaves one as it is. -1 stands for no limit.</summary>
/// <param name="Storage">Bytes of the project.</param>
/// <param name="RepositoryStorage">Bytes of each of its repositories.</param>
/// <param name="RepositoryTags">Tags of each of its repositories.</param>
/// <param name="Inherit">Puts the two limits of repositories back to the system's defaults where they are not given.</param>
public sealed record QuotaChange(long? Storage = null, long? RepositoryStorage = null, int? RepositoryTags = null, bool Inherit = false);

/// <summary>What a recount found.</summary>
/// <param name="Booked">Bytes that the account said.</param>
/// <param name="Counted">Bytes that live artifacts name; what the account says now.</param>
/// <param name="Mended">How many bookings of blobs were added or taken away.</param>
public sealed record Recount(long Booked, long Counted, int Mended)
{
    public bool Differed => Booked != Counted || Mended > 0;
}

/// <summary>Sets limits and checks accounts. Needs <c>quota:update</c> on the system.</summary>
public sealed class QuotaService(Transactions transactions, IAccessPolicy policy, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    /// <summary>Changes the limits of a project. A limit below what it holds is allowed: nothing goes, and nothing comes any more.</summary>
    public async Task<Result> UpdateAsync(Caller caller, int projectId, QuotaChange change, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaUpdate, cancellation) is { } refusal) return refusal;
        if (Problem(change) is { } problem) return problem;
        return await transactions.RunAsync(db => UpdateAsync(db, caller, projectId, change, cancellation), cancellation);
    }

    /// <summary>The same inside a transaction, by a caller who may.</summary>
    internal async Task<Result> UpdateAsync(PortalDbContext db, Caller caller, int projectId, QuotaChange change, CancellationToken cancellation)
    {
        if (await LockAsync(db, projectId, cancellation) is not { } account) return QuotaErrors.NotFound;
        var before = new { account.Limit, account.RepositoryLimit, account.TagLimit };
        account.Limit = change.Storage ?? account.Limit;
        account.RepositoryLimit = change.RepositoryStorage ?? (change.Inherit ? null : account.RepositoryLimit);
        account.TagLimit = change.RepositoryTags ?? (change.Inherit ? null : account.TagLimit);
        var after = new { account.Limit, account.RepositoryLimit, account.TagLimit };
        if (Equals(before, after)) return Result.Success;
        // what the new limit already exceeds is known to whoever sets it
        (account.Noted, account.RefusedAt, account.ChangedAt) = (ProjectStorage.MarkOf(account.Used, account.Limit), null, time.GetUtcNow());
        var name = await db.Projects.Where(p => p.Id == projectId).Select(p => p.Name).SingleAsync(cancellation);
        audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Quota, name, projectId)
        {
            Before = new { storage = before.Limit, repositoryStorage = before.RepositoryLimit, repositoryTags = before.TagLimit },
            After = new { storage = after.Limit, repositoryStorage = after.RepositoryLimit, repositoryTags = after.TagLimit },
        });
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, QuotaMemory.Changed(projectId));
        return Result.Success;
    }

    /// <summary>Counts what the artifacts of a project name that count while nobody can push or delete there, and mends the account when it says anything else, which is audited.</summary>
    public async Task<Result<Recount>> RecountAsync(Caller caller, int projectId, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaUpdate, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync<Recount>(async db =>
        {
            if (await LockAsync(db, projectId, cancellation) is not { } account) return QuotaErrors.NotFound;
            var paid = TrashWindow.Paid(db, projectId);
            var named = db.Blobs.Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id && paid.Any(a => a.Id == x.ArtifactId)));
            var missing = await named.Where(b => !db.ProjectBlobs.Any(p => p.ProjectId == projectId && p.BlobId == b.Id)).Select(b => new { b.Id, b.Size }).ToListAsync(cancellation);
            var gone = await db.ProjectBlobs.Where(p => p.ProjectId == projectId && !named.Any(b => b.Id == p.BlobId && b.Size == p.Size)).ExecuteDeleteAsync(cancellation);
            if (gone > 0) missing = await named.Where(b => !db.ProjectBlobs.Any(p => p.ProjectId == projectId && p.BlobId == b.Id)).Select(b => new { b.Id, b.Size }).ToListAsync(cancellation);
            db.ProjectBlobs.AddRange(missing.Select(b => new ProjectBlob { ProjectId = projectId, BlobId = b.Id, Size = b.Size }));
            await db.SaveChangesAsync(cancellation);
            var counted = await db.ProjectBlobs.Where(p => p.ProjectId == projectId).SumAsync(p => p.Size, cancellation);
            var recount = new Recount(account.Used, counted, gone + missing.Count);
            if (!recount.Differed) return recount;
            (account.Used, account.Noted) = (counted, ProjectStorage.MarkOf(counted, account.Limit));
            var name = await db.Projects.Where(p => p.Id == projectId).Select(p => p.Name).SingleAsync(cancellation);
            audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Quota, name, projectId)
            {
                Before = new { used = recount.Booked },
                After = new { used = recount.Counted, mendedBookings = recount.Mended },
            });
            await db.SaveChangesAsync(cancellation);
            await feed.AnnounceAsync(db, cancellation, QuotaMemory.Changed(projectId));
            return recount;
        }, cancellation);
    }

    // the row is locked by writing it, and read behind that
    static async Task<ProjectStorage?> LockAsync(PortalDbContext db, int projectId, CancellationToken cancellation) =>
        await db.ProjectStorages.Where(s => s.ProjectId == projectId && db.Projects.Any(p => p.Id == projectId && p.DeletedAt == null))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used), cancellation) == 0
            ? null : await db.ProjectStorages.SingleAsync(s => s.ProjectId == projectId, cancellation);

    static Error? Problem(QuotaChange change)
    {
        if (change.Storage is { } storage && !IsLimit(storage)) return QuotaErrors.Storage;
        if (change.RepositoryStorage is { } repository && !IsLimit(repository)) return QuotaErrors.RepositoryStorage;
        return change.RepositoryTags is { } tags && tags is not (-1 or (>= 1 and <= SettingKeys.MaxTags)) ? QuotaErrors.RepositoryTags : null;
    }

    internal static bool IsLimit(long bytes) => bytes is ProjectStorage.Unlimited or (>= 1 and <= ProjectStorage.MaxLimit);
}

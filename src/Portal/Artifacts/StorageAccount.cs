using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Portal.Access.Settings;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>
/// Books the blobs of artifacts to their project. The project's row is locked before anything is looked at, and kept until the transaction ends, so of several bookings each sees what
/// the one before left: no byte is counted twice or forgotten, and no moment is above the limit.
/// </summary>
static class StorageAccount
{
    // what an artifact names that nobody has booked to the project
    const string Fresh = """
        FROM artifacts.blob AS b WHERE b."Id" IN (SELECT x."BlobId" FROM artifacts.artifact_blob AS x
                WHERE x."ArtifactId" = (SELECT a."Id" FROM artifacts.artifact AS a WHERE a."RepositoryId" = @repository AND a."Digest" = @digest))
            AND NOT EXISTS (SELECT 1 FROM artifacts.project_blob AS p WHERE p."ProjectId" = @project AND p."BlobId" = b."Id")
        """;

    // no limit holds while the setting quota_per_project_enable is false; a missing row stands for true
    const string SwitchedOff = """EXISTS (SELECT 1 FROM access.setting AS s WHERE s."Key" = 'quota_per_project_enable' AND s."Value" = 'false')""";

    /// <summary>Adds the statements that book one saved artifact; the command that is returned touches no row when the limit stands in the way.</summary>
    public static DbBatchCommand Book(DbBatch batch, int project, long repository, string digest)
    {
        // one after another: a statement sees what was committed when it began, so the sum must be taken in one that begins behind the lock
        batch.Add("""UPDATE artifacts.project_storage SET "Used" = "Used" WHERE "ProjectId" = @project""", ("project", project));
        var booked = batch.Add($"""
            UPDATE artifacts.project_storage SET "Used" = "Used" + (SELECT COALESCE(SUM(b."Size"), 0) {Fresh})
            WHERE "ProjectId" = @project AND ("Limit" < 0 OR "Used" + (SELECT COALESCE(SUM(b."Size"), 0) {Fresh}) <= "Limit" OR NOT EXISTS (SELECT 1 {Fresh}) OR {SwitchedOff})
            """, ("project", project), ("repository", repository), ("digest", digest));
        batch.Add($"""INSERT INTO artifacts.project_blob ("ProjectId", "BlobId", "Size") SELECT @project, b."Id", b."Size" {Fresh}""", ("project", project), ("repository", repository), ("digest", digest));
        return booked;
    }

    /// <summary>Books artifacts that come back.</summary>
    public static async Task<Result> TakeAsync(PortalDbContext db, int project, IReadOnlyCollection<long> artifacts, CancellationToken cancellation)
    {
        await LockAsync(db, project, cancellation);
        var fresh = await db.Blobs.AsNoTracking().Where(b => db.ArtifactBlobs.Any(x => artifacts.Contains(x.ArtifactId) && x.BlobId == b.Id) && !db.ProjectBlobs.Any(p => p.ProjectId == project && p.BlobId == b.Id))
            .Select(b => new { b.Id, b.Size }).ToListAsync(cancellation);
        var sum = fresh.Sum(b => b.Size);
        if (fresh.Count == 0) return Result.Success;
        if (await db.ProjectStorages.Where(s => s.ProjectId == project && (s.Limit < 0 || s.Used + sum <= s.Limit || db.Settings.Any(x => x.Key == SettingKeys.QuotaPerProjectEnable.Name && x.Value == "false"))).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used + sum), cancellation) == 0)
            return await RefusalAsync(db, project, sum, cancellation);
        db.ProjectBlobs.AddRange(fresh.Select(b => new ProjectBlob { ProjectId = project, BlobId = b.Id, Size = b.Size }));
        await db.SaveChangesAsync(cancellation);
        return Result.Success;
    }

    /// <summary>Takes the project's claim off blobs that none of the artifacts names any more that it pays for: live ones, and as the settings say those in the trash.</summary>
    public static async Task ReleaseAsync(PortalDbContext db, int project, IReadOnlyCollection<long> artifacts, CancellationToken cancellation)
    {
        await LockAsync(db, project, cancellation);
        await ReleaseLockedAsync(db, project, db.ProjectBlobs.Where(b => b.ProjectId == project && db.ArtifactBlobs.Any(x => artifacts.Contains(x.ArtifactId) && x.BlobId == b.BlobId)), cancellation);
    }

    /// <summary>The same for everything that the project pays for without need.</summary>
    public static async Task ReleaseAllAsync(PortalDbContext db, int project, CancellationToken cancellation)
    {
        await LockAsync(db, project, cancellation);
        await ReleaseLockedAsync(db, project, db.ProjectBlobs.Where(b => b.ProjectId == project), cancellation);
    }

    /// <summary>Books what the project has to pay for and does not, whatever its limit says: for a change of what counts.</summary>
    public static async Task ChargeAllAsync(PortalDbContext db, int project, CancellationToken cancellation)
    {
        await LockAsync(db, project, cancellation);
        var paid = TrashWindow.Paid(db, project);
        var missing = await db.Blobs.AsNoTracking().Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id && paid.Any(a => a.Id == x.ArtifactId)) && !db.ProjectBlobs.Any(p => p.ProjectId == project && p.BlobId == b.Id))
            .Select(b => new { b.Id, b.Size }).ToListAsync(cancellation);
        db.ProjectBlobs.AddRange(missing.Select(b => new ProjectBlob { ProjectId = project, BlobId = b.Id, Size = b.Size }));
        await db.SaveChangesAsync(cancellation);
        var sum = missing.Sum(b => b.Size);
        await db.ProjectStorages.Where(s => s.ProjectId == project).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used + sum), cancellation);
    }

    static async Task ReleaseLockedAsync(PortalDbContext db, int project, IQueryable<ProjectBlob> among, CancellationToken cancellation)
    {
        var paid = TrashWindow.Paid(db, project);
        var unused = among.Where(b => !db.ArtifactBlobs.Any(x => x.BlobId == b.BlobId && paid.Any(a => a.Id == x.ArtifactId)));
        var sum = await unused.SumAsync(b => b.Size, cancellation);
        await unused.ExecuteDeleteAsync(cancellation);
        await db.ProjectStorages.Where(s => s.ProjectId == project).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used - sum)
            // what lies below a mark again is told anew when it is reached again
            .SetProperty(x => x.Noted, x => x.Limit > 0 && (x.Used - sum) * 100 >= x.Limit * 95 ? x.Noted : x.Limit > 0 && (x.Used - sum) * 100 >= x.Limit * 80 && x.Noted > 0 ? 80 : 0)
            .SetProperty(x => x.RefusedAt, x => sum > 0 ? null : x.RefusedAt), cancellation);
    }

    /// <summary>Why an artifact cannot be booked.</summary>
    public static async Task<Error> RefusalAsync(PortalDbContext db, int project, IReadOnlyCollection<long> blobs, CancellationToken cancellation)
    {
        var sum = await db.Blobs.Where(b => blobs.Contains(b.Id) && !db.ProjectBlobs.Any(p => p.ProjectId == project && p.BlobId == b.Id)).SumAsync(b => b.Size, cancellation);
        return await RefusalAsync(db, project, sum, cancellation);
    }

    static async Task<Error> RefusalAsync(PortalDbContext db, int project, long more, CancellationToken cancellation)
    {
        var account = await db.ProjectStorages.AsNoTracking().SingleAsync(s => s.ProjectId == project, cancellation);
        return ArtifactErrors.StorageLimit(more, account.Used, account.Limit);
    }

    static Task LockAsync(PortalDbContext db, int project, CancellationToken cancellation) =>
        db.ProjectStorages.Where(s => s.ProjectId == project).ExecuteUpdateAsync(s => s.SetProperty(x => x.Used, x => x.Used), cancellation);
}

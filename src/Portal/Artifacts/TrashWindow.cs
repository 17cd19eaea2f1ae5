using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access.Settings;
using Portal.Data;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>How long deletions can be taken back, and how much lies in them.</summary>
static class TrashWindow
{
    /// <summary>The window of a project: its own, else the system's.</summary>
    public static async Task<TimeSpan> OfAsync(PortalDbContext db, int project, CancellationToken cancellation)
    {
        var key = SettingKeys.TrashWindowDays.Name;
        var found = await db.Projects.Where(p => p.Id == project).Select(p => new { p.TrashDays, Default = db.Settings.Where(s => s.Key == key).Select(s => s.Value).FirstOrDefault() }).SingleAsync(cancellation);
        return TimeSpan.FromDays(found.TrashDays ?? int.Parse(found.Default ?? SettingKeys.TrashWindowDays.Default, CultureInfo.InvariantCulture));
    }

    /// <summary>Writes down what its artifacts, marked already, take: what nothing else names, and what is shared.</summary>
    public static async Task MeasureAsync(PortalDbContext db, Deletion deletion, CancellationToken cancellation)
    {
        if (deletion.Artifacts == 0) return;
        var id = deletion.Id;
        var named = db.Blobs.Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id && db.Artifacts.Any(a => a.Id == x.ArtifactId && a.DeletionId == id)));
        var all = await named.SumAsync(b => b.Size, cancellation);
        deletion.OwnBytes = await named.Where(b => !db.ArtifactBlobs.Any(x => x.BlobId == b.Id && db.Artifacts.Any(a => a.Id == x.ArtifactId && a.DeletionId != id))).SumAsync(b => b.Size, cancellation);
        deletion.SharedBytes = all - deletion.OwnBytes;
    }

    /// <summary>The same for many deletions by one statement.</summary>
    public static async Task MeasureAsync(PortalDbContext db, IReadOnlyList<Deletion> deletions, CancellationToken cancellation)
    {
        var ids = deletions.Where(d => d.Artifacts > 0).Select(d => (long?)d.Id).ToList();
        if (ids.Count == 0) return;
        var blobs = await (from a in db.Artifacts
                           where ids.Contains(a.DeletionId)
                           join x in db.ArtifactBlobs on a.Id equals x.ArtifactId
                           select new
                           {
                               a.DeletionId,
                               x.BlobId,
                               x.Blob!.Size,
                               Shared = db.ArtifactBlobs.Any(y => y.BlobId == x.BlobId && db.Artifacts.Any(o => o.Id == y.ArtifactId && o.DeletionId != a.DeletionId)),
                           }).Distinct().ToListAsync(cancellation);
        foreach (var (deletion, its) in deletions.Join(blobs.GroupBy(b => b.DeletionId), d => (long?)d.Id, b => b.Key, (d, b) => (d, b)))
            (deletion.OwnBytes, deletion.SharedBytes) = (its.Where(b => !b.Shared).Sum(b => b.Size), its.Where(b => b.Shared).Sum(b => b.Size));
    }

    /// <summary>Whether what lies in the trash counts against the quota, inside a query.</summary>
    public static IQueryable<Setting> Counted(PortalDbContext db) => db.Settings.Where(s => s.Key == SettingKeys.TrashCountsQuota.Name && s.Value == "true");

    /// <summary>The artifacts of a project that its account pays for.</summary>
    public static IQueryable<Artifact> Paid(PortalDbContext db, int project) => db.Artifacts.Where(a => a.ProjectId == project
        && (a.DeletionId == null || (Counted(db).Any() && db.Deletions.Any(d => d.Id == a.DeletionId && d.DestroyedAt == null))));
}

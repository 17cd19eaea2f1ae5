using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Ends the time of deletions in the trash. What is ended belongs to the garbage collection and comes back no more.</summary>
public sealed class DeletionEnd
{
    const int BatchSize = 200;

    readonly Transactions _transactions;
    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly AuditLog _audit;
    readonly TimeProvider _time;

    internal DeletionEnd(Transactions transactions, IDbContextFactory<PortalDbContext> contexts, AuditLog audit, TimeProvider time) => (_transactions, _contexts, _audit, _time) = (transactions, contexts, audit, time);

    /// <summary>Ends one, whatever its window says. The right to do so must have been checked. Restored or ended already: <c>CONFLICT</c>.</summary>
    public Task<Result> EndAsync(Caller caller, long deletionId, CancellationToken cancellation) => _transactions.RunAsync(db => EndAsync(db, caller, deletionId, early: true, cancellation), cancellation);

    /// <summary>Ends all whose window is over; returns how many.</summary>
    public async Task<int> EndExpiredAsync(Action<Deletion>? ended, CancellationToken cancellation)
    {
        var count = 0;
        while (true)
        {
            var now = _time.GetUtcNow();
            await using var db = await _contexts.CreateDbContextAsync(cancellation);
            var due = await Expired(db, now).AsNoTracking().OrderBy(d => d.Id).Take(BatchSize).ToListAsync(cancellation);
            foreach (var deletion in due)
            {
                var done = await _transactions.RunAsync(tx => EndAsync(tx, Caller.Portal, deletion.Id, early: false, cancellation), cancellation);
                // restored at the last moment
                if (!done.Ok) continue;
                count++;
                ended?.Invoke(deletion);
            }
            if (due.Count < BatchSize) return count;
        }
    }

    /// <summary>Deletions in the trash whose window is over.</summary>
    internal static IQueryable<Deletion> Expired(PortalDbContext db, DateTimeOffset now) => db.Deletions.Where(d => d.RestoredAt == null && d.DestroyedAt == null && d.ExpiresAt <= now);

    async Task<Result> EndAsync(PortalDbContext db, Caller caller, long id, bool early, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        // a restore that is under way holds this row: then there is nothing left to end
        if (await db.Deletions.Where(d => d.Id == id && d.RestoredAt == null && d.DestroyedAt == null && (early || d.ExpiresAt <= now)).ExecuteUpdateAsync(s => s.SetProperty(d => d.DestroyedAt, now), cancellation) == 0)
            return await db.Deletions.AnyAsync(d => d.Id == id && d.RestoredAt != null, cancellation) ? ArtifactErrors.Restored : ArtifactErrors.Destroyed;
        var deletion = await db.Deletions.AsNoTracking().SingleAsync(d => d.Id == id, cancellation);
        if (deletion.Artifacts > 0)
        {
            var artifacts = await db.Artifacts.Where(a => a.DeletionId == id).Select(a => a.Id).ToListAsync(cancellation);
            await StorageAccount.ReleaseAsync(db, deletion.ProjectId, artifacts, cancellation);
        }
        if (early)
        {
            _audit.Add(db, new(caller.Actor, AuditActions.Destroy, AuditResources.Trash, deletion.Name, deletion.ProjectId) { Before = new { deletion = id, artifacts = deletion.Artifacts, tags = deletion.Tags, bytes = deletion.OwnBytes } });
            await db.SaveChangesAsync(cancellation);
        }
        return Result.Success;
    }
}

/// <summary>Writes a deleted project down with its members.</summary>
sealed class ProjectTrash(TimeProvider time) : IProjectTrash
{
    /// <summary>A role as the trash keeps it.</summary>
    internal sealed record KeptMember(SubjectKind Kind, int Subject, int Role, string Repositories, string Tags, DateTimeOffset? Until, BindingOrigin Origin);

    public async ValueTask KeepAsync(PortalDbContext db, Caller caller, ProjectEntry project, IReadOnlyList<Binding> members, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        db.Deletions.Add(new()
        {
            ProjectId = project.Id,
            At = now,
            Actor = caller.Name,
            Kind = DeletionKind.Project,
            Name = project.Name,
            ExpiresAt = now + await TrashWindow.OfAsync(db, project.Id, cancellation),
            // robots have secrets that only their holders know, so they are made anew
            Content = JsonSerializer.Serialize(members.Where(m => m.SubjectKind != SubjectKind.Robot)
                .Select(m => new KeptMember(m.SubjectKind, m.SubjectId, m.RoleId, m.RepositoryPattern, m.TagPattern, m.Until, m.Origin))),
        });
    }
}

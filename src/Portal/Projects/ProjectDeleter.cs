using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>May refuse that a project is deleted.</summary>
public interface IProjectGuard
{
    /// <summary>Asked inside the transaction that deletes, and when somebody wants to know whether it could be.</summary>
    ValueTask<Result> CheckDeletionAsync(PortalDbContext db, ProjectEntry project, CancellationToken cancellation);
}

/// <summary>Keeps what a deleted project had, so that it can come back.</summary>
public interface IProjectTrash
{
    /// <summary>Called inside the transaction that deletes, before the members go.</summary>
    ValueTask KeepAsync(PortalDbContext db, Caller caller, ProjectEntry project, IReadOnlyList<Binding> members, CancellationToken cancellation);
}

/// <summary>Deletes projects that hold nothing any more.</summary>
public sealed class ProjectDeleter(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, IEnumerable<IProjectGuard> guards, ProjectDeletionRecord record)
{
    readonly IProjectGuard[] _guards = [.. guards];

    /// <summary>Deletes an empty project; its name is free again, and a new project of that name shares nothing with it. Needs <c>project:delete</c>.</summary>
    public async Task<Result> DeleteAsync(Caller caller, int projectId, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var project = await ProjectService.FindAsync(db, projectId, cancellation);
        if (project is null) return ProjectErrors.NotFound;
        var entry = new ProjectEntry(project.Id, project.Name, project.Public, project.AuditPulls, project.AuditPushes);
        var rights = await policy.RightsAsync(caller, entry.Target, cancellation);
        if (!rights.Has(Permissions.ProjectDelete)) return ProjectErrors.Refusal(caller, rights, Permissions.ProjectDelete);
        if (await RefuseAsync(db, entry, cancellation) is { } refusal) return refusal;
        var members = await db.Bindings.Where(b => b.ProjectId == projectId).ToListAsync(cancellation);
        await record.KeepAsync(db, caller, entry, members, cancellation);
        db.Bindings.RemoveRange(members);
        var robots = await RobotService.RemoveOfProjectAsync(db, projectId, cancellation);
        record.Audit(db, new(caller.Actor, AuditActions.Delete, AuditResources.Project, project.Name, project.Id) { Before = new { project.Public, project.Description, Members = members.Count } });
        project.Name = FormattableString.Invariant($"{project.Name}#{project.Id}");
        project.DeletedAt = record.Now;
        await db.SaveChangesAsync(cancellation);
        await record.AnnounceAsync(db, cancellation, [ProjectService.Notice(project.Id), .. robots, .. members.Select(m => AccessTopics.OfSubject(m.SubjectKind, m.SubjectId))]);
        await transaction.CommitAsync(cancellation);
        return Result.Success;
    }

    /// <summary>Whether a project could be deleted now, and why not. The right to delete it must have been checked.</summary>
    public async Task<Result> CheckAsync(ProjectEntry project, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await RefuseAsync(db, project, cancellation) is { } refusal ? refusal : Result.Success;
    }

    async Task<Error?> RefuseAsync(PortalDbContext db, ProjectEntry project, CancellationToken cancellation)
    {
        foreach (var guard in _guards)
            if (await guard.CheckDeletionAsync(db, project, cancellation) is { Ok: false } refusal) return refusal.Error;
        var repositories = await db.Repositories.CountAsync(r => r.ProjectId == project.Id && r.DeletionId == null, cancellation);
        return repositories > 0 ? ProjectErrors.NotEmpty(repositories) : null;
    }
}

/// <summary>What the deletion of a project leaves behind: what can be brought back, the audit row, the news.</summary>
public sealed class ProjectDeletionRecord(IEnumerable<IProjectTrash> trash, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    internal DateTimeOffset Now => time.GetUtcNow();

    internal async Task KeepAsync(PortalDbContext db, Caller caller, ProjectEntry project, IReadOnlyList<Binding> members, CancellationToken cancellation)
    {
        foreach (var keeper in trash) await keeper.KeepAsync(db, caller, project, members, cancellation);
    }

    internal void Audit(PortalDbContext db, AuditEntry entry) => audit.Add(db, entry);

    internal Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices) => feed.AnnounceAsync(db, cancellation, notices);
}

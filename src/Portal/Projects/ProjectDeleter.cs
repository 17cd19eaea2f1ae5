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

/// <summary>Deletes projects that hold nothing any more.</summary>
public sealed class ProjectDeleter(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, IEnumerable<IProjectGuard> guards, AuditLog audit, IChangeFeed feed, TimeProvider time)
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
        db.Bindings.RemoveRange(members);
        var robots = await RobotService.RemoveOfProjectAsync(db, projectId, cancellation);
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.Project, project.Name, project.Id) { Before = new { project.Public, project.Description, Members = members.Count } });
        project.Name = FormattableString.Invariant($"{project.Name}#{project.Id}");
        project.DeletedAt = time.GetUtcNow();
        await db.SaveChangesAsync(cancellation);
        await feed.AnnounceAsync(db, cancellation, [ProjectService.Notice(project.Id), .. robots, .. members.Select(m => AccessTopics.OfSubject(m.SubjectKind, m.SubjectId))]);
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

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>A lock that holds now.</summary>
public sealed record LockRow(int Id, LockTarget Target, string Reason, DateTimeOffset? Until, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>Reads locks; ended ones are not shown.</summary>
public sealed class LockQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, TimeProvider time)
{
    /// <summary>One page of a project's locks, widest first, then by name; the filter looks into repository, tag and reason. Needs <c>immutable-tag:list</c>.</summary>
    public async Task<Result<Page<LockRow>>> ListAsync(Caller caller, ProjectEntry project, PageRequest page, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, project.Target, cancellation);
        if (!rights.Has(Permissions.ImmutableTagList)) return ProjectErrors.Refusal(caller, rights, Permissions.ImmutableTagList);
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var locks = Holding(db, project.Id);
        if (page.Filter is { } text)
        {
            var like = Like.Contains(text.ToLowerInvariant());
            locks = locks.Where(l => EF.Functions.Like((l.Repository + ":" + l.Tag + " " + l.Reason).ToLower(), like, Like.Escape));
        }
        return await Rows(locks.OrderBy(l => l.Repository).ThenBy(l => l.Tag).ThenBy(l => l.Digest)).ToPageAsync(page, () => locks.CountAsync(cancellation), cancellation);
    }

    /// <summary>The locks that hold over a repository: the project's, its own, and those on its artifacts and tags; at most <see cref="LockService.MaxLocks"/>. For who may list repositories there.</summary>
    public async Task<Result<IReadOnlyList<LockRow>>> OfRepositoryAsync(Caller caller, ProjectEntry project, string repository, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, project.TargetOf(repository), cancellation);
        if (!rights.Has(Permissions.RepositoryList)) return ProjectErrors.Refusal(caller, rights, Permissions.RepositoryList);
        var tags = await policy.TagsAsync(caller, Permissions.TagList, project.TargetOf(repository), cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await Rows(Holding(db, project.Id).Where(l => l.Repository == "" || l.Repository == repository).OrderBy(l => l.Id)).ToListAsync(cancellation);
        return rows.Where(r => r.Target.Tag.Length == 0 || tags.Contains(r.Target.Tag)).ToList();
    }

    /// <summary>The lock on the project itself, for who may read it; null when there is none.</summary>
    public async Task<LockRow?> OfProjectAsync(ProjectEntry project, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(Holding(db, project.Id).Where(l => l.Repository == "")).FirstOrDefaultAsync(cancellation);
    }

    IQueryable<ProtectionLock> Holding(PortalDbContext db, int projectId)
    {
        var now = time.GetUtcNow();
        return db.Locks.AsNoTracking().Where(l => l.ProjectId == projectId && (l.Until == null || l.Until > now));
    }

    static IQueryable<LockRow> Rows(IQueryable<ProtectionLock> locks) => locks.Select(l => new LockRow(l.Id, new LockTarget(l.Repository, l.Tag, l.Digest), l.Reason, l.Until, l.CreatedAt, l.CreatedBy));
}

using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Who has which role at one place, a project or the whole system: what <see cref="BindingService"/> does, with a list beside it.</summary>
public sealed class MemberService(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, BindingService bindings, TimeProvider time)
{
    /// <summary>One page of members of a project, or of those who have a role on the whole system. Sorts by <c>name</c>, <c>role</c>, <c>since</c>, <c>until</c>, <c>active</c>; the filter looks into names and the role.</summary>
    public async Task<Result<Page<BindingRow>>> ListAsync(Caller caller, AccessTarget project, PageRequest page, CancellationToken cancellation, BindingFilter? filter = null)
    {
        if (await RefuseAsync(caller, Permissions.MemberList, project, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = BindingRows.Where(Rows(db, project), filter ?? new(), page.Filter, time.GetUtcNow());
        return await BindingRows.Sort(rows, page.SortColumn, page.Descending).ToPageAsync(page, () => rows.CountAsync(cancellation), cancellation);
    }

    /// <summary>Members by kind, for a caller who may list them; kinds without any are left out.</summary>
    public async Task<IReadOnlyDictionary<SubjectKind, int>> CountAsync(Caller caller, AccessTarget project, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberList, project, cancellation) is not null) return new Dictionary<SubjectKind, int>();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Bindings.Where(b => b.ProjectId == project.ProjectId).GroupBy(b => b.SubjectKind).Select(g => new { g.Key, Count = g.Select(b => b.SubjectId).Distinct().Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
    }

    /// <summary>One member of this place.</summary>
    public async Task<Result<BindingRow>> FindAsync(Caller caller, AccessTarget project, int memberId, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberRead, project, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, project).Where(r => r.Id == memberId).FirstOrDefaultAsync(cancellation) is { } row ? row : AccessErrors.NotAMember;
    }

    /// <summary>Adds a user by name.</summary>
    public Task<Result<int>> AddAsync(Caller caller, AccessTarget project, string projectName, string userName, string role, CancellationToken cancellation) =>
        AddAsync(caller, new BindingPlace(project, projectName), new BindingSubject(SubjectKind.User, 0, userName), role, null, cancellation);

    /// <summary>Adds a user, a group or a robot, for the place or a pattern inside it, for good or until a time.</summary>
    public Task<Result<int>> AddAsync(Caller caller, BindingPlace place, BindingSubject subject, string role, DateTimeOffset? until, CancellationToken cancellation) =>
        bindings.GiveAsync(caller, place, subject, role, until, cancellation);

    /// <summary>Gives a member another role.</summary>
    public Task<Result> ChangeAsync(Caller caller, AccessTarget project, string projectName, int memberId, string role, CancellationToken cancellation) =>
        ChangeAsync(caller, project, projectName, memberId, new BindingChange(role), cancellation);

    /// <summary>Gives a member another role or end.</summary>
    public async Task<Result> ChangeAsync(Caller caller, AccessTarget project, string projectName, int memberId, BindingChange change, CancellationToken cancellation) =>
        Member(await bindings.ChangeAsync(caller, project, projectName, memberId, change, cancellation));

    /// <summary>Takes a member's role back; rights are gone on every node within two seconds.</summary>
    public async Task<Result> RemoveAsync(Caller caller, AccessTarget project, string projectName, int memberId, CancellationToken cancellation) =>
        Member(await bindings.WithdrawAsync(caller, project, projectName, memberId, cancellation));

    static IQueryable<BindingRow> Rows(PortalDbContext db, AccessTarget project) => BindingRows.Of(db, db.Bindings.AsNoTracking().Where(b => b.ProjectId == project.ProjectId));

    static Result Member(Result result) => !result.Ok && result.Error == AccessErrors.NoBinding ? AccessErrors.NotAMember : result;

    async ValueTask<Error?> RefuseAsync(Caller caller, Permission right, AccessTarget project, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, project, cancellation);
        if (rights.Has(right)) return null;
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        return project.ProjectId is null || rights.Has(Permissions.ProjectRead) ? AccessErrors.Lacks(right) : Error.NotFound("The project");
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A binding and the name of its project.</summary>
public sealed record PlacedBinding
{
    public required BindingRow Binding { get; init; }

    /// <summary>Null for the whole system.</summary>
    public required string? Project { get; init; }
}

/// <summary>Reads who has which role, over all projects or at one place.</summary>
public sealed class BindingQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, ProjectDirectory directory, TimeProvider time)
{
    /// <summary>One page of all bindings, for a caller who may list members on the whole system. Sorts by <c>name</c>, <c>role</c>, <c>since</c>, <c>until</c>, <c>active</c>.</summary>
    public async Task<Result<Page<PlacedBinding>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation, BindingFilter? filter = null)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (!await policy.MayAsync(caller, Permissions.MemberList, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.MemberList);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ListAsync(db, db.Bindings, page.Bounded(), filter ?? new(), cancellation);
    }

    /// <summary>The same of one project, for a caller who may list its members.</summary>
    public async Task<Result<Page<PlacedBinding>>> ListAsync(Caller caller, ProjectEntry project, PageRequest page, CancellationToken cancellation, BindingFilter? filter = null)
    {
        var rights = await policy.RightsAsync(caller, project.Target, cancellation);
        if (!rights.Has(Permissions.MemberList)) return ProjectErrors.Refusal(caller, rights, Permissions.MemberList);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ListAsync(db, db.Bindings.Where(b => b.ProjectId == project.Id), page.Bounded(), filter ?? new(), cancellation);
    }

    /// <summary>One binding, for a caller who may read members at its place; missing and foreign answer alike.</summary>
    public async Task<Result<PlacedBinding>> FindAsync(Caller caller, int bindingId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await BindingRows.Of(db, db.Bindings.AsNoTracking().Where(b => b.Id == bindingId)).FirstOrDefaultAsync(cancellation);
        if (row is null) return AccessErrors.NoBinding;
        var project = row.ProjectId is { } id ? await directory.FindAsync(id, cancellation) : null;
        if (row.ProjectId is not null && project is null) return AccessErrors.NoBinding;
        return await policy.MayAsync(caller, Permissions.MemberRead, project?.Target ?? AccessTarget.System, cancellation)
            ? new PlacedBinding { Binding = row, Project = project?.Name }
            : AccessErrors.NoBinding;
    }

    async Task<Page<PlacedBinding>> ListAsync(PortalDbContext db, IQueryable<Binding> bindings, PageRequest page, BindingFilter filter, CancellationToken cancellation)
    {
        var rows = BindingRows.Where(BindingRows.Of(db, bindings.AsNoTracking()), filter, page.Filter, time.GetUtcNow());
        var placed = BindingRows.Sort(rows, page.SortColumn, page.Descending)
            .Select(r => new PlacedBinding { Binding = r, Project = db.Projects.Where(p => p.Id == r.ProjectId).Select(p => p.Name).FirstOrDefault() });
        return await placed.ToPageAsync(page, () => rows.CountAsync(cancellation), cancellation);
    }
}

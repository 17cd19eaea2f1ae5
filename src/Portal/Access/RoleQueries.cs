using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A role as lists show it.</summary>
public sealed record RoleRow
{
    public required int Id { get; init; }
    public required string Name { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required bool BuiltIn { get; init; }
    public required int? HarborId { get; init; }
    public required int Strength { get; init; }

    /// <summary>Holds every right, including those of later versions.</summary>
    public required bool Everything { get; init; }

    /// <summary>Its rights, such as <c>tag:delete</c>; empty when it holds everything.</summary>
    public required IReadOnlyList<string> Permissions { get; init; }

    /// <summary>Bindings by kind of holder; zero for a caller who may not list roles.</summary>
    public required int Users { get; init; }
    public required int Groups { get; init; }
    public required int Robots { get; init; }

    public int Holders => Users + Groups + Robots;

    /// <summary>The same rights as a set.</summary>
    public PermissionSet Rights => Everything ? PermissionSet.Everything : PermissionSet.Of(RoleRules.Known(Permissions));
}

/// <summary>Reads roles. What a role may do is no secret to anybody who is signed in; who holds it is for those who may list roles.</summary>
public sealed class RoleQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy)
{
    /// <summary>One page of roles, strongest first. Sorts by <c>name</c>, <c>role</c> (strength), <c>holders</c>; the filter looks into name and description.</summary>
    public async Task<Result<Page<RoleRow>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation, bool? builtIn = null)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var counted = await policy.MayAsync(caller, Permissions.RoleList, AccessTarget.System, cancellation);
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var roles = db.Roles.AsNoTracking();
        if (builtIn is { } shipped) roles = roles.Where(r => r.BuiltIn == shipped);
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToUpperInvariant());
            roles = roles.Where(r => EF.Functions.Like(r.Title.ToUpper(), like, Like.Escape) || EF.Functions.Like(r.Description.ToUpper(), like, Like.Escape) || EF.Functions.Like(r.Name.ToUpper(), like, Like.Escape));
        }
        roles = (page.SortColumn, page.Descending) switch
        {
            ("name", false) => roles.OrderBy(r => r.Title).ThenBy(r => r.Id),
            ("name", true) => roles.OrderByDescending(r => r.Title).ThenBy(r => r.Id),
            ("holders", false) => roles.OrderBy(r => counted ? db.Bindings.Count(b => b.RoleId == r.Id) : 0).ThenBy(r => r.Id),
            ("holders", true) => roles.OrderByDescending(r => counted ? db.Bindings.Count(b => b.RoleId == r.Id) : 0).ThenBy(r => r.Id),
            ("role", true) => roles.OrderBy(r => r.Strength).ThenBy(r => r.Id),
            _ => roles.OrderByDescending(r => r.Strength).ThenBy(r => r.Id),
        };
        return await Rows(db, roles, counted).ToPageAsync(page, () => roles.CountAsync(cancellation), cancellation);
    }

    /// <summary>One role.</summary>
    public async Task<Result<RoleRow>> FindAsync(Caller caller, int roleId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var counted = await policy.MayAsync(caller, Permissions.RoleList, AccessTarget.System, cancellation);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, db.Roles.AsNoTracking().Where(r => r.Id == roleId), counted).FirstOrDefaultAsync(cancellation) is { } row ? row : AccessErrors.NoRole;
    }

    /// <summary>Every role that can be given in a project, strongest first, for choosing one; at most as many as there can be.</summary>
    public async Task<IReadOnlyList<RoleRow>> ForProjectsAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, db.Roles.AsNoTracking().Where(r => !r.Everything).OrderByDescending(r => r.Strength).ThenBy(r => r.Id).Take(RoleRules.MaxRoles + BuiltInRoles.All.Count), counted: false)
            .ToListAsync(cancellation);
    }

    /// <summary>The same for the whole system: every role there is.</summary>
    public async Task<IReadOnlyList<RoleRow>> ForSystemAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, db.Roles.AsNoTracking().OrderByDescending(r => r.Strength).ThenBy(r => r.Id).Take(RoleRules.MaxRoles + BuiltInRoles.All.Count), counted: false).ToListAsync(cancellation);
    }

    static IQueryable<RoleRow> Rows(PortalDbContext db, IQueryable<Role> roles, bool counted) => roles.Select(r => new RoleRow
    {
        Id = r.Id,
        Name = r.Name,
        Title = r.Title,
        Description = r.Description,
        BuiltIn = r.BuiltIn,
        HarborId = r.HarborId,
        Strength = r.Strength,
        Everything = r.Everything,
        Permissions = r.Permissions.OrderBy(p => p.Resource).ThenBy(p => p.Action).Select(p => p.Resource + ":" + p.Action).ToList(),
        Users = counted ? db.Bindings.Count(b => b.RoleId == r.Id && b.SubjectKind == SubjectKind.User) : 0,
        Groups = counted ? db.Bindings.Count(b => b.RoleId == r.Id && b.SubjectKind == SubjectKind.Group) : 0,
        Robots = counted ? db.Bindings.Count(b => b.RoleId == r.Id && b.SubjectKind == SubjectKind.Robot) : 0,
    });
}

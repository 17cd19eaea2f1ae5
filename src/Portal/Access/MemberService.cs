using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A member of a project as lists show it.</summary>
public sealed record MemberRow(int Id, int ProjectId, int UserId, string Name, string DisplayName, string RoleName, string RoleTitle, int? RoleHarborId, bool Disabled, DateTimeOffset Since, string AddedBy);

/// <summary>Who belongs to a project with which role. A role is given by name; nobody gives more than they have.</summary>
public sealed class MemberService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IAccessPolicy policy, AccountEffects effects, AuditLog audit)
{
    /// <summary>One page of members. Sorts by <c>name</c>, <c>role</c>, <c>since</c>.</summary>
    public async Task<Result<Page<MemberRow>>> ListAsync(Caller caller, AccessTarget project, PageRequest page, CancellationToken cancellation, string? exactName = null)
    {
        if (await RefuseAsync(caller, Permissions.MemberList, project, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = Rows(db, project.ProjectId!.Value);
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToUpperInvariant());
            rows = rows.Where(r => EF.Functions.Like(r.User.NormalizedUserName!, like, Like.Escape) || EF.Functions.Like(r.User.DisplayName.ToUpper(), like, Like.Escape));
        }
        if (exactName?.ToUpperInvariant() is { } name) rows = rows.Where(r => r.User.NormalizedUserName == name);
        var sorted = (page.SortColumn, page.Descending) switch
        {
            ("role", false) => rows.OrderByDescending(r => r.Binding.Role!.Strength).ThenBy(r => r.User.NormalizedUserName),
            ("role", true) => rows.OrderBy(r => r.Binding.Role!.Strength).ThenBy(r => r.User.NormalizedUserName),
            ("since", false) => rows.OrderBy(r => r.Binding.CreatedAt).ThenBy(r => r.Binding.Id),
            ("since", true) => rows.OrderByDescending(r => r.Binding.CreatedAt).ThenBy(r => r.Binding.Id),
            (_, true) => rows.OrderByDescending(r => r.User.NormalizedUserName),
            _ => rows.OrderBy(r => r.User.NormalizedUserName),
        };
        return await sorted.Select(Row).ToPageAsync(page, () => rows.CountAsync(cancellation), cancellation);
    }

    /// <summary>One member of this project.</summary>
    public async Task<Result<MemberRow>> FindAsync(Caller caller, AccessTarget project, int memberId, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberRead, project, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, project.ProjectId!.Value).Where(r => r.Binding.Id == memberId).Select(Row).FirstOrDefaultAsync(cancellation) is { } row ? row : AccessErrors.NotAMember;
    }

    /// <summary>Adds a user by name with a built-in project role.</summary>
    public async Task<Result<int>> AddAsync(Caller caller, AccessTarget project, string projectName, string userName, string role, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberCreate, project, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var given = await RoleAsync(db, caller, project, role, cancellation);
        if (!given.Ok) return given.Error;
        var normalized = userName.ToUpperInvariant();
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NormalizedUserName == normalized && !u.Deleted, cancellation);
        if (user is null) return Error.NotFound($"The user {userName}") with { Field = "member_user" };
        var binding = effects.NewBinding(caller, user.Id, given.Value.Id, project.ProjectId);
        db.Bindings.Add(binding);
        audit.Add(db, new(caller.Actor, AuditActions.Create, AuditResources.Member, $"{projectName}/{user.UserName}", project.ProjectId) { After = new { Role = given.Value.Name } });
        return await SaveAsync(db, user.Id, user.UserName!, cancellation) is { } taken ? taken : binding.Id;
    }

    /// <summary>Gives a member another role.</summary>
    public async Task<Result> ChangeAsync(Caller caller, AccessTarget project, string projectName, int memberId, string role, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberUpdate, project, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var given = await RoleAsync(db, caller, project, role, cancellation);
        if (!given.Ok) return given.Error;
        var found = await Rows(db, project.ProjectId!.Value).Where(r => r.Binding.Id == memberId).Select(r => new { r.Binding, r.Binding.Role, r.User.UserName }).FirstOrDefaultAsync(cancellation);
        if (found is null) return AccessErrors.NotAMember;
        found.Binding.RoleId = given.Value.Id;
        found.Binding.UpdatedAt = effects.Now;
        audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Member, $"{projectName}/{found.UserName}", project.ProjectId) { Before = new { Role = found.Role!.Name }, After = new { Role = given.Value.Name } });
        return await SaveAsync(db, found.Binding.SubjectId, found.UserName!, cancellation) is { } refused ? refused : Result.Success;
    }

    /// <summary>Takes a member out of the project; rights are gone on every node within two seconds.</summary>
    public async Task<Result> RemoveAsync(Caller caller, AccessTarget project, string projectName, int memberId, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberDelete, project, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await Rows(db, project.ProjectId!.Value).Where(r => r.Binding.Id == memberId).Select(r => new { r.Binding, r.Binding.Role, r.User.UserName }).FirstOrDefaultAsync(cancellation);
        if (found is null) return AccessErrors.NotAMember;
        db.Bindings.Remove(found.Binding);
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.Member, $"{projectName}/{found.UserName}", project.ProjectId) { Before = new { Role = found.Role!.Name } });
        return await SaveAsync(db, found.Binding.SubjectId, found.UserName!, cancellation) is { } refused ? refused : Result.Success;
    }

    static IQueryable<Membership> Rows(PortalDbContext db, int projectId) =>
        from binding in db.Bindings
        where binding.ProjectId == projectId && binding.SubjectKind == SubjectKind.User
        join user in db.Users on binding.SubjectId equals user.Id
        select new Membership { Binding = binding, User = user };

    static readonly System.Linq.Expressions.Expression<Func<Membership, MemberRow>> Row = r => new MemberRow(r.Binding.Id, r.Binding.ProjectId!.Value, r.User.Id, r.User.UserName!,
        r.User.DisplayName, r.Binding.Role!.Name, r.Binding.Role.Title, r.Binding.Role.HarborId, r.User.DisabledAt != null, r.Binding.CreatedAt, r.Binding.CreatedBy);

    sealed class Membership
    {
        public required Binding Binding { get; init; }
        public required User User { get; init; }
    }

    async Task<Error?> SaveAsync(PortalDbContext db, int userId, string userName, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.AlreadyMember(userName);
        }
        await effects.AnnounceAsync(db, userId, cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    async Task<Result<Role>> RoleAsync(PortalDbContext db, Caller caller, AccessTarget project, string name, CancellationToken cancellation)
    {
        var built = BuiltInRoles.OfProjects.FirstOrDefault(r => r.Name == name);
        if (built is null) return Error.Invalid("role_id", $"A role in a project is one of {string.Join(", ", BuiltInRoles.OfProjects.Select(r => r.Name))}.");
        if (!(await policy.RightsAsync(caller, project, cancellation)).Covers(built.Permissions))
            return new Error("FORBIDDEN", $"You cannot give the role {built.Title}, because it holds rights that you do not have.", ErrorKind.Forbidden, "role_id");
        return await db.Roles.AsNoTracking().SingleAsync(r => r.Name == name, cancellation);
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, Permission right, AccessTarget project, CancellationToken cancellation)
    {
        if (project.ProjectId is null) throw new ArgumentException("Members belong to a project.", nameof(project));
        var rights = await policy.RightsAsync(caller, project, cancellation);
        if (rights.Has(right)) return null;
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        return rights.Has(Permissions.ProjectRead) ? AccessErrors.Lacks(right) : Error.NotFound("The project");
    }
}

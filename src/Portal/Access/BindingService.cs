using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// Gives roles to users, groups and robots, and takes them back. Nobody gives, changes or takes a role with rights that they lack at that place;
/// the last administrator stays. Every change is audited and known on every node within two seconds.
/// </summary>
public sealed class BindingService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IAccessPolicy policy, AccountEffects effects, IChangeFeed feed, AuditLog audit)
{
    /// <summary>Gives a role; the answer is the binding's id. A subject has one role per place; one that has ended makes room.</summary>
    public async Task<Result<int>> GiveAsync(Caller caller, BindingPlace place, BindingSubject subject, string role, DateTimeOffset? until, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberCreate, place.Target, cancellation) is { } refusal) return refusal;
        if ((place.Check() ?? CheckEnd(until)) is { } wrong) return wrong;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var given = await RoleAsync(db, caller, place.Target, role, cancellation);
        if (!given.Ok) return given.Error;
        if (given.Value.Everything && !place.Whole) return AccessErrors.RoleForSystem(given.Value.Title);
        var found = await SubjectAsync(db, place.Target, subject, cancellation);
        if (!found.Ok) return found.Error;
        var (kind, id, name) = found.Value;
        var binding = await db.Bindings.FirstOrDefaultAsync(b => b.ProjectId == place.Target.ProjectId && b.SubjectKind == kind && b.SubjectId == id
            && b.RepositoryPattern == place.RepositoryPattern && b.TagPattern == place.TagPattern, cancellation);
        if (binding is not null && (binding.Until is null || binding.Until > effects.Now)) return AccessErrors.AlreadyMember(name);
        if (binding is null) db.Bindings.Add(binding = effects.NewBinding(caller, id, given.Value.Id, place.Target.ProjectId));
        (binding.SubjectKind, binding.RepositoryPattern, binding.TagPattern) = (kind, place.RepositoryPattern, place.TagPattern);
        (binding.RoleId, binding.Until, binding.CreatedAt, binding.UpdatedAt, binding.CreatedBy) = (given.Value.Id, until, effects.Now, effects.Now, caller.Name);
        Record(db, caller, AuditActions.Create, place.Name, name, binding, null, Shown(binding, given.Value.Name));
        return await SaveAsync(db, binding, name, cancellation) is { } taken ? taken : binding.Id;
    }

    /// <summary>Gives another role or another end. The place stays.</summary>
    public async Task<Result> ChangeAsync(Caller caller, AccessTarget target, string placeName, int bindingId, BindingChange change, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberUpdate, target, cancellation) is { } refusal) return refusal;
        if (!change.Forever && CheckEnd(change.Until) is { } wrong) return wrong;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await FindAsync(db, caller, target, bindingId, cancellation);
        if (!found.Ok) return found.Error;
        var binding = found.Value;
        var before = Shown(binding, binding.Role!.Name);
        var given = change.Role is null ? binding.Role! : null;
        if (given is null)
        {
            var wanted = await RoleAsync(db, caller, target, change.Role!, cancellation);
            if (!wanted.Ok) return wanted.Error;
            given = wanted.Value;
            if (given.Everything && (binding.RepositoryPattern.Length > 0 || binding.TagPattern.Length > 0)) return AccessErrors.RoleForSystem(given.Title);
        }
        var until = change.Forever ? null : change.Until ?? binding.Until;
        (binding.RoleId, binding.Role, binding.Until, binding.UpdatedAt) = (given.Id, given, until, effects.Now);
        var name = await NameAsync(db, binding, cancellation);
        Record(db, caller, AuditActions.Update, placeName, name, binding, before, Shown(binding, given.Name));
        return await SaveAsync(db, binding, name, cancellation) is { } refused ? refused : Result.Success;
    }

    /// <summary>Takes a role back.</summary>
    public async Task<Result> WithdrawAsync(Caller caller, AccessTarget target, string placeName, int bindingId, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, Permissions.MemberDelete, target, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await FindAsync(db, caller, target, bindingId, cancellation);
        if (!found.Ok) return found.Error;
        var binding = found.Value;
        db.Bindings.Remove(binding);
        var name = await NameAsync(db, binding, cancellation);
        Record(db, caller, AuditActions.Delete, placeName, name, binding, Shown(binding, binding.Role!.Name), null);
        return await SaveAsync(db, binding, name, cancellation) is { } refused ? refused : Result.Success;
    }

    /// <summary>A binding of this place whose present role the caller may touch.</summary>
    async Task<Result<Binding>> FindAsync(PortalDbContext db, Caller caller, AccessTarget target, int bindingId, CancellationToken cancellation)
    {
        var binding = await db.Bindings.Include(b => b.Role!.Permissions).FirstOrDefaultAsync(b => b.Id == bindingId && b.ProjectId == target.ProjectId, cancellation);
        if (binding is null) return AccessErrors.NoBinding;
        var excess = Excess(binding.Role!, target, await policy.RightsAsync(caller, target, cancellation));
        return excess is { } lacked ? AccessErrors.RoleBeyondChanger(binding.Role!.Title, lacked) : binding;
    }

    async Task<Result<Role>> RoleAsync(PortalDbContext db, Caller caller, AccessTarget target, string name, CancellationToken cancellation)
    {
        var role = await db.Roles.Include(r => r.Permissions).FirstOrDefaultAsync(r => r.Name == name, cancellation);
        if (role is null) return AccessErrors.UnknownRole;
        if (target.ProjectId is not null)
        {
            if (role.Everything) return AccessErrors.RoleForSystem(role.Title);
            if ((RoleRules.Of(role) & PermissionWords.OfProjects) == PermissionSet.None) return AccessErrors.RoleForProjects(role.Title);
        }
        return Excess(role, target, await policy.RightsAsync(caller, target, cancellation)) is { } lacked ? AccessErrors.RoleBeyondGiver(role.Title, lacked) : role;
    }

    // Inside a project only what counts there is compared; the rest of a role has no effect there.
    static Permission? Excess(Role role, AccessTarget target, PermissionSet held)
    {
        var rights = RoleRules.Of(role);
        if (target.ProjectId is not null && !role.Everything) rights &= PermissionWords.OfProjects;
        return held.Covers(rights) ? null : Permissions.All.First(p => rights.Has(p) && !held.Has(p));
    }

    static async Task<Result<(SubjectKind Kind, int Id, string Name)>> SubjectAsync(PortalDbContext db, AccessTarget target, BindingSubject subject, CancellationToken cancellation)
    {
        var (kind, id, name) = subject;
        switch (kind)
        {
            case SubjectKind.User:
                var normalized = name.ToUpperInvariant();
                var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => !u.Deleted && (id > 0 ? u.Id == id : u.NormalizedUserName == normalized), cancellation);
                return user is null ? Error.NotFound(id > 0 ? "The user" : $"The user {name}") with { Field = "member_user" } : (kind, user.Id, user.UserName!);
            case SubjectKind.Group:
                var group = await db.Groups.AsNoTracking().FirstOrDefaultAsync(g => id > 0 ? g.Id == id : g.Name == name, cancellation);
                return group is null ? Error.NotFound(id > 0 ? "The group" : $"The group {name}") with { Field = "member_group" } : (kind, group.Id, group.Name);
            case SubjectKind.Robot:
                var robot = await db.Robots.AsNoTracking().FirstOrDefaultAsync(r => id > 0 ? r.Id == id : r.Login == name, cancellation);
                if (robot is null) return Error.NotFound(id > 0 ? "The robot" : $"The robot {name}") with { Field = "subject" };
                return robot.ProjectId is { } home && home != target.ProjectId ? AccessErrors.RobotElsewhere : (kind, robot.Id, robot.Login);
            default:
                return Error.Invalid("subject_kind", "A role is given to a user, a group or a robot.");
        }
    }

    static async Task<string> NameAsync(PortalDbContext db, Binding binding, CancellationToken cancellation) => (binding.SubjectKind switch
    {
        SubjectKind.User => await db.Users.Where(u => u.Id == binding.SubjectId).Select(u => u.UserName).FirstOrDefaultAsync(cancellation),
        SubjectKind.Group => await db.Groups.Where(g => g.Id == binding.SubjectId).Select(g => g.Name).FirstOrDefaultAsync(cancellation),
        _ => await db.Robots.Where(r => r.Id == binding.SubjectId).Select(r => r.Login).FirstOrDefaultAsync(cancellation),
    }) ?? FormattableString.Invariant($"{binding.SubjectKind} {binding.SubjectId}");

    Error? CheckEnd(DateTimeOffset? until) => until is { } end && end <= effects.Now ? AccessErrors.UntilPast : null;

    void Record(PortalDbContext db, Caller caller, string action, string place, string subject, Binding binding, object? before, object? after) =>
        audit.Add(db, new(caller.Actor, action, AuditResources.Member, $"{place}/{subject}", binding.ProjectId) { Before = before, After = after });

    static object Shown(Binding binding, string role) => new
    {
        Role = role,
        Subject = binding.SubjectKind == SubjectKind.User ? null : binding.SubjectKind.ToString().ToLowerInvariant(),
        Repositories = binding.RepositoryPattern.Length > 0 ? binding.RepositoryPattern : null,
        Tags = binding.TagPattern.Length > 0 ? binding.TagPattern : null,
        binding.Until,
    };

    async Task<Error?> SaveAsync(PortalDbContext db, Binding binding, string name, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        try
        {
            if (binding.ProjectId is not null) await db.SaveChangesAsync(cancellation);
            else if (await effects.LastAdministrator.SaveAsync(db, cancellation) is { } last) return last;
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.AlreadyMember(name);
        }
        await feed.AnnounceAsync(db, cancellation, AccessTopics.OfSubject(binding.SubjectKind, binding.SubjectId));
        await transaction.CommitAsync(cancellation);
        return null;
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, Permission right, AccessTarget target, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, target, cancellation);
        if (rights.Has(right)) return null;
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        return target.ProjectId is null || rights.Has(Permissions.ProjectRead) ? AccessErrors.Lacks(right) : Error.NotFound("The project");
    }
}

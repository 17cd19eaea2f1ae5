using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A custom role as somebody wants it.</summary>
/// <param name="Title">1 to 100 characters; its key is made of it.</param>
/// <param name="Description">At most 500 characters.</param>
/// <param name="Rights">Rights of the catalogue, such as <c>tag:delete</c>.</param>
public sealed record RoleDraft(string Title, string Description, IReadOnlyList<string> Rights);

/// <summary>
/// Makes and changes custom roles. A role never holds a right that its author lacks on the whole system at that moment, and what ships with Portal is never changed.
/// </summary>
public sealed class RoleService(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IAccessPolicy policy, IChangeFeed feed, AuditLog audit)
{
    /// <summary>Makes a role; the answer is its id.</summary>
    public async Task<Result<int>> CreateAsync(Caller caller, RoleDraft draft, CancellationToken cancellation)
    {
        var allowed = await AllowedAsync(caller, Permissions.RoleCreate, cancellation);
        if (!allowed.Ok) return allowed.Error;
        var rights = RoleRules.Rights(draft.Rights);
        if (!rights.Ok) return rights.Error;
        return await CreateAsync(caller, allowed.Value, draft.Title, draft.Description, rights.Value, cancellation);
    }

    /// <summary>Makes a custom role with the rights that another one has now; the answer is its id. The copy of a role that holds everything holds what there is today.</summary>
    public async Task<Result<int>> CloneAsync(Caller caller, int roleId, string title, CancellationToken cancellation)
    {
        var allowed = await AllowedAsync(caller, Permissions.RoleCreate, cancellation);
        if (!allowed.Ok) return allowed.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var source = await db.Roles.AsNoTracking().Include(r => r.Permissions).FirstOrDefaultAsync(r => r.Id == roleId, cancellation);
        return source is null ? AccessErrors.NoRole : await CreateAsync(caller, allowed.Value, title, source.Description, RoleRules.Of(source), cancellation);
    }

    /// <summary>Changes name, description and rights; every holder has the new rights within two seconds.</summary>
    public async Task<Result> UpdateAsync(Caller caller, int roleId, RoleDraft draft, CancellationToken cancellation)
    {
        var allowed = await AllowedAsync(caller, Permissions.RoleUpdate, cancellation);
        if (!allowed.Ok) return allowed.Error;
        if (RoleRules.Check(draft.Title, draft.Description) is { } wrong) return wrong;
        var wanted = RoleRules.Rights(draft.Rights);
        if (!wanted.Ok) return wanted.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await CustomAsync(db, roleId, cancellation);
        if (!found.Ok) return found.Error;
        var role = found.Value;
        var present = RoleRules.Of(role);
        if (Excess(present | wanted.Value, allowed.Value) is { } excess) return AccessErrors.RoleBeyondAuthor(excess);
        var before = Shown(role);
        (role.Title, role.Name, role.Description) = (draft.Title.Trim(), RoleRules.Key(draft.Title), draft.Description.Trim());
        Put(role, wanted.Value);
        audit.Add(db, new(caller.Actor, AuditActions.Update, AuditResources.Role, role.Name) { Before = before, After = Shown(role) });
        return await SaveAsync(db, transaction, role, cancellation) is { } taken ? taken : Result.Success;
    }

    /// <summary>Deletes a custom role that nobody holds and no group rule gives.</summary>
    public async Task<Result> DeleteAsync(Caller caller, int roleId, CancellationToken cancellation)
    {
        var allowed = await AllowedAsync(caller, Permissions.RoleDelete, cancellation);
        if (!allowed.Ok) return allowed.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await CustomAsync(db, roleId, cancellation);
        if (!found.Ok) return found.Error;
        if (await db.Bindings.CountAsync(b => b.RoleId == roleId, cancellation) is > 0 and var held) return AccessErrors.RoleHeld(held);
        if (await InRulesAsync(db, roleId, cancellation) is { } ruled) return ruled;
        audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.Role, found.Value.Name) { Before = Shown(found.Value) });
        db.Roles.Remove(found.Value);
        return await SaveAsync(db, transaction, found.Value, cancellation) is { } refused ? refused : Result.Success;
    }

    async Task<Result<int>> CreateAsync(Caller caller, PermissionSet allowed, string title, string description, PermissionSet rights, CancellationToken cancellation)
    {
        if (RoleRules.Check(title, description) is { } wrong) return wrong;
        if (Excess(rights, allowed) is { } excess) return AccessErrors.RoleBeyondAuthor(excess);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await db.Roles.CountAsync(r => !r.BuiltIn, cancellation) >= RoleRules.MaxRoles) return AccessErrors.TooManyRoles;
        var role = new Role { Title = title.Trim(), Name = RoleRules.Key(title), Description = description.Trim() };
        Put(role, rights);
        db.Roles.Add(role);
        audit.Add(db, new(caller.Actor, AuditActions.Create, AuditResources.Role, role.Name) { After = Shown(role) });
        return await SaveAsync(db, transaction, role, cancellation) is { } taken ? taken : role.Id;
    }

    static void Put(Role role, PermissionSet rights)
    {
        var wanted = Permissions.All.Where(rights.Has).ToList();
        role.Strength = RoleRules.Strength(rights);
        role.Permissions.RemoveAll(p => !wanted.Exists(w => w.Resource == p.Resource && w.Action == p.Action));
        foreach (var right in wanted.Where(w => !role.Permissions.Exists(p => p.Resource == w.Resource && p.Action == w.Action)))
            role.Permissions.Add(new() { Resource = right.Resource, Action = right.Action });
    }

    async Task<Error?> SaveAsync(PortalDbContext db, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, Role role, CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            return AccessErrors.RoleTaken(role.Title);
        }
        catch (DbUpdateException) when (db.Entry(role).State == EntityState.Deleted)
        {
            // somebody was given the role, or a rule gives it, since it was looked at: the database refuses to take it away from them
            await transaction.RollbackAsync(cancellation);
            await using var after = await contexts.CreateDbContextAsync(cancellation);
            return await InRulesAsync(after, role.Id, cancellation) ?? AccessErrors.RoleHeld(Math.Max(1, await after.Bindings.CountAsync(b => b.RoleId == role.Id, cancellation)));
        }
        await feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Role, role.Name));
        await transaction.CommitAsync(cancellation);
        return null;
    }

    static async Task<Error?> InRulesAsync(PortalDbContext db, int roleId, CancellationToken cancellation)
    {
        const int Named = 3;
        var rules = db.MappingRules.Where(r => r.RoleId == roleId);
        var count = await rules.CountAsync(cancellation);
        if (count == 0) return null;
        var patterns = await rules.OrderBy(r => r.Position).ThenBy(r => r.Id).Take(Named).Select(r => r.Pattern).ToListAsync(cancellation);
        return AccessErrors.RoleInRules(patterns, count - patterns.Count);
    }

    static async Task<Result<Role>> CustomAsync(PortalDbContext db, int roleId, CancellationToken cancellation) =>
        await db.Roles.Include(r => r.Permissions).FirstOrDefaultAsync(r => r.Id == roleId, cancellation) is not { } role ? AccessErrors.NoRole
        : role.BuiltIn ? AccessErrors.RoleBuiltIn : role;

    static object Shown(Role role) => new { role.Title, role.Description, Rights = RoleRules.Texts(RoleRules.Of(role)) };

    static Permission? Excess(PermissionSet wanted, PermissionSet allowed) =>
        Permissions.All.Where(p => wanted.Has(p) && !allowed.Has(p)).Select(p => (Permission?)p).FirstOrDefault();

    async ValueTask<Result<PermissionSet>> AllowedAsync(Caller caller, Permission right, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var rights = await policy.RightsAsync(caller, AccessTarget.System, cancellation);
        return rights.Has(right) ? rights : AccessErrors.Lacks(right);
    }
}

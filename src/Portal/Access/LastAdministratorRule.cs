using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// There is always an administrator who can sign in: an enabled user with a role that holds everything, on the whole system and without an end, given to them or to a
/// group of theirs. Whatever could take the last one away is saved through here.
/// </summary>
public sealed class LastAdministratorRule
{
    /// <summary>
    /// Saves what is pending on <paramref name="db"/>, within its transaction. Refused (<see cref="AccessErrors.LastAdministrator"/>) when that would leave no administrator;
    /// the caller then drops the transaction. Two who try at the same time take turns, so that not both can be allowed.
    /// </summary>
    public async Task<Error?> SaveAsync(PortalDbContext db, CancellationToken cancellation)
    {
        if (db.Database.CurrentTransaction is null) throw new InvalidOperationException("The rule holds within a transaction.");
        // writing locks the row until the transaction ends, and what was read before the lock would be out of date
        await db.Roles.Where(r => r.Name == BuiltInRoles.SystemAdministrator.Name).ExecuteUpdateAsync(s => s.SetProperty(r => r.Name, r => r.Name), cancellation);
        var before = await Administrators(db).AnyAsync(cancellation);
        await db.SaveChangesAsync(cancellation);
        return before && !await Administrators(db).AnyAsync(cancellation) ? AccessErrors.LastAdministrator : null;
    }

    /// <summary>The bindings that make administrators: of the whole system, without an end.</summary>
    internal static IQueryable<Binding> Lasting(PortalDbContext db) => Everything(db).Where(b => b.Until == null);

    /// <summary>The bindings that hold everything on the whole system, whenever they end.</summary>
    internal static IQueryable<Binding> Everything(PortalDbContext db) =>
        db.Bindings.Where(b => b.ProjectId == null && b.RepositoryPattern == "" && b.TagPattern == "" && b.Role!.Everything);

    /// <summary>The accounts that count.</summary>
    internal static IQueryable<User> Administrators(PortalDbContext db) => Holders(db, Lasting(db)).Where(u => u.DisabledAt == null);

    /// <summary>The living accounts behind bindings, their groups' with them.</summary>
    internal static IQueryable<User> Holders(PortalDbContext db, IQueryable<Binding> bindings) => db.Users.Where(u => !u.Deleted && bindings.Any(b =>
        (b.SubjectKind == SubjectKind.User && b.SubjectId == u.Id) || (b.SubjectKind == SubjectKind.Group && db.GroupMembers.Any(m => m.GroupId == b.SubjectId && m.UserId == u.Id))));
}

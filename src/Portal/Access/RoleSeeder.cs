using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>Brings the rows of the built-in roles up to what this version ships.</summary>
sealed class RoleSeeder(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, IChangeFeed feed)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await ApplyAsync(cancellation);
        }
        catch (DbUpdateException e) when (provider.IsUniqueViolation(e))
        {
            await ApplyAsync(cancellation); // another node seeded at the same moment
        }
    }

    async Task ApplyAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = await db.Roles.Include(r => r.Permissions).Where(r => r.BuiltIn).ToListAsync(cancellation);
        foreach (var role in BuiltInRoles.All)
        {
            var row = rows.Find(r => r.Name == role.Name);
            if (row is null) db.Roles.Add(row = new() { Name = role.Name });
            (row.Title, row.Description, row.BuiltIn, row.HarborId, row.Strength) = (role.Title, role.Description, true, role.HarborId, role.Strength);
            row.Everything = role.Permissions == PermissionSet.Everything;
            var wanted = row.Everything ? [] : Permissions.All.Where(role.Permissions.Has).ToList();
            row.Permissions.RemoveAll(p => !wanted.Exists(w => w.Resource == p.Resource && w.Action == p.Action));
            foreach (var p in wanted.Where(w => !row.Permissions.Exists(r => r.Resource == w.Resource && r.Action == w.Action)))
                row.Permissions.Add(new() { Resource = p.Resource, Action = p.Action });
        }
        if (await db.SaveChangesAsync(cancellation) > 0) await feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Role, "built-in"));
    }
}

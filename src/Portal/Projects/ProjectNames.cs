using Microsoft.EntityFrameworkCore;
using Portal.Access.Groups;
using Portal.Data;

namespace Portal.Projects;

/// <summary>Answers mapping rules which projects there are.</summary>
sealed class ProjectNames : IProjectNames
{
    public async Task<IReadOnlyDictionary<string, int>> FindAsync(PortalDbContext db, IReadOnlyCollection<string> names, CancellationToken cancellation) =>
        await db.Projects.AsNoTracking().Where(p => names.Contains(p.Name) && p.DeletedAt == null).ToDictionaryAsync(p => p.Name, p => p.Id, StringComparer.Ordinal, cancellation);

    public async Task<IReadOnlyDictionary<int, string>> NamesAsync(PortalDbContext db, IReadOnlyCollection<int> ids, CancellationToken cancellation) =>
        await db.Projects.AsNoTracking().Where(p => ids.Contains(p.Id) && p.DeletedAt == null).ToDictionaryAsync(p => p.Id, p => p.Name, cancellation);
}

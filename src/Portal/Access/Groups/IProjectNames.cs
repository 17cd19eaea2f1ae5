using Portal.Data;

namespace Portal.Access.Groups;

/// <summary>Finds projects by name for mapping rules. Access knows no projects, so Projects answers.</summary>
public interface IProjectNames
{
    /// <summary>The ids of the living projects among these names; unknown names are left out.</summary>
    Task<IReadOnlyDictionary<string, int>> FindAsync(PortalDbContext db, IReadOnlyCollection<string> names, CancellationToken cancellation);

    /// <summary>The names of these projects; unknown ids are left out.</summary>
    Task<IReadOnlyDictionary<int, string>> NamesAsync(PortalDbContext db, IReadOnlyCollection<int> ids, CancellationToken cancellation);
}

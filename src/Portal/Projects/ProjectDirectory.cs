using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;

namespace Portal.Projects;

/// <summary>What every request needs to know of a project.</summary>
public sealed record ProjectEntry(int Id, string Name, bool Public, bool AuditPulls, bool AuditPushes)
{
    public AccessTarget Target => AccessTarget.Project(Id, Name, Public);

    /// <summary>A repository of this project, by its path within the project; it need not exist.</summary>
    public AccessTarget TargetOf(string repository) => Target.In(repository);

    /// <summary>A tag in a repository of this project; it need not exist.</summary>
    public AccessTarget TargetOf(string repository, string tag) => Target.In(repository).Tagged(tag);
}

/// <summary>Projects by name and id from memory, dropped by the change feed.</summary>
public sealed class ProjectDirectory
{
    /// <summary>The change feed's topic for projects; the key is the id.</summary>
    public const string Topic = "project";

    /// <summary>Names kept in memory, known and unknown; past this all are dropped.</summary>
    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<string, ProjectEntry> _byName = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<int, ProjectEntry> _byId = new();
    int _generation;

    public ProjectDirectory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic })) return;
            Interlocked.Increment(ref _generation);
            _byName.Clear();
            _byId.Clear();
        });
    }

    /// <summary>Finds a project by name; null when there is none.</summary>
    public async ValueTask<ProjectEntry?> FindAsync(string name, CancellationToken cancellation)
    {
        if (_byName.TryGetValue(name, out var known)) return known;
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return Keep(generation, await Entries(db.Projects.Where(p => p.Name == name)).FirstOrDefaultAsync(cancellation));
    }

    /// <summary>Finds a project by id; null when there is none.</summary>
    public async ValueTask<ProjectEntry?> FindAsync(int id, CancellationToken cancellation)
    {
        if (_byId.TryGetValue(id, out var known)) return known;
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return Keep(generation, await Entries(db.Projects.Where(p => p.Id == id)).FirstOrDefaultAsync(cancellation));
    }

    // What was read before a change arrived is answered but not kept.
    ProjectEntry? Keep(int generation, ProjectEntry? entry)
    {
        if (entry is null || generation != Volatile.Read(ref _generation)) return entry;
        if (_byName.Count >= MaxCached)
        {
            _byName.Clear();
            _byId.Clear();
        }
        return _byName[entry.Name] = _byId[entry.Id] = entry;
    }

    static IQueryable<ProjectEntry> Entries(IQueryable<Project> projects) =>
        projects.AsNoTracking().Where(p => p.DeletedAt == null).Select(p => new ProjectEntry(p.Id, p.Name, p.Public, p.AuditPulls, p.AuditPushes));
}

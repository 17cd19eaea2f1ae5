using System.Collections.Concurrent;
using System.Globalization;
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

/// <summary>
/// Projects by name and id. All are kept in memory and followed by the change feed, so that a name that nobody uses costs what a used one costs: how long an
/// answer takes does not tell a stranger whether a project exists.
/// </summary>
public sealed class ProjectDirectory : IDisposable
{
    /// <summary>The change feed's topic for projects; the key is the id.</summary>
    public const string Topic = "project";

    /// <summary>Projects kept in memory. Where there are more, every lookup asks the database, for known and unknown names alike.</summary>
    const int MaxKept = 100_000;

    /// <summary>Changed projects that are read one by one; past this all are read again.</summary>
    const int MaxStale = 1_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly SemaphoreSlim _reading = new(1, 1);
    readonly Lock _lock = new();
    readonly Dictionary<int, int> _stale = [];
    volatile Kept? _kept;
    volatile bool _current;
    volatile bool _tooMany;
    int _version;

    public ProjectDirectory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic })) return;
            lock (_lock)
            {
                _version++;
                if (notice is { } changed && int.TryParse(changed.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && _stale.Count < MaxStale) _stale[id] = _version;
                else Drop();
                _current = false;
            }
        });
    }

    public void Dispose() => _reading.Dispose();

    /// <summary>Finds a project by name; null when there is none.</summary>
    public ValueTask<ProjectEntry?> FindAsync(string name, CancellationToken cancellation) =>
        _current && _kept is { } kept ? new(kept.ByName.GetValueOrDefault(name)) : new(ReadAsync(k => k.ByName.GetValueOrDefault(name), projects => projects.Where(p => p.Name == name), cancellation));

    /// <summary>Finds a project by id; null when there is none.</summary>
    public ValueTask<ProjectEntry?> FindAsync(int id, CancellationToken cancellation) =>
        _current && _kept is { } kept ? new(kept.ById.GetValueOrDefault(id)) : new(ReadAsync(k => k.ById.GetValueOrDefault(id), projects => projects.Where(p => p.Id == id), cancellation));

    async Task<ProjectEntry?> ReadAsync(Func<Kept, ProjectEntry?> find, Func<IQueryable<Project>, IQueryable<Project>> one, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (!_tooMany)
        {
            await _reading.WaitAsync(cancellation);
            try
            {
                if (!_current) await RefreshAsync(db, cancellation);
                if (_current && _kept is { } kept) return find(kept);
            }
            finally
            {
                _reading.Release();
            }
        }
        // There are too many, or one changed while they were read: this answer comes from the database alone.
        return await Entries(one(db.Projects)).FirstOrDefaultAsync(cancellation);
    }

    async Task RefreshAsync(PortalDbContext db, CancellationToken cancellation)
    {
        int version;
        Kept? kept;
        List<int> stale;
        lock (_lock) (version, kept, stale) = (_version, _kept, [.. _stale.Keys]);
        if (kept is null)
        {
            var all = await Entries(db.Projects).Take(MaxKept + 1).ToListAsync(cancellation);
            _tooMany = all.Count > MaxKept;
            if (_tooMany) return;
            kept = new();
            foreach (var entry in all) kept.Put(entry);
        }
        else
        {
            var changed = (await Entries(db.Projects.Where(p => stale.Contains(p.Id))).ToListAsync(cancellation)).ToDictionary(p => p.Id);
            foreach (var id in stale) kept.Replace(id, changed.GetValueOrDefault(id));
        }
        lock (_lock)
        {
            if (_kept is null && version != _version) return; // what was read before a change arrived is not kept
            foreach (var id in stale)
                if (_stale.TryGetValue(id, out var since) && since <= version) _stale.Remove(id);
            _kept = kept;
            _current = _stale.Count == 0;
        }
    }

    void Drop()
    {
        _kept = null;
        _stale.Clear();
    }

    static IQueryable<ProjectEntry> Entries(IQueryable<Project> projects) =>
        projects.AsNoTracking().Where(p => p.DeletedAt == null).OrderBy(p => p.Id).Select(p => new ProjectEntry(p.Id, p.Name, p.Public, p.AuditPulls, p.AuditPushes));

    /// <summary>The projects by both of their names.</summary>
    sealed class Kept
    {
        public ConcurrentDictionary<string, ProjectEntry> ByName { get; } = new(StringComparer.Ordinal);
        public ConcurrentDictionary<int, ProjectEntry> ById { get; } = new();

        public void Put(ProjectEntry entry) => ByName[entry.Name] = ById[entry.Id] = entry;

        /// <summary>Puts what a project is now in the place of what it was; null for one that is gone.</summary>
        public void Replace(int id, ProjectEntry? now)
        {
            if (ById.TryGetValue(id, out var before) && before.Name != now?.Name) ByName.TryRemove(KeyValuePair.Create(before.Name, before));
            if (now is not null) Put(now);
            else ById.TryRemove(id, out _);
        }
    }
}

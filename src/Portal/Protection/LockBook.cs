using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Protection;

/// <summary>The locks of one project, made ready to ask.</summary>
sealed class LockSet(IEnumerable<ProtectionLock> locks)
{
    readonly Dictionary<LockTarget, ProtectionLock> _locks = locks.ToDictionary(l => new LockTarget(l.Repository, l.Tag, l.Digest));

    /// <summary>The lock that keeps a tag, or an artifact alone (<paramref name="tag"/> empty); the widest is named. Null when none holds now.</summary>
    public ProtectionLock? Find(string repository, string tag, string digest, DateTimeOffset now)
    {
        if (_locks.Count == 0) return null;
        return At(new(), now) ?? At(new(repository), now) ?? (digest.Length > 0 ? At(new(repository, Digest: digest), now) : null) ?? (tag.Length > 0 ? At(new(repository, tag), now) : null);
    }

    ProtectionLock? At(LockTarget target, DateTimeOffset now) => _locks.TryGetValue(target, out var found) && (found.Until is null || found.Until > now) ? found : null;
}

/// <summary>The locks of each project from memory; a change reaches every node within two seconds.</summary>
sealed class LockBook
{
    /// <summary>The change feed's topic; the key is the project's id.</summary>
    public const string Topic = "lock";

    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<int, LockSet> _sets = new();
    int _generation;

    public LockBook(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic })) return;
            Interlocked.Increment(ref _generation);
            if (notice is { } one && int.TryParse(one.Key, CultureInfo.InvariantCulture, out var project)) _sets.TryRemove(project, out _);
            else _sets.Clear();
        });
    }

    public static ChangeNotice Changed(int projectId) => new(Topic, projectId.ToString(CultureInfo.InvariantCulture));

    public ValueTask<LockSet> OfAsync(int projectId, CancellationToken cancellation) => _sets.TryGetValue(projectId, out var known) ? new(known) : new(LoadAsync(projectId, cancellation));

    /// <summary>The same as a transaction sees them.</summary>
    public static async Task<LockSet> ReadAsync(PortalDbContext db, int projectId, CancellationToken cancellation) =>
        new(await db.Locks.AsNoTracking().Where(l => l.ProjectId == projectId).ToListAsync(cancellation));

    async Task<LockSet> LoadAsync(int projectId, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var set = await ReadAsync(db, projectId, cancellation);
        if (generation != Volatile.Read(ref _generation)) return set; // a change arrived meanwhile: answer, but do not keep
        if (_sets.Count >= MaxCached) _sets.Clear();
        return _sets[projectId] = set;
    }
}

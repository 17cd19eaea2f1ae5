using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Settings;
using Portal.Data;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>What bounds a project, as this node last saw it.</summary>
/// <param name="Limit">Bytes of the project; -1 for none, as for the two below.</param>
/// <param name="Used">Bytes that the project named when this was read.</param>
/// <param name="RepositoryLimit">Bytes of each repository.</param>
/// <param name="TagLimit">Tags of each repository.</param>
sealed record QuotaBounds(long Limit, long Used, long RepositoryLimit, int TagLimit)
{
    public static QuotaBounds None { get; } = new(ProjectStorage.Unlimited, 0, ProjectStorage.Unlimited, -1);

    /// <summary>True when nothing can be refused.</summary>
    public bool Nothing => Limit < 0 && RepositoryLimit < 0 && TagLimit < 0;
}

/// <summary>
/// The bounds of projects from memory. Those without a limit are kept until the change feed says otherwise, so they cost no statement;
/// the others are read again after <see cref="Fresh"/>.
/// </summary>
sealed class QuotaMemory
{
    /// <summary>The change feed's topic; the key is the project's id.</summary>
    public const string Topic = "quota";

    /// <summary>How long the bytes of a limited project are believed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>Projects kept; past this all are dropped.</summary>
    const int MaxKept = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<int, (QuotaBounds Bounds, long At)> _kept = new();
    StorageDefaults? _defaults;
    int _generation;

    public QuotaMemory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _time) = (contexts, time);
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic or AccessTopics.Settings })) return;
            Interlocked.Increment(ref _generation);
            if (notice is { Topic: Topic } one && int.TryParse(one.Key, out var project))
            {
                _kept.TryRemove(project, out _);
                return;
            }
            Volatile.Write(ref _defaults, null);
            _kept.Clear();
        });
    }

    public static ChangeNotice Changed(int project) => new(Topic, FormattableString.Invariant($"{project}"));

    public ValueTask<QuotaBounds> FindAsync(int project, CancellationToken cancellation) =>
        _kept.TryGetValue(project, out var known) && (known.Bounds.Nothing || _time.GetElapsedTime(known.At) < Fresh) ? new(known.Bounds) : new(ReadAsync(project, cancellation));

    /// <summary>The bounds as a transaction sees them; without a statement for a project that has none.</summary>
    public async ValueTask<QuotaBounds> FindAsync(PortalDbContext db, int project, CancellationToken cancellation) =>
        _kept.TryGetValue(project, out var known) && known.Bounds.Nothing ? known.Bounds : (await ReadAsync(db, project, cancellation)).Bounds;

    /// <summary>The bounds as they are now.</summary>
    public async Task<QuotaBounds> ReadAsync(int project, CancellationToken cancellation)
    {
        var (generation, at) = (Volatile.Read(ref _generation), _time.GetTimestamp());
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var (bounds, defaults) = await ReadAsync(db, project, cancellation);
        if (generation != Volatile.Read(ref _generation)) return bounds; // a change arrived meanwhile: answer, but do not keep
        if (_kept.Count >= MaxKept) _kept.Clear();
        Volatile.Write(ref _defaults, defaults);
        _kept[project] = (bounds, at);
        return bounds;
    }

    async Task<(QuotaBounds Bounds, StorageDefaults Defaults)> ReadAsync(PortalDbContext db, int project, CancellationToken cancellation)
    {
        var defaults = Volatile.Read(ref _defaults) ?? await StorageDefaults.ReadAsync(db, cancellation);
        var row = defaults.Enabled ? await db.ProjectStorages.AsNoTracking().FirstOrDefaultAsync(s => s.ProjectId == project, cancellation) : null;
        return (row is null ? QuotaBounds.None : new(row.Limit, row.Used, row.RepositoryLimit ?? defaults.PerRepository, row.TagLimit ?? defaults.TagsPerRepository), defaults);
    }
}

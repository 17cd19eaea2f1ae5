using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Immutability;

/// <summary>The rules of each project with their patterns compiled, from memory; a change reaches every node within two seconds.</summary>
sealed class ImmutabilityDirectory
{
    /// <summary>The change feed's topic; the key is a project's id, or empty for the system's defaults.</summary>
    public const string Topic = "immutability";

    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<int, RuleSet> _sets = new();
    int _generation;

    public ImmutabilityDirectory(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: Topic })) return;
            Interlocked.Increment(ref _generation);
            if (notice is { Key.Length: > 0 } one && int.TryParse(one.Key, CultureInfo.InvariantCulture, out var project)) _sets.TryRemove(project, out _);
            else _sets.Clear();
        });
    }

    /// <summary>What to announce when rules of a project change; null for the system's.</summary>
    public static ChangeNotice Changed(int? projectId) => new(Topic, projectId?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <summary>The rules that count in a project: its own, and the system's unless it is exempt.</summary>
    public ValueTask<RuleSet> OfAsync(int projectId, CancellationToken cancellation) => _sets.TryGetValue(projectId, out var known) ? new(known) : new(LoadAsync(projectId, cancellation));

    async Task<RuleSet> LoadAsync(int projectId, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var rules = await Counting(db, projectId).Where(r => !r.Disabled).OrderBy(r => r.Id).ToListAsync(cancellation);
        var set = rules.Count == 0 ? RuleSet.Empty : RuleSet.Of(rules);
        if (generation != Volatile.Read(ref _generation)) return set; // a change arrived meanwhile: answer, but do not keep
        if (_sets.Count >= MaxCached) _sets.Clear();
        return _sets[projectId] = set;
    }

    /// <summary>Own and inherited rules of a project.</summary>
    public static IQueryable<ImmutabilityRule> Counting(PortalDbContext db, int projectId) =>
        db.ImmutabilityRules.AsNoTracking().Where(r => r.ProjectId == projectId || (r.ProjectId == null && !db.ImmutabilityExemptions.Any(e => e.ProjectId == projectId)));
}

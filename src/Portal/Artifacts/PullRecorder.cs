using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Data;

namespace Portal.Artifacts;

/// <summary>
/// Counts pulls in memory and writes them in groups: per tag, artifact and repository the count and the time, per index above a platform the time.
/// What is counted is bounded by how many different things are pulled, not by how often; an orderly stop writes all, a crash loses one interval.
/// </summary>
public sealed class PullRecorder(IDbContextFactory<PortalDbContext> contexts, TimeProvider time, IOptions<ArtifactOptions> options, ILogger<PullRecorder> log) : BackgroundService
{
    const int GroupSize = 1_000;

    readonly ConcurrentDictionary<(long Repository, long Artifact, long Tag), Counter> _counters = new();

    /// <summary>Counts one pull; never waits.</summary>
    public void Record(ArtifactEntry artifact)
    {
        Add((artifact.RepositoryId, artifact.Id, artifact.TagId), 1);
    }

    void Add((long, long, long) key, int count)
    {
        // a closed counter has left the table already, so the next look finds or makes an open one
        while (!_counters.GetOrAdd(key, static _ => new()).TryAdd(count)) { }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.PullFlushSeconds), time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await FlushAsync();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping: the last interval is written below
        }
        await FlushAsync();
    }

    /// <summary>Writes what has been counted. What cannot be written is counted again and written next time.</summary>
    public async Task FlushAsync()
    {
        var taken = new List<(long Repository, long Artifact, long Tag, int Count)>();
        foreach (var (key, counter) in _counters)
            if (_counters.TryRemove(new(key, counter)) && counter.Close() is > 0 and var count)
                taken.Add((key.Repository, key.Artifact, key.Tag, count));
        if (taken.Count == 0) return;
        var now = time.GetUtcNow();
        var done = 0;
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            foreach (var part in taken.Chunk(GroupSize))
            {
                await WriteAsync(db, part, now);
                done += part.Length;
            }
        }
        catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException { InnerException: DbException })
        {
            log.LogWarning(e, "{Count} pull counts wait for the database", taken.Count - done);
            foreach (var (repository, artifact, tag, count) in taken.Skip(done)) Add((repository, artifact, tag), count);
        }
    }

    static async Task WriteAsync(PortalDbContext db, IReadOnlyCollection<(long Repository, long Artifact, long Tag, int Count)> part, DateTimeOffset now)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        foreach (var (count, ids) in Sums(part.Where(p => p.Tag != 0).Select(p => (p.Tag, p.Count))))
            await db.Tags.Where(t => ids.Contains(t.Id)).ExecuteUpdateAsync(s => s.SetProperty(t => t.PullCount, t => t.PullCount + count).SetProperty(t => t.LastPulledAt, now));
        foreach (var (count, ids) in Sums(part.Select(p => (p.Artifact, p.Count))))
            await db.Artifacts.Where(a => ids.Contains(a.Id)).ExecuteUpdateAsync(s => s.SetProperty(a => a.PullCount, a => a.PullCount + count).SetProperty(a => a.LastPulledAt, now));
        var pulled = part.Select(p => p.Artifact).Distinct().ToList();
        await db.Artifacts.Where(p => p.DeletionId == null && p.Children.Any(c => db.Artifacts.Any(a => pulled.Contains(a.Id) && a.RepositoryId == p.RepositoryId && a.Digest == c.ChildDigest)))
            .ExecuteUpdateAsync(s => s.SetProperty(p => p.LastPulledAt, now));
        foreach (var (count, ids) in Sums(part.Select(p => (p.Repository, p.Count))))
            await db.Repositories.Where(r => ids.Contains(r.Id)).ExecuteUpdateAsync(s => s.SetProperty(r => r.PullCount, r => r.PullCount + count).SetProperty(r => r.LastPulledAt, now));
        await transaction.CommitAsync();
    }

    // one statement for all rows that rise by the same number
    static IEnumerable<(int Count, List<long> Ids)> Sums(IEnumerable<(long Id, int Count)> rows) =>
        rows.GroupBy(r => r.Id).Select(g => (Id: g.Key, Count: g.Sum(r => r.Count))).GroupBy(r => r.Count).Select(g => (g.Key, g.Select(r => r.Id).Order().ToList()));

    sealed class Counter
    {
        const int Closed = int.MinValue;
        int _count;

        /// <summary>False when the counter has been taken away to be written.</summary>
        public bool TryAdd(int by)
        {
            while (true)
            {
                var now = Volatile.Read(ref _count);
                if (now == Closed) return false;
                if (Interlocked.CompareExchange(ref _count, now + by, now) == now) return true;
            }
        }

        public int Close() => Interlocked.Exchange(ref _count, Closed);
    }
}

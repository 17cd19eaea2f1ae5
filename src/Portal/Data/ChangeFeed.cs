using System.Collections.Immutable;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portal.Data;

/// <summary>Something cached has changed: what kind of thing, and which one.</summary>
/// <param name="Topic">Short and stable, such as <c>user</c>, <c>project</c>, <c>tag</c>.</param>
/// <param name="Key">The thing's key within the topic, at most 600 characters.</param>
public readonly record struct ChangeNotice(string Topic, string Key);

/// <summary>
/// Tells caches on every node what to drop. A notice is announced inside the transaction that makes the change and arrives after it commits:
/// within milliseconds on PostgreSQL (LISTEN/NOTIFY), within a second on SQL Server (a polled table), and at once on the announcing node, which hears itself twice.
/// </summary>
public interface IChangeFeed
{
    /// <summary>Announces changes with the transaction of <paramref name="db"/>, or at once when it has none.</summary>
    Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices);

    /// <summary>Hands every notice to <paramref name="handler"/>. A null notice means that some may have been missed: drop everything.</summary>
    IDisposable Subscribe(Action<ChangeNotice?> handler);
}

/// <summary>A row of the polled change table (SQL Server).</summary>
public sealed class Change
{
    public long Id { get; set; }
    public string Topic { get; set; } = "";
    public string Key { get; set; } = "";
    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Change>
    {
        public void Configure(EntityTypeBuilder<Change> b)
        {
            b.ToTable("change", "data");
            b.Property(c => c.Topic).HasMaxLength(32);
            b.Property(c => c.Key).HasMaxLength(600);
            b.HasIndex(c => c.At);
        }
    }
}

sealed class ChangeFeed(IDatabaseProvider provider, IOptions<DatabaseOptions> options, ILogger<ChangeFeed> log) : BackgroundService, IChangeFeed
{
    readonly ConditionalWeakTable<DbContext, List<ChangeNotice>> _uncommitted = [];
    ImmutableArray<Action<ChangeNotice?>> _handlers = [];

    public Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices)
    {
        if (db.Database.CurrentTransaction is null) Raise(notices);
        else _uncommitted.GetOrCreateValue(db).AddRange(notices);
        return provider.AnnounceAsync(db, notices, cancellation);
    }

    /// <summary>Raises on this node what the context announced, the moment its transaction is over, so that whoever made a change sees it in the very next request.</summary>
    internal void Ended(DbContext? db, bool committed)
    {
        if (db is null || !_uncommitted.TryGetValue(db, out var notices)) return;
        _uncommitted.Remove(db);
        if (committed) Raise([.. notices]);
    }

    public IDisposable Subscribe(Action<ChangeNotice?> handler)
    {
        ImmutableInterlocked.Update(ref _handlers, h => h.Add(handler));
        return new Subscription(() => ImmutableInterlocked.Update(ref _handlers, h => h.Remove(handler)));
    }

    void Raise(params ReadOnlySpan<ChangeNotice> notices)
    {
        foreach (var notice in notices)
            foreach (var handler in _handlers)
                handler(notice);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var notice in provider.ListenAsync(options.Value.ConnectionString, DropAll, stoppingToken)) Raise(notice);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { return; }
            catch (Exception e)
            {
                log.LogWarning(e, "The change feed was interrupted; caches are dropped and it starts again");
            }
            DropAll();
            await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    void DropAll()
    {
        foreach (var handler in _handlers) handler(null);
    }

    sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}

/// <summary>Tells the feed when a transaction is over.</summary>
sealed class ChangeFeedCommits(ChangeFeed feed) : DbTransactionInterceptor
{
    public override void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => feed.Ended(eventData.Context, true);

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        feed.Ended(eventData.Context, true);
        return Task.CompletedTask;
    }

    public override void TransactionRolledBack(DbTransaction transaction, TransactionEndEventData eventData) => feed.Ended(eventData.Context, false);

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        feed.Ended(eventData.Context, false);
        return Task.CompletedTask;
    }
}

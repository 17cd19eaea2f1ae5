using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Data;

namespace Portal.Audit;

/// <summary>Writes audit rows: with the change they describe, or in batches for events that have no transaction of their own.</summary>
public sealed class AuditLog(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, TimeProvider time, ILogger<AuditLog> log) : BackgroundService
{
    /// <summary>Events waiting to be written; when full, whoever records one waits.</summary>
    public const int MaxWaiting = 20_000;

    const int BatchSize = 5_000;

    readonly Channel<AuditEvent> _waiting = Channel.CreateBounded<AuditEvent>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Adds a row to the change that <paramref name="db"/> is about to save.</summary>
    public void Add(PortalDbContext db, AuditEntry entry) => db.AuditEvents.Add(entry.ToEvent(time.GetUtcNow()));

    /// <summary>Writes a row now, on its own: for refusals and sign-ins.</summary>
    public async Task WriteAsync(AuditEntry entry, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        Add(db, entry);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Hands a row to the batch writer, which saves within a second: for pulls.</summary>
    public ValueTask RecordAsync(AuditEntry entry, CancellationToken cancellation) => _waiting.Writer.WriteAsync(entry.ToEvent(time.GetUtcNow()), cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<AuditEvent>(BatchSize);
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), stoppingToken);
                await DrainAsync(batch);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: what is waiting is still written below.
        }
        _waiting.Writer.TryComplete();
        await DrainAsync(batch);
    }

    async Task DrainAsync(List<AuditEvent> batch)
    {
        while (true)
        {
            while (batch.Count < BatchSize && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            if (batch.Count == 0) return;
            try
            {
                await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
                await provider.AppendAsync(db, "audit.event", AuditEvent.Columns, [.. batch.Select(e => e.Values())], CancellationToken.None);
                batch.Clear();
            }
            catch (Exception e) when (e is System.Data.Common.DbException)
            {
                // The batch stays and is written when the database is back; the bounded channel slows pulls meanwhile.
                log.LogError(e, "{Count} audit rows wait for the database", batch.Count);
                await Task.Delay(TimeSpan.FromSeconds(1));
                if (_waiting.Reader.Completion.IsCompleted) return;
            }
        }
    }
}

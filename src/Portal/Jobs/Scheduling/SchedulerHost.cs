using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Data;
using Portal.Jobs.Engine;
using Quartz;

namespace Portal.Jobs.Scheduling;

/// <summary>
/// Runs this node's share of the clustered scheduler over the tables of the schema <c>quartz</c>, beside the server and not in its way: it starts a moment later, and
/// begins again when it cannot.
/// </summary>
sealed class SchedulerHost : BackgroundService
{
    public const string Schema = "quartz";

    static readonly TimeSpan StartAfter = TimeSpan.FromSeconds(3);
    static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LookEvery = TimeSpan.FromMinutes(5);

    readonly IDatabaseProvider _provider;
    readonly DatabaseOptions _database;
    readonly ScheduleSync _sync;
    readonly ScheduleFiring _firing;
    readonly ILoggerFactory _loggers;
    readonly ILogger _log;
    readonly SemaphoreSlim _changed = new(0, 1);
    readonly IDisposable _subscription;
    readonly string _node;

    public SchedulerHost(IDatabaseProvider provider, IOptions<DatabaseOptions> database, ScheduleSync sync, ScheduleFiring firing, SchedulerSurroundings around)
    {
        (_provider, _database, _sync, _firing, _loggers) = (provider, database.Value, sync, firing, around.Loggers);
        (_log, _node) = (_loggers.CreateLogger<SchedulerHost>(), around.Lease.Node.Id);
        _subscription = around.Feed.Subscribe(notice =>
        {
            if (notice is null or { Topic: JobTopics.Schedule }) Changed();
        });
    }

    /// <summary>Why it does not run; null while it does, and until it was first tried.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Whether it fires schedules.</summary>
    public bool Runs { get; private set; }

    void Changed()
    {
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Told twice in the same moment.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = StartAfter;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _log.LogWarning(e, "The scheduler did not start or was interrupted, and begins again");
                (Trouble, wait) = (e.Message, AgainAfter);
            }
        }
    }

    async Task RunAsync(CancellationToken stopping)
    {
        await using var services = Services();
        var scheduler = await services.GetRequiredService<ISchedulerFactory>().GetScheduler(stopping);
        try
        {
            await scheduler.Start(stopping);
            (Runs, Trouble) = (true, null);
            while (!stopping.IsCancellationRequested)
            {
                await _sync.RunAsync(scheduler, stopping);
                await _changed.WaitAsync(LookEvery, stopping);
            }
        }
        finally
        {
            Runs = false;
            await scheduler.Shutdown(false, CancellationToken.None);
        }
    }

    // A container of its own, because only now the address of the database is known, and so that a failed start leaves nothing behind.
    ServiceProvider Services()
    {
        var services = new ServiceCollection();
        services.AddSingleton(_loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>)).AddSingleton(_firing);
        services.AddQuartz(q =>
        {
            q.ConfigureScheduler(s => (s.InstanceName, s.InstanceId) = ("portal", _node));
            q.UseDefaultThreadPool(2);
            q.UsePersistentStore(store =>
            {
                _provider.UseScheduleStore(store, _database.ConnectionString);
                store.UseSystemTextJsonSerializer();
                store.ProvisionSchema();
                store.UseClustering(c => (c.CheckinInterval, c.CheckinMisfireThreshold) = (TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)));
                store.ConfigureStore(o => (o.TablePrefix, o.StoreJobDataAsStrings, o.MisfireThreshold) = ($"{Schema}.qrtz_", true, TimeSpan.FromSeconds(60)));
            });
        });
        return services.BuildServiceProvider();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription.Dispose();
        await base.StopAsync(cancellationToken);
    }
}

/// <summary>What the scheduler is told from outside.</summary>
sealed class SchedulerSurroundings(IChangeFeed feed, NodeLease lease, ILoggerFactory loggers)
{
    public IChangeFeed Feed => feed;

    public NodeLease Lease => lease;

    public ILoggerFactory Loggers => loggers;
}

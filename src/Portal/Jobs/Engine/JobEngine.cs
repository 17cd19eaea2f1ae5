using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Data;
using Portal.Jobs.Scheduling;

namespace Portal.Jobs.Engine;

/// <summary>
/// This node's share of the work. One loop renews the lease, takes over what others lost and begins waiting runs while a worker of their lane is free; it sleeps until
/// the change feed tells of new work, a run ends, or the lease is to be renewed.
/// </summary>
sealed class JobEngine : BackgroundService
{
    /// <summary>How long an orderly stop waits for runs to save what they have.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    static readonly JobLane[] Lanes = Enum.GetValues<JobLane>();

    readonly ConcurrentDictionary<long, (RunHandle Handle, JobLane Lane, Task Work)> _running = new();
    readonly SemaphoreSlim _wake = new(0, 1);
    readonly NodeLease _lease;
    readonly RunClaims _claims;
    readonly RunStarter _starter;
    readonly ScheduleSeed _seed;
    readonly IDisposable _subscription;
    readonly JobOptions _options;
    readonly ILogger<JobEngine> _log;
    long _renewed;
    long _looked;

    public JobEngine(NodeLease lease, RunClaims claims, RunStarter starter, ScheduleSeed seed, IChangeFeed feed, EngineSettings settings)
    {
        (_lease, _claims, _starter, _seed, _options, _log) = (lease, claims, starter, seed, settings.Options, settings.Log);
        _subscription = feed.Subscribe(Hear);
    }

    /// <summary>How long ago the lease was last renewed; null before the first time.</summary>
    public TimeSpan? Age => Interlocked.Read(ref _renewed) is var at and not 0 ? Stopwatch.GetElapsedTime(at) : null;

    void Hear(ChangeNotice? notice)
    {
        if (notice is null || notice is { Topic: JobTopics.Queue }) Wake();
        else if (notice is { Topic: JobTopics.Stop, Key: var key } && long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var run) && _running.TryGetValue(run, out var found))
            found.Handle.End(EndReason.Asked);
    }

    void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else woke it in the same moment.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seeded = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!seeded) await _seed.RunAsync(stoppingToken);
                seeded = true;
                await BeatAsync(stoppingToken);
                await ClaimAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // an outage of the database must not end the engine, nor must a row that it cannot read
                _log.LogWarning(e, "Long work waits for the database");
                if (Age > TimeSpan.FromSeconds(_options.LeaseSeconds)) EndAll(EndReason.Lost);
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await SleepAsync(stoppingToken);
        }
    }

    async Task SleepAsync(CancellationToken stopping)
    {
        try
        {
            await _wake.WaitAsync(_lease.Every, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    async Task BeatAsync(CancellationToken cancellation)
    {
        if (Interlocked.Read(ref _renewed) is var at and not 0 && Stopwatch.GetElapsedTime(at) < _lease.Every * 0.9) return;
        if (!await _lease.RenewAsync(cancellation)) EndAll(EndReason.Lost);
        Interlocked.Exchange(ref _renewed, Stopwatch.GetTimestamp());
        foreach (var (run, stopping) in await _lease.HeldAsync(cancellation))
        {
            // claimed by a commit whose answer was lost
            if (!_running.TryGetValue(run, out var found)) await _lease.ReleaseAsync(run, cancellation);
            else if (stopping) found.Handle.End(EndReason.Asked);
        }
        if (_looked != 0 && Stopwatch.GetElapsedTime(_looked) < _lease.Every * 1.9) return;
        await _lease.TakeOverAsync(cancellation);
        _looked = Stopwatch.GetTimestamp();
    }

    async Task ClaimAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var free = Lanes.Where(lane => _running.Values.Count(r => r.Lane == lane) < _options.Workers(lane)).ToList();
            if (free.Count == 0) return;
            var open = await _claims.OpenAsync(free, cancellation);
            var claimed = false;
            foreach (var lane in open.GroupBy(k => k.Lane))
            {
                if (await _claims.ClaimAsync(_lease.Node, [.. lane.Select(k => k.Kind)], cancellation) is not { } row) continue;
                claimed = true;
                Begin(row);
            }
            // another node may have been first; what is left is looked for again when it tells, or at the next beat
            if (!claimed) return;
        }
    }

    void Begin(JobRun row)
    {
        var claim = new Claim(row.Id, _lease.Node.Id, row.Attempt);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handle = _starter.Handle(row, claim);
        var work = Task.Run(async () =>
        {
            await ready.Task;
            try
            {
                if (row.Stopping) handle.End(EndReason.Asked);
                await _starter.RunAsync(handle);
            }
            catch (Exception e)
            {
                _log.LogError(e, "The worker of the run {Run} failed", row.Id);
            }
            finally
            {
                _running.TryRemove(row.Id, out _);
                handle.Dispose();
                Wake();
            }
        }, CancellationToken.None);
        _running[row.Id] = (handle, row.Lane, work);
        ready.SetResult();
    }

    void EndAll(EndReason reason)
    {
        foreach (var (_, (handle, _, _)) in _running) handle.End(reason);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription.Dispose();
        await base.StopAsync(cancellationToken);
        EndAll(EndReason.Shutdown);
        var work = Task.WhenAll(_running.Values.Select(r => r.Work));
        if (await Task.WhenAny(work, Task.Delay(StopLimit, CancellationToken.None)) != work)
        {
            _log.LogWarning("{Count} runs did not end in time and are left to be taken over", _running.Count);
            EndAll(EndReason.Lost);
        }
        try
        {
            if (Age is not null) await _lease.EndAsync(CancellationToken.None);
        }
        catch (Exception e) when (Outage.Is(e))
        {
            _log.LogWarning(e, "The lease of this node is left to run out");
        }
    }
}

/// <summary>What the engine is told from outside.</summary>
sealed class EngineSettings(IOptions<JobOptions> options, ILogger<JobEngine> log)
{
    public JobOptions Options => options.Value;

    public ILogger<JobEngine> Log => log;
}

/// <summary>Makes the parts of a run that was claimed.</summary>
sealed class RunStarter(RunStore store, RunWorker worker, TimeProvider time)
{
    public RunHandle Handle(JobRun row, Claim claim) => new(row, claim, store, time);

    public async Task RunAsync(RunHandle handle)
    {
        while (handle.Attempt > 1 && handle.Reason != EndReason.Lost)
        {
            try
            {
                handle.Log(await store.LogAsync(handle.Id, CancellationToken.None));
                break;
            }
            catch (Exception e) when (Outage.Is(e))
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
        await worker.RunAsync(handle);
    }
}

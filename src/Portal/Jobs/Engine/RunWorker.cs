using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portal.Jobs.Engine;

/// <summary>Carries one run through: the handler's work, what it tells meanwhile, and how it ends.</summary>
sealed class RunWorker(JobCatalogue catalogue, IOptions<JobOptions> options, TimeProvider time, ILogger<RunWorker> log)
{
    /// <summary>How often a run may lose its node before it is given up: one that takes its nodes down would go on for ever.</summary>
    public const int MaxLosses = 10;

    static readonly TimeSpan SaveEvery = TimeSpan.FromMilliseconds(500);
    static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Returns when the run has ended or was given back, and that is written down.</summary>
    public async Task RunAsync(RunHandle run)
    {
        using var saving = new CancellationTokenSource();
        var saver = SaveAsync(run, saving.Token);
        var end = await WorkAsync(run);
        await saving.CancelAsync();
        await saver;
        await WriteAsync(run, end);
    }

    async Task<Func<Task>> WorkAsync(RunHandle run)
    {
        try
        {
            if (run.Attempt > 1) run.Log($"Attempt {run.Attempt} on {Environment.MachineName}.");
            if (run.Reason != EndReason.None) run.Ending.ThrowIfCancellationRequested();
            var outcome = await catalogue.Handler(run.Kind)!.RunAsync(run, run.Ending);
            return () => run.FinishAsync(outcome with { Status = outcome.Status == JobStatus.Success ? JobStatus.Success : JobStatus.Error, Summary = Cut(outcome.Summary) }, run.Failures, default);
        }
        catch (OperationCanceledException) when (run.Ending.IsCancellationRequested)
        {
            return run.Reason switch
            {
                EndReason.Asked => () => run.FinishAsync(new(JobStatus.Stopped, "Stopped."), run.Failures, default),
                EndReason.Shutdown => () => run.ReleaseAsync(run.Failures, time.GetUtcNow(), "", default),
                _ => () => Task.CompletedTask,
            };
        }
        catch (Exception e)
        {
            log.LogError(e, "Attempt {Attempt} at the run {Run} of {Kind} failed", run.Attempt, run.Id, run.Kind);
            return Failed(run, e);
        }
    }

    Func<Task> Failed(RunHandle run, Exception e)
    {
        var failures = run.Failures + 1;
        var text = Cut($"Failed: {e.Message}");
        run.Log($"Attempt {run.Attempt} failed: {e.GetType().Name}: {e.Message}");
        if (run.Reason == EndReason.Asked) return () => run.FinishAsync(new(JobStatus.Stopped, "Stopped."), failures, default);
        if (failures >= catalogue.Find(run.Kind)!.MaxAttempts) return () => run.FinishAsync(new(JobStatus.Error, text), failures, default);
        var wait = Wait(failures, options.Value.RetrySeconds);
        run.Log($"The next attempt begins in {wait.TotalSeconds:0} s.");
        return () => run.ReleaseAsync(failures, time.GetUtcNow() + wait, text, default);
    }

    /// <summary>How long to wait after so many failed attempts.</summary>
    internal static TimeSpan Wait(int failures, int first) => TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, first * Math.Pow(2, Math.Min(failures - 1, 20))));

    async Task SaveAsync(RunHandle run, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(SaveEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellation.IsCancellationRequested) return;
            try
            {
                await run.SaveAsync(default);
            }
            catch (Exception e) when (Outage.Is(e))
            {
                log.LogWarning(e, "The progress of the run {Run} waits for the database", run.Id);
            }
        }
    }

    // Nobody else would end the run while this node holds it, so it is tried until the database takes it or the lease is gone.
    async Task WriteAsync(RunHandle run, Func<Task> end)
    {
        while (run.Reason != EndReason.Lost)
        {
            try
            {
                await end();
                return;
            }
            catch (Exception e) when (Outage.Is(e))
            {
                log.LogWarning(e, "The end of the run {Run} waits for the database", run.Id);
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }
    }

    static string Cut(string text) => text.Length <= JobRun.MaxSummary ? text : text[..JobRun.MaxSummary];
}

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Portal.Launcher;

/// <summary>
/// Starts processes from one thread that lives as long as the Launcher. The kernel sends the parent-death signal when the
/// <em>thread</em> that forked ends, and pool threads come and go: without this, a healthy child would be stopped at random.
/// </summary>
sealed class ProcessSpawner : IDisposable
{
    readonly BlockingCollection<Action> _work = [];

    public ProcessSpawner() => new Thread(Run) { IsBackground = true, Name = "process spawner" }.Start();

    public async Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} did not start."));
            }
            catch (Exception e)
            {
                started.SetException(e);
            }
        });
        return await started.Task;
    }

    /// <summary>Lets the thread end. Only after every child has stopped.</summary>
    public void Dispose() => _work.CompleteAdding();

    void Run()
    {
        foreach (var action in _work.GetConsumingEnumerable())
            action();
    }
}

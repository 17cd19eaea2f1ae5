using System.Collections.Concurrent;
using Portal.Jobs;
using Xunit;

namespace Portal.Integration.Tests.GarbageCollection;

/// <summary>A crash of the process, as far as one test process can have it.</summary>
sealed class SimulatedCrashException : Exception
{
    public SimulatedCrashException() : base("The test crashed the run here.") { }
}

/// <summary>A run that keeps what it is told, holds its handler to the contract, and crashes on demand.</summary>
sealed class FakeJobRun(string parameters = "{}", string? checkpoint = null, int attempt = 1, int crashAt = int.MaxValue) : IJobRun
{
    readonly ConcurrentQueue<string> _log = new();
    readonly Dictionary<long, (string Name, JobStatus? End, string? Detail)> _tasks = [];
    int _told;

    public long Id => 1;

    public long Owner => 0;

    public int? ProjectId => null;

    public JobTrigger Trigger => JobTrigger.Manual;

    public string Actor => "admin";

    public string Parameters { get; } = parameters;

    public int Attempt { get; } = attempt;

    public string? Checkpoint { get; private set; } = checkpoint;

    public string Text => string.Join('\n', _log);

    /// <summary>The detail of a task that has ended.</summary>
    public string Detail(string task) => _tasks.Values.Single(t => t.Name == task && t.End is not null).Detail!;

    public Task SaveCheckpointAsync(string json, CancellationToken cancellation)
    {
        Tell();
        Checkpoint = json;
        return Task.CompletedTask;
    }

    public void Progress(long done, long total, string unit)
    {
        Assert.True(done >= 0 && total >= 0 && unit.Length > 0);
        Tell();
    }

    public void Log(string line)
    {
        Assert.NotEmpty(line);
        Assert.DoesNotContain('\n', line);
        Tell();
        _log.Enqueue(line);
    }

    public Task<long> BeginTaskAsync(string name, CancellationToken cancellation)
    {
        Tell();
        _tasks.Add(_tasks.Count + 1, (name, null, null));
        return Task.FromResult((long)_tasks.Count);
    }

    public Task EndTaskAsync(long task, JobStatus status, string? detail, CancellationToken cancellation)
    {
        Assert.Null(_tasks[task].End);
        _tasks[task] = (_tasks[task].Name, status, detail);
        return Task.CompletedTask;
    }

    void Tell()
    {
        if (++_told == crashAt) throw new SimulatedCrashException();
    }
}

using System.Diagnostics;
using System.Text;

namespace Portal.Jobs.Engine;

/// <summary>Why a run under way is asked to end.</summary>
enum EndReason
{
    None = 0,

    /// <summary>Somebody asked it to stop.</summary>
    Asked = 1,

    /// <summary>The node stops; the run waits for another one, or for this one to come back.</summary>
    Shutdown = 2,

    /// <summary>The lease is gone: somebody else may be at it already.</summary>
    Lost = 3,
}

/// <summary>A run under way on this node, as its handler and its worker see it.</summary>
sealed class RunHandle(JobRun row, Claim claim, RunStore store, TimeProvider time) : IJobRun, IDisposable
{
    readonly CancellationTokenSource _ending = new();
    readonly Lock _gate = new();
    readonly RunRate _rate = new();
    readonly long _started = Stopwatch.GetTimestamp();
    RunProgress _progress = new(row.Done, row.Total, row.Unit, null);
    RunProgress? _saved;
    RunLog _log = new([], 0);
    LogChange? _unsaved;
    int _reason;

    public Claim Claim => claim;
    public string Kind => row.Kind;
    public int Failures => row.Failures;
    public long Id => row.Id;
    public long Owner => row.Owner;
    public int? ProjectId => row.ProjectId;
    public JobTrigger Trigger => row.Trigger;
    public string Actor => row.Actor;
    public string Parameters => row.Parameters;
    public int Attempt => claim.Attempt;
    public string? Checkpoint { get; private set; } = row.Checkpoint;
    public CancellationToken Ending => _ending.Token;
    public EndReason Reason => (EndReason)Volatile.Read(ref _reason);

    /// <summary>The last of several reasons counts only when it is the graver one.</summary>
    public void End(EndReason reason)
    {
        int before;
        while ((before = Volatile.Read(ref _reason)) < (int)reason && Interlocked.CompareExchange(ref _reason, (int)reason, before) != before) { }
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself meanwhile.
        }
    }

    public async Task SaveCheckpointAsync(string json, CancellationToken cancellation)
    {
        if (!JobService.IsJson(json)) throw new ArgumentException($"A checkpoint is a JSON object of at most {JobRun.MaxJson} bytes.", nameof(json));
        Hold(await store.CheckpointAsync(claim, json, cancellation));
        Checkpoint = json;
    }

    public void Progress(long done, long total, string unit)
    {
        lock (_gate)
        {
            _rate.Add(Stopwatch.GetElapsedTime(_started), done);
            _progress = new(done, total, unit.Length > 32 ? unit[..32] : unit, _rate.Value);
        }
    }

    public void Log(string line) => _log.Add(time.GetUtcNow(), line);

    /// <summary>Goes on with the log of earlier attempts; before the first line.</summary>
    public void Log(RunLog earlier) => _log = earlier;

    public async Task<long> BeginTaskAsync(string name, CancellationToken cancellation)
    {
        var task = await store.BeginTaskAsync(claim, name.Length > JobTask.MaxName ? name[..JobTask.MaxName] : name, cancellation);
        Hold(task is not null);
        return task!.Value;
    }

    public async Task EndTaskAsync(long task, JobStatus status, string? detail, CancellationToken cancellation)
    {
        if (detail is not null && Encoding.UTF8.GetByteCount(detail) > JobRun.MaxJson) throw new ArgumentException($"The detail of a task has at most {JobRun.MaxJson} bytes.", nameof(detail));
        Hold(await store.EndTaskAsync(claim, task, status, detail, cancellation));
    }

    /// <summary>Saves what was told since the last time. Only the worker calls it.</summary>
    public async Task SaveAsync(CancellationToken cancellation)
    {
        var progress = Now();
        _unsaved ??= _log.Take();
        if (_unsaved is null && progress == _saved) return;
        if (!await store.SaveAsync(claim, progress, _unsaved, cancellation)) End(EndReason.Lost);
        (_saved, _unsaved) = (progress, null);
    }

    /// <summary>Ends the run for good.</summary>
    public async Task FinishAsync(JobOutcome outcome, int failures, CancellationToken cancellation)
    {
        await SaveAsync(cancellation);
        await store.FinishAsync(claim, outcome, failures, Now(), _log.Take(), cancellation);
    }

    /// <summary>Gives the run back.</summary>
    public async Task ReleaseAsync(int failures, DateTimeOffset due, string summary, CancellationToken cancellation)
    {
        await SaveAsync(cancellation);
        await store.ReleaseAsync(claim, failures, due, summary, Now(), _log.Take(), cancellation);
    }

    RunProgress Now()
    {
        lock (_gate) return _progress;
    }

    void Hold(bool held)
    {
        if (held) return;
        End(EndReason.Lost);
        throw new OperationCanceledException("Another node has taken the run over.", Ending);
    }

    public void Dispose() => _ending.Dispose();
}

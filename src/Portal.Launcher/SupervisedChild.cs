using System.Diagnostics;
using System.Globalization;

namespace Portal.Launcher;

/// <summary>Keeps one child running: starts it, waits until it answers, starts it again with back-off, stops it in order.</summary>
sealed class SupervisedChild(IChild child, ProcessSpawner spawner, RotatingLog log, ChildRecord record, Action<string> say) : IAsyncDisposable
{
    public static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(60);

    /// <summary>A child that ends this often before it ever answered will not answer the next time either.</summary>
    public const int MaxEarlyExits = 3;

    static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(100);

    readonly CancellationTokenSource _stop = new();
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task _loop = Task.CompletedTask;
    volatile ChildStatus _status = new(ChildPhase.Stopped);

    public string Name => child.Name;

    public ChildStatus Status => _status;

    /// <summary>Returns when the child answers.</summary>
    /// <exception cref="StartFailedException">It did not within <see cref="ReadyTimeout"/>, or ended again and again.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        if (record.FindRunning() is { } orphan)
        {
            say($"{Name}: stopping process {orphan.Pid}, which a killed Launcher left behind.");
            await StopProcessAsync(orphan);
        }

        await child.PrepareAsync(cancel);
        _loop = Task.Run(RunAsync, CancellationToken.None);
        try
        {
            await _ready.Task.WaitAsync(ReadyTimeout, cancel);
        }
        catch (TimeoutException)
        {
            throw new StartFailedException($"{Name} did not answer within {ReadyTimeout.TotalSeconds:0} seconds; see {log.FilePath}.{LastLines()}");
        }
    }

    /// <summary>Null when it runs and answers, else a sentence that says what is wrong with it.</summary>
    public async Task<string?> ProblemAsync(CancellationToken cancel)
    {
        var status = _status;
        if (status.Phase != ChildPhase.Running)
            return $"{Name} is {status.Phase.ToString().ToLowerInvariant()}: {status.Problem ?? "it does not answer yet"}";
        return await child.ProbeAsync(cancel) is { } problem ? $"{Name} does not answer: {problem}" : null;
    }

    public async Task StopAsync()
    {
        if (!_stop.IsCancellationRequested)
            await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    async Task RunAsync()
    {
        var backOff = new BackOff();
        try
        {
            for (var restarts = 0; ; restarts++)
            {
                var started = Stopwatch.StartNew();
                var problem = await RunOnceAsync(restarts);
                if (_stop.IsCancellationRequested)
                    break;
                if (!_ready.Task.IsCompleted && restarts + 1 >= MaxEarlyExits)
                    throw new StartFailedException($"{Name} {problem} each time it was started; see {log.FilePath}.{LastLines()}");

                var wait = backOff.After(started.Elapsed);
                _status = new(ChildPhase.Waiting, Restarts: restarts, Problem: $"{problem}, starting again after {wait.TotalSeconds:0} s");
                say($"{Name} {problem}; starting again in {wait.TotalSeconds:0} s.");
                await Task.Delay(wait, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop while waiting: there is no process to end.
        }
        catch (Exception e) when (_ready.TrySetException(e))
        {
            // StartAsync reports it.
        }
        finally
        {
            _status = new(ChildPhase.Stopped, Problem: "it has been stopped");
            _ready.TrySetCanceled();
        }
    }

    /// <summary>One life of the child; returns how it ended.</summary>
    async Task<string> RunOnceAsync(int restarts)
    {
        using var process = await spawner.StartAsync(child.Command().ToStartInfo());
        process.OutputDataReceived += (_, e) => WriteLog(e.Data);
        process.ErrorDataReceived += (_, e) => WriteLog(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        var identity = ProcessIdentity.Of(process.Id);
        if (identity is { } running)
            record.Write(running);
        _status = new(ChildPhase.Starting, process.Id, restarts);

        var exited = process.WaitForExitAsync();
        try
        {
            await WaitUntilReadyAsync(exited, new(ChildPhase.Running, process.Id, restarts));
            await exited.WaitAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            if (identity is { } live)
                await StopProcessAsync(live);
            await exited;
        }

        record.Clear();
        return process.ExitCode > 128
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {process.ExitCode - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with code {process.ExitCode}");
    }

    async Task WaitUntilReadyAsync(Task exited, ChildStatus running)
    {
        while (!exited.IsCompleted)
        {
            if (await child.ProbeAsync(_stop.Token) is null)
            {
                _status = running;
                _ready.TrySetResult();
                return;
            }

            await Task.WhenAny(exited, Task.Delay(ProbeInterval, _stop.Token));
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    async Task StopProcessAsync(ProcessIdentity process)
    {
        UnixProcess.Signal(process.Pid, child.StopSignal);
        if (await EndsWithinAsync(process, child.StopTimeout))
            return;
        say($"{Name} did not stop within {child.StopTimeout.TotalSeconds:0} s and is killed.");
        UnixProcess.Signal(process.Pid, UnixSignal.Kill);
        if (!await EndsWithinAsync(process, child.StopTimeout))
            throw new StartFailedException($"{Name}: process {process.Pid} cannot be stopped.");
    }

    static async Task<bool> EndsWithinAsync(ProcessIdentity process, TimeSpan bound)
    {
        var clock = Stopwatch.StartNew();
        while (process.IsRunning)
        {
            if (clock.Elapsed > bound)
                return false;
            await Task.Delay(50);
        }

        return true;
    }

    void WriteLog(string? line)
    {
        if (line is not null)
            log.WriteLine(line);
    }

    string LastLines() => log.Tail(5) is { Count: > 0 } lines ? $" Its last words:\n  {string.Join("\n  ", lines)}" : "";
}

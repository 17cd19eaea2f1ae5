namespace Portal.Launcher;

/// <summary>A program the Launcher keeps running. Implementations know what it is; <see cref="SupervisedChild"/> knows how to watch it.</summary>
interface IChild
{
    /// <summary>The name in logs and in the health report, in lower case.</summary>
    string Name { get; }

    /// <summary>Asks for an orderly stop.</summary>
    UnixSignal StopSignal { get; }

    /// <summary>How long an orderly stop may take before the child is killed.</summary>
    TimeSpan StopTimeout { get; }

    /// <summary>Once, before the first start and after what an earlier Launcher left behind has been stopped.</summary>
    /// <exception cref="StartFailedException">It cannot be started on this machine; the message says what is missing.</exception>
    Task PrepareAsync(CancellationToken cancel);

    /// <summary>How to start it; asked anew for every start.</summary>
    ChildCommand Command();

    /// <summary>Null when it answers, else what is wrong, in a few words. Bounded to a few seconds.</summary>
    Task<string?> ProbeAsync(CancellationToken cancel);
}

enum ChildPhase
{
    Stopped,
    Starting,
    Running,
    Waiting,
}

/// <summary>What a child does now. <c>Problem</c> tells the last exit while it is not running.</summary>
sealed record ChildStatus(ChildPhase Phase, int? Pid = null, int Restarts = 0, string? Problem = null);

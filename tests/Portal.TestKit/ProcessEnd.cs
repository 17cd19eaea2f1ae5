using System.Diagnostics;

namespace Portal.TestKit;

/// <summary>Waiting for processes without waiting for ever.</summary>
public static class ProcessEnd
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Waits until a process that was told to end has ended, and kills it when it takes more than 30 s. One that has ended but whose output somebody else still holds open counts as ended.
    /// </summary>
    public static async Task EndAsync(this Process process)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            if (process.HasExited) return;
            process.Kill(entireProcessTree: true);
            for (var watch = Stopwatch.StartNew(); !process.HasExited; await Task.Delay(50))
                if (watch.Elapsed > Limit) throw new InvalidOperationException($"Process {process.Id} cannot be killed.");
        }
    }

    /// <summary>Runs a program to its end and gives its code and all it printed; throws <see cref="TimeoutException"/> when that takes longer than the limit.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(ProcessStartInfo info, TimeSpan limit)
    {
        (info.RedirectStandardOutput, info.RedirectStandardError) = (true, true);
        using var process = Process.Start(info) ?? throw new InvalidOperationException($"{info.FileName} does not start.");
        try
        {
            // also the output has an end only when everybody who inherited it has ended
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await Task.WhenAll(process.WaitForExitAsync(), output, errors).WaitAsync(limit);
            return (process.ExitCode, await output, await errors);
        }
        catch (TimeoutException)
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{info.FileName} {string.Join(' ', info.ArgumentList)} took longer than {limit.TotalSeconds} s.");
        }
    }
}

using Portal.Jobs;

namespace Portal.GarbageCollection;

/// <summary>Keeps a run within its rate and its hours.</summary>
/// <param name="perSecond">Items a second; 0 for no bound.</param>
/// <param name="from">The hour (UTC) that deleting may begin.</param>
/// <param name="to">The hour that it pauses; the same as <paramref name="from"/> for never.</param>
sealed class GarbagePace(int perSecond, int from, int to, TimeProvider time)
{
    readonly long _start = time.GetTimestamp();
    long _items;

    /// <summary>Whether work may be done at a time of day.</summary>
    public static bool IsOpen(int hour, int from, int to) => from == to || (from < to ? hour >= from && hour < to : hour >= from || hour < to);

    /// <summary>How long until the window opens.</summary>
    public static TimeSpan Until(DateTimeOffset now, int from, int to)
    {
        if (IsOpen(now.UtcDateTime.Hour, from, to)) return TimeSpan.Zero;
        var opening = now.UtcDateTime.Date.AddHours(from);
        return (opening > now.UtcDateTime ? opening : opening.AddDays(1)) - now.UtcDateTime;
    }

    /// <summary>Waits for the window and for the turn of so many more items.</summary>
    public async Task WaitAsync(IJobRun run, int items, CancellationToken cancellation)
    {
        for (var said = false; Until(time.GetUtcNow(), from, to) is { Ticks: > 0 } wait; said = true)
        {
            if (!said) run.Log($"Paused until {time.GetUtcNow() + wait:HH:mm} UTC, when its hours begin");
            await Task.Delay(wait < TimeSpan.FromMinutes(1) ? wait : TimeSpan.FromMinutes(1), time, cancellation);
        }
        _items += items;
        if (perSecond == 0) return;
        var due = TimeSpan.FromSeconds((double)_items / perSecond) - time.GetElapsedTime(_start);
        if (due > TimeSpan.Zero) await Task.Delay(due, time, cancellation);
    }
}

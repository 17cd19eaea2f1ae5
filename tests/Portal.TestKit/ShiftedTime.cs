namespace Portal.TestKit;

/// <summary>The real clock, some time ahead: background work goes on as ever, and tests need not wait for hours to pass.</summary>
public sealed class ShiftedTime : TimeProvider
{
    long _ahead;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

    /// <summary>Moves the clock on; timers stay as they are.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);
}

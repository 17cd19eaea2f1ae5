namespace Portal.Launcher;

/// <summary>How long to wait before a crashed child is started again: 1, 2, 4 ... 30 seconds, from 1 again after it ran for a minute.</summary>
sealed class BackOff
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Last = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);

    TimeSpan _next = First;

    /// <summary>The wait after a run of the given length has ended.</summary>
    public TimeSpan After(TimeSpan ran)
    {
        if (ran >= Stable)
            _next = First;
        var wait = _next;
        _next = _next * 2 > Last ? Last : _next * 2;
        return wait;
    }
}

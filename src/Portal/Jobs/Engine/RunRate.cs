namespace Portal.Jobs.Engine;

/// <summary>Steps a second over the last ten seconds.</summary>
sealed class RunRate
{
    static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    readonly Queue<(TimeSpan At, long Done)> _samples = new();

    /// <param name="at">Time since any one moment.</param>
    public void Add(TimeSpan at, long done)
    {
        // a count that goes back begins anew
        if (_samples.Count > 0 && done < _samples.Last().Done) _samples.Clear();
        _samples.Enqueue((at, done));
        while (_samples.Count > 2 && at - _samples.Peek().At > Window) _samples.Dequeue();
    }

    /// <summary>Null until two moments are known.</summary>
    public double? Value
    {
        get
        {
            if (_samples.Count < 2) return null;
            var (first, last) = (_samples.Peek(), _samples.Last());
            return last.At > first.At ? (last.Done - first.Done) / (last.At - first.At).TotalSeconds : null;
        }
    }
}

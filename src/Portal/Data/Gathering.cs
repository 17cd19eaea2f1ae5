namespace Portal.Data;

/// <summary>
/// Writes what many requests have to say in few statements: while one write is under way the next gathers, and a request alone waits for nobody.
/// </summary>
/// <param name="write">Writes all of it or none. It is called by one at a time, with at most <see cref="MaxTogether"/>.</param>
sealed class Gathering<T>(Func<IReadOnlyList<T>, Task> write)
{
    public const int MaxTogether = 64;

    readonly Lock _lock = new();
    readonly Queue<Waiting> _waiting = new();
    bool _writing;

    /// <summary>Ends when the item is written, or throws what its writing threw.</summary>
    public Task AddAsync(T item)
    {
        var waiting = new Waiting(item, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_writing) return waiting.Done.Task;
            _writing = true;
        }
        // whoever finds nobody writing begins, and goes on for all that come meanwhile
        _ = WriteAllAsync();
        return waiting.Done.Task;
    }

    async Task WriteAllAsync()
    {
        while (Next() is { Count: > 0 } together) await WriteAsync(together);
    }

    List<Waiting> Next()
    {
        lock (_lock)
        {
            var together = new List<Waiting>();
            while (together.Count < MaxTogether && _waiting.TryDequeue(out var next)) together.Add(next);
            _writing = together.Count > 0;
            return together;
        }
    }

    async Task WriteAsync(List<Waiting> together)
    {
        try
        {
            await write([.. together.Select(w => w.Item)]);
            foreach (var waiting in together) waiting.Done.SetResult();
        }
        catch (Exception e)
        {
            // what cannot be written must not take others along
            if (together.Count == 1) together[0].Done.SetException(e);
            else foreach (var waiting in together) await WriteAsync([waiting]);
        }
    }

    sealed record Waiting(T Item, TaskCompletionSource Done);
}

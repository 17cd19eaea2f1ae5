using Portal.GarbageCollection;
using Portal.Kernel;

namespace Portal.Integration.Tests.GarbageCollection;

/// <summary>The registry's storage as a process has it that dies after so many changes: the last is half done, and nothing works from then on.</summary>
sealed class FaultyStore(IRegistryStore inner, int changes = int.MaxValue) : IRegistryStore
{
    int _left = changes;

    /// <summary>Runs while content is set aside, before the claim is confirmed.</summary>
    public Func<IReadOnlyList<StoredPlace>, Task> Between { get; init; } = _ => Task.CompletedTask;

    public string? Unreachable => inner.Unreachable;

    public ValueTask<long?> SizeAsync(Digest digest, CancellationToken cancellation) => inner.SizeAsync(digest, cancellation);

    public IAsyncEnumerable<StoredContent> ContentAsync(string prefix, CancellationToken cancellation) => inner.ContentAsync(prefix, cancellation);

    public async Task SetAsideAsync(Guid claim, IReadOnlyList<StoredPlace> places, CancellationToken cancellation)
    {
        if (--_left <= 0)
        {
            if (_left == 0) await inner.SetAsideAsync(claim, [.. places.Take((places.Count + 1) / 2)], cancellation);
            throw new SimulatedCrashException();
        }
        await inner.SetAsideAsync(claim, places, cancellation);
        await Between(places);
    }

    public async Task DropAsync(Guid claim, IReadOnlyList<Digest> digests, CancellationToken cancellation)
    {
        if (--_left <= 0)
        {
            if (_left == 0) await inner.DropAsync(claim, [.. digests.Take(digests.Count / 2)], cancellation);
            throw new SimulatedCrashException();
        }
        await inner.DropAsync(claim, digests, cancellation);
    }

    public Task PutBackAsync(Guid claim, CancellationToken cancellation) => _left <= 0 ? throw new SimulatedCrashException() : inner.PutBackAsync(claim, cancellation);

    public IReadOnlyList<Guid> Claims() => inner.Claims();

    public Task<StoreLeftovers> CleanAsync(DateTimeOffset before, CancellationToken cancellation) => inner.CleanAsync(before, cancellation);
}

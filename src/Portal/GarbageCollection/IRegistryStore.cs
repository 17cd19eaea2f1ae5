using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary>Content that the registry's storage holds.</summary>
public readonly record struct StoredContent(Digest Digest, long Size, DateTimeOffset ModifiedAt);

/// <summary>Everything in the storage that goes with one digest.</summary>
/// <param name="Repositories">Full names of the repositories that list it.</param>
public sealed record StoredPlace(Digest Digest, IReadOnlyList<string> Repositories);

/// <summary>
/// The storage of the backing registry, reached past it. Deleting has two steps, so that a mistake in timing loses nothing: content is set aside under a claim, and
/// dropped only after the claim has been confirmed; content of a claim that does not hold is put back.
/// </summary>
public interface IRegistryStore
{
    /// <summary>Why the storage cannot be reached, as a sentence; null when it can.</summary>
    string? Unreachable { get; }

    /// <summary>The bytes of a content; null when it is not there.</summary>
    ValueTask<long?> SizeAsync(Digest digest, CancellationToken cancellation);

    /// <summary>Everything whose digest begins with two hexadecimal digits.</summary>
    IAsyncEnumerable<StoredContent> ContentAsync(string prefix, CancellationToken cancellation);

    /// <summary>Moves content and what lists it out of the registry's sight. What is not there is left out; repeating changes nothing.</summary>
    Task SetAsideAsync(Guid claim, IReadOnlyList<StoredPlace> places, CancellationToken cancellation);

    /// <summary>Frees the bytes of what a claim has set aside.</summary>
    Task DropAsync(Guid claim, IReadOnlyList<Digest> digests, CancellationToken cancellation);

    /// <summary>Puts everything that is left of a claim back where it was, unless something is there again.</summary>
    Task PutBackAsync(Guid claim, CancellationToken cancellation);

    /// <summary>Claims that have something set aside.</summary>
    IReadOnlyList<Guid> Claims();

    /// <summary>Removes uploads that nobody has gone on with since a time, and lists of content that is not there; returns how many of each.</summary>
    Task<StoreLeftovers> CleanAsync(DateTimeOffset before, CancellationToken cancellation);
}

/// <summary>What was left in the storage without use.</summary>
public sealed record StoreLeftovers(int Uploads, long UploadBytes, int Links);

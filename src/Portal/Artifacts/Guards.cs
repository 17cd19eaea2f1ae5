using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A manifest that is about to enter a repository, or a tag that is about to be set there, through whichever door.</summary>
/// <param name="Tag">The tag to set; null for a push by digest.</param>
/// <param name="Digest">What it will name.</param>
/// <param name="Replaces">What the tag names now; null when the tag is new. Known for sure only inside the transaction.</param>
/// <param name="MediaType">The manifest's type.</param>
/// <param name="Size">Bytes of the artifact as stored.</param>
public sealed record PushContext(Caller Caller, ProjectEntry Project, RepositoryName Repository, TagName? Tag, Digest Digest, Digest? Replaces, string MediaType, long Size)
{
    /// <summary>What the artifact is to people.</summary>
    public required ArtifactKind Kind { get; init; }

    /// <summary>The effective artifact type: the manifest's own field, else the config's media type; empty for plain images and indexes.</summary>
    public required string ArtifactType { get; init; }

    /// <summary>True when the tag names something else and would be moved. Known for sure only inside the transaction.</summary>
    public bool Moves => Replaces is { } before && before != Digest;

    /// <summary>The push of a document that has been read.</summary>
    internal static PushContext Of(Caller caller, ProjectEntry project, RepositoryName repository, TagName? tag, ManifestDocument document, long size) =>
        new(caller, project, repository, tag, document.Digest, null, document.MediaType, size) { Kind = ArtifactKinds.Classify(document, tag?.Text), ArtifactType = document.ArtifactType ?? "" };

    /// <summary>The same for an artifact that the index knows.</summary>
    internal static PushContext Of(Caller caller, ProjectEntry project, RepositoryName repository, TagName? tag, Artifact artifact) =>
        new(caller, project, repository, tag, Digest.Parse(artifact.Digest), null, artifact.MediaType, artifact.Size) { Kind = artifact.Kind, ArtifactType = artifact.ArtifactType };
}

/// <summary>A blob that is about to enter a repository.</summary>
/// <param name="Digest">Its digest; null while an upload begins without naming it.</param>
/// <param name="Size">Its bytes; null while they are not known.</param>
public sealed record BlobPushContext(Caller Caller, ProjectEntry Project, RepositoryName Repository, Digest? Digest, long? Size);

/// <summary>A manifest that is about to be handed out.</summary>
/// <param name="Tag">The tag asked for; null for a pull by digest.</param>
public sealed record PullContext(Caller Caller, ProjectEntry Project, RepositoryName Repository, TagName? Tag, Digest Digest, string MediaType);

/// <summary>Tags and artifacts that are about to be deleted.</summary>
/// <param name="Tags">The tags that go, by name with the digest each names.</param>
/// <param name="Digests">The artifacts that go; empty when only tags do.</param>
/// <param name="Cause">Who wants it: a rule may let retention do what it keeps people from.</param>
public sealed record DeleteContext(Caller Caller, ProjectEntry Project, RepositoryName Repository, IReadOnlyList<(string Name, string Digest)> Tags, IReadOnlyList<string> Digests, DeletionCause Cause);

/// <summary>Why something is deleted. Numbers are stored: never reorder.</summary>
public enum DeletionCause
{
    /// <summary>Somebody asked for it.</summary>
    Asked,

    /// <summary>A retention rule let it go.</summary>
    Retention,

    /// <summary>A garbage collection was asked to take what has no tag.</summary>
    Untagged,

    /// <summary>One of many chosen by a pattern.</summary>
    Bulk,
}

/// <summary>May refuse a push. Every door asks all registered guards; the first refusal is the answer.</summary>
public interface IPushGuard
{
    /// <summary>Asked before anything is written. A refusal here is cheap and may be repeated.</summary>
    ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation);

    /// <summary>
    /// Asked again inside the transaction that sets the tag, with the tag's row locked: of several concurrent pushes each sees what the one before left.
    /// May read and add rows through <paramref name="db"/>, which are saved with the push.
    /// </summary>
    ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext push, CancellationToken cancellation) => new(Result.Success);

    /// <summary>
    /// Asked last inside the transaction, when everything is written and booked and the rows of the repository and the project are locked until it ends:
    /// what is read here is what will be. May change rows through <paramref name="db"/>, and saves them itself.
    /// </summary>
    ValueTask<Result> CompleteAsync(PortalDbContext db, PushContext push, CancellationToken cancellation) => new(Result.Success);

    /// <summary>Told after a push was refused inside its transaction and that has been rolled back, whoever refused it.</summary>
    ValueTask RefusedAsync(PushContext push, Error refusal, CancellationToken cancellation) => default;

    /// <summary>Asked when an upload begins and again when its size is known, before the blob is linked.</summary>
    ValueTask<Result> CheckBlobAsync(BlobPushContext push, CancellationToken cancellation) => new(Result.Success);
}

/// <summary>May refuse to hand out a manifest.</summary>
public interface IPullGuard
{
    /// <summary>Asked for every GET and HEAD of a manifest, so the answer should come from memory.</summary>
    ValueTask<Result> CheckAsync(PullContext pull, CancellationToken cancellation);
}

/// <summary>May refuse a deletion.</summary>
public interface IDeleteGuard
{
    /// <summary>Asked inside the transaction that deletes, once for everything that goes together.</summary>
    ValueTask<Result> CheckAsync(PortalDbContext db, DeleteContext delete, CancellationToken cancellation);
}

/// <summary>Asks all guards of a verb in the order of their registration.</summary>
public sealed class GuardChain(IEnumerable<IPushGuard> push, IEnumerable<IPullGuard> pull, IEnumerable<IDeleteGuard> delete)
{
    readonly IPushGuard[] _push = [.. push];
    readonly IPullGuard[] _pull = [.. pull];
    readonly IDeleteGuard[] _delete = [.. delete];

    /// <summary>False while nothing can refuse a pull, so that the hot path need not describe it.</summary>
    public bool GuardsPulls => _pull.Length > 0;

    public async ValueTask<Result> CheckAsync(PushContext context, CancellationToken cancellation)
    {
        foreach (var guard in _push)
            if (await guard.CheckAsync(context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }

    public async ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext context, CancellationToken cancellation)
    {
        foreach (var guard in _push)
            if (await guard.ConfirmAsync(db, context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }

    public async ValueTask<Result> CompleteAsync(PortalDbContext db, PushContext context, CancellationToken cancellation)
    {
        foreach (var guard in _push)
            if (await guard.CompleteAsync(db, context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }

    public async ValueTask RefusedAsync(PushContext context, Error refusal, CancellationToken cancellation)
    {
        foreach (var guard in _push) await guard.RefusedAsync(context, refusal, cancellation);
    }

    public async ValueTask<Result> CheckAsync(BlobPushContext context, CancellationToken cancellation)
    {
        foreach (var guard in _push)
            if (await guard.CheckBlobAsync(context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }

    public async ValueTask<Result> CheckAsync(PullContext context, CancellationToken cancellation)
    {
        foreach (var guard in _pull)
            if (await guard.CheckAsync(context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }

    public async ValueTask<Result> CheckAsync(PortalDbContext db, DeleteContext context, CancellationToken cancellation)
    {
        foreach (var guard in _delete)
            if (await guard.CheckAsync(db, context, cancellation) is { Ok: false } refusal) return refusal;
        return Result.Success;
    }
}

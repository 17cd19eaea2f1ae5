using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Protection;

/// <summary>Holds what is locked against pushes that would move a tag, and against every deletion.</summary>
sealed class LockGuard(LockBook book, TimeProvider time) : IPushGuard, IDeleteGuard, IProjectGuard, IHoldMarks
{
    // Whether a tag would move is known for sure only inside the transaction, so nothing is refused before.
    public ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation) => new(Result.Success);

    public async ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext push, CancellationToken cancellation)
    {
        if (!push.Moves) return Result.Success;
        var locks = await book.OfAsync(push.Project.Id, cancellation);
        return locks.Find(push.Repository.Path, push.Tag!.Value.Text, push.Replaces!.Value.Text, time.GetUtcNow()) is { } held ? ProtectionErrors.Moves(push, held) : Result.Success;
    }

    public async ValueTask<Result> CheckAsync(PortalDbContext db, DeleteContext delete, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var locks = await LockBook.ReadAsync(db, delete.Project.Id, cancellation);
        var path = delete.Repository.Path;
        var held = locks.Find(path, "", "", now);
        foreach (var digest in delete.Digests) held ??= locks.Find(path, "", digest, now);
        foreach (var (tag, digest) in delete.Tags) held ??= locks.Find(path, tag, digest, now);
        return held is null ? Result.Success : ProtectionErrors.Held(delete.Project.Name, held);
    }

    public async ValueTask<HoldMarker> OfAsync(int projectId, CancellationToken cancellation)
    {
        var (locks, now) = (await book.OfAsync(projectId, cancellation), time.GetUtcNow());
        return (repository, tag, digest) => locks.Find(repository, tag, digest, now)?.Reason;
    }

    public async ValueTask<Result> CheckDeletionAsync(PortalDbContext db, ProjectEntry project, CancellationToken cancellation)
    {
        var locks = await LockBook.ReadAsync(db, project.Id, cancellation);
        return locks.Find("", "", "", time.GetUtcNow()) is { } held ? ProtectionErrors.Held(project.Name, held) : Result.Success;
    }
}

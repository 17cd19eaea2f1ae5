using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Immutability;

/// <summary>
/// Keeps immutable tags where they are, whichever door asks. Making a new tag is no change of one, and setting a tag on what it names already is none
/// either. Deleting an artifact takes its tags, so it is refused while one of them is immutable.
/// </summary>
sealed class ImmutabilityGuard(ImmutabilityDirectory rules, RepositoryDirectory repositories, ArtifactLookup lookup) : IPushGuard, IDeleteGuard, ITagMarks
{
    public async ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation)
    {
        if (await MarkAsync(push, cancellation) is not { } mark) return Result.Success;
        // a look from memory before anything is stored; of those who push at the same moment ConfirmAsync lets one through
        if (await repositories.FindAsync(push.Project, push.Repository, cancellation) is not { } repository) return Result.Success;
        var names = await lookup.FindAsync(repository.Id, push.Tag!.Value, cancellation);
        return names is null || names.Digest == push.Digest.Text ? Result.Success : ImmutabilityErrors.Moves(push, mark);
    }

    public async ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext push, CancellationToken cancellation) =>
        push.Moves && await MarkAsync(push, cancellation) is { } mark ? ImmutabilityErrors.Moves(push, mark) : Result.Success;

    public async ValueTask<Result> CheckAsync(PortalDbContext db, DeleteContext delete, CancellationToken cancellation)
    {
        if (delete.Tags.Count == 0) return Result.Success;
        var set = await rules.OfAsync(delete.Project.Id, cancellation);
        foreach (var (tag, _) in delete.Tags)
            if (set.Find(delete.Repository.Path, tag) is { } mark && !(mark.Expirable && delete.Cause == DeletionCause.Retention)) return ImmutabilityErrors.Goes(delete, tag, mark);
        return Result.Success;
    }

    public async ValueTask<TagMarker> OfAsync(int projectId, CancellationToken cancellation) => (await rules.OfAsync(projectId, cancellation)).Find;

    async ValueTask<TagMark?> MarkAsync(PushContext push, CancellationToken cancellation) =>
        push.Tag is { } tag ? (await rules.OfAsync(push.Project.Id, cancellation)).Find(push.Repository.Path, tag.Text) : null;
}

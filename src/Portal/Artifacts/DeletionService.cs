using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>What a restore brought back.</summary>
/// <param name="TagsTaken">Tags that stayed away because the name has been used again meanwhile.</param>
public sealed record RestoreSummary(int Artifacts, int Tags, IReadOnlyList<string> TagsTaken);

/// <summary>Takes deletions back.</summary>
public sealed class DeletionService
{
    readonly Transactions _transactions;
    readonly IDatabaseProvider _provider;
    readonly DeletionAccess _access;
    readonly ArtifactLookup _lookup;
    readonly DeletionEffects _effects;

    internal DeletionService(Transactions transactions, IDatabaseProvider provider, DeletionAccess access, ArtifactLookup lookup, DeletionEffects effects) =>
        (_transactions, _provider, _access, _lookup, _effects) = (transactions, provider, access, lookup, effects);

    /// <summary>
    /// Brings back what one deletion took: artifacts, the repository, and the tags whose names are free. Needs the right to delete artifacts in the repository, or each of the tags that went.
    /// </summary>
    public async Task<Result<RestoreSummary>> RestoreAsync(Caller caller, long deletionId, CancellationToken cancellation)
    {
        long repositoryId = 0;
        var outcome = await _transactions.RunAsync(async db =>
        {
            var deletion = await db.Deletions.FirstOrDefaultAsync(d => d.Id == deletionId, cancellation);
            if (deletion is null) return (Result<RestoreSummary>)ArtifactErrors.DeletionNotFound;
            if (await _access.RefuseAsync(db, caller, deletion, cancellation) is { } refusal) return refusal.Kind == ErrorKind.NotFound ? ArtifactErrors.DeletionNotFound : refusal;
            var now = _effects.Now;
            // of two that restore at the same time the second waits here and then finds it done
            if (await db.Deletions.Where(d => d.Id == deletionId && d.RestoredAt == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.RestoredAt, now), cancellation) == 0) return ArtifactErrors.Restored;
            repositoryId = deletion.RepositoryId;
            return await RestoreAsync(db, caller, deletion, now, cancellation);
        }, cancellation);
        if (outcome.Ok) _lookup.Forget(repositoryId);
        return outcome;
    }

    async Task<Result<RestoreSummary>> RestoreAsync(PortalDbContext db, Caller caller, Deletion deletion, DateTimeOffset now, CancellationToken cancellation)
    {
        var repository = deletion.RepositoryId;
        var artifacts = await db.Artifacts.Where(a => a.DeletionId == deletion.Id).ToListAsync(cancellation);
        var place = await _effects.PlaceAsync(db, deletion, cancellation);
        if (!place.Ok) return place.Error;
        if (await _effects.RefuseAsync(db, artifacts.Select(a => PushContext.Of(caller, place.Value.Project, place.Value.Name, null, a)), cancellation) is { } refusal) return refusal;
        foreach (var artifact in artifacts) artifact.DeletionId = null;
        await db.SaveChangesAsync(cancellation);
        var ids = artifacts.Select(a => a.Id).ToList();
        var blobs = await db.ArtifactBlobs.AsNoTracking().Where(b => ids.Contains(b.ArtifactId)).Select(b => new { b.BlobId, b.Blob!.Size }).Distinct().OrderBy(b => b.BlobId).ToListAsync(cancellation);
        await _provider.InsertMissingAsync(db, "artifacts.repository_blob", [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId), nameof(RepositoryBlob.LinkedAt)],
            [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId)], [.. blobs.Select(b => new object[] { repository, b.BlobId, now })], cancellation);
        var booked = await StorageAccount.TakeAsync(db, deletion.ProjectId, ids, cancellation);
        if (!booked.Ok) return booked.Error;
        var (free, taken) = await FreeTagsAsync(db, deletion, cancellation);
        if (await _effects.RefuseAsync(db, free.Select(f => PushContext.Of(caller, place.Value.Project, place.Value.Name, f.Tag, f.Artifact)), cancellation) is { } kept) return kept;
        foreach (var (tag, artifact) in free)
        {
            db.Tags.Add(new() { RepositoryId = repository, ArtifactId = artifact.Id, Name = tag.Text, PushedAt = now, PushedBy = caller.Name });
            db.TagEvents.Add(new() { RepositoryId = repository, TagName = tag.Text, Action = TagAction.Restored, Digest = artifact.Digest, At = now, Actor = caller.Name });
        }
        var restored = free.Count;
        await _effects.RestoredAsync(db, caller, deletion, artifacts.Count, restored, cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.Repositories.Where(r => r.Id == repository).ExecuteUpdateAsync(s => s.SetProperty(r => r.DeletionId, (long?)null).SetProperty(r => r.UpdatedAt, now), cancellation);
        return new RestoreSummary(artifacts.Count, restored, taken);
    }

    // a tag whose name was used again meanwhile stays away, and so does one whose artifact is not there
    static async Task<(List<(TagName Tag, Artifact Artifact)> Free, List<string> Taken)> FreeTagsAsync(PortalDbContext db, Deletion deletion, CancellationToken cancellation)
    {
        var events = await db.TagEvents.AsNoTracking().Where(e => e.DeletionId == deletion.Id && e.Action == TagAction.Deleted).ToListAsync(cancellation);
        var digests = events.Select(e => e.Digest).Distinct().ToList();
        var live = await db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == deletion.RepositoryId && a.DeletionId == null && digests.Contains(a.Digest)).ToDictionaryAsync(a => a.Digest, StringComparer.Ordinal, cancellation);
        var names = events.Select(e => e.TagName).ToList();
        var used = await db.Tags.AsNoTracking().Where(t => t.RepositoryId == deletion.RepositoryId && names.Contains(t.Name)).Select(t => t.Name).ToListAsync(cancellation);
        var free = events.Where(e => !used.Contains(e.TagName) && live.ContainsKey(e.Digest)).ToList();
        return ([.. free.Select(f => (TagName.TryParse(f.TagName, out var tag) ? tag : throw new InvalidOperationException($"The history holds the tag '{f.TagName}'."), live[f.Digest]))],
            [.. names.Except(free.Select(f => f.TagName), StringComparer.Ordinal)]);
    }
}

/// <summary>What taking a deletion back brings with it.</summary>
sealed class DeletionEffects(GuardChain guards, ProjectDirectory projects, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Where the deletion happened.</summary>
    public async Task<Result<(ProjectEntry Project, RepositoryName Name)>> PlaceAsync(PortalDbContext db, Deletion deletion, CancellationToken cancellation)
    {
        if (await projects.FindAsync(deletion.ProjectId, cancellation) is not { } project) return ProjectErrors.NotFound;
        var path = await db.Repositories.Where(r => r.Id == deletion.RepositoryId).Select(r => r.Name).SingleAsync(cancellation);
        return RepositoryName.TryCreate(project.Name, path, out var name) ? (project, name) : ArtifactErrors.RepositoryNotFound;
    }

    /// <summary>What comes back enters the repository like a push, so whoever may refuse one is asked.</summary>
    public async Task<Error?> RefuseAsync(PortalDbContext db, IEnumerable<PushContext> pushes, CancellationToken cancellation)
    {
        foreach (var push in pushes)
        {
            if (await guards.CheckAsync(push, cancellation) is { Ok: false } early) return early.Error;
            if (await guards.ConfirmAsync(db, push, cancellation) is { Ok: false } late) return late.Error;
        }
        return null;
    }

    public async Task RestoredAsync(PortalDbContext db, Caller caller, Deletion deletion, int artifacts, int tags, CancellationToken cancellation)
    {
        var name = await db.Repositories.Where(r => r.Id == deletion.RepositoryId).Select(r => r.Project!.Name + "/" + r.Name).SingleAsync(cancellation);
        audit.Add(db, new(caller.Actor, AuditActions.Restore, AuditResources.Repository, name, deletion.ProjectId) { After = new { deletion = deletion.Id, artifacts, tags } });
        await feed.AnnounceAsync(db, cancellation, ArtifactLookup.RepositoryChanged(deletion.RepositoryId));
    }
}

/// <summary>Why a caller may not take a deletion back; null when they may. Missing and foreign answer alike.</summary>
sealed class DeletionAccess(ProjectDirectory projects, IAccessPolicy policy)
{
    public async ValueTask<Error?> RefuseAsync(PortalDbContext db, Caller caller, Deletion deletion, CancellationToken cancellation)
    {
        if (await projects.FindAsync(deletion.ProjectId, cancellation) is not { } project) return ProjectErrors.NotFound;
        // who has nothing there is answered at the price of a missing one
        if (await policy.RightsAsync(caller, project.Target, cancellation) == PermissionSet.None) return ProjectErrors.NotFound;
        var repository = await db.Repositories.Where(r => r.Id == deletion.RepositoryId).Select(r => r.Name).FirstAsync(cancellation);
        var target = project.TargetOf(repository);
        var rights = await policy.RightsAsync(caller, target, cancellation);
        if (rights.Has(Permissions.ArtifactDelete)) return null;
        // who may delete some tags may bring back what took no others
        var tags = await policy.TagsAsync(caller, Permissions.ArtifactDelete, target, cancellation);
        var taken = tags.Some ? await db.TagEvents.Where(e => e.DeletionId == deletion.Id && e.Action == TagAction.Deleted).Select(e => e.TagName).ToListAsync(cancellation) : [];
        return taken.Count > 0 && taken.TrueForAll(tags.Contains) ? null : ProjectErrors.Refusal(caller, rights, Permissions.ArtifactDelete);
    }
}

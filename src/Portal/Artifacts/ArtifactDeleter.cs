using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>What one deletion took, and the id to take it back with.</summary>
/// <param name="Bytes">Sum of the artifacts' sizes as stored; shared blobs count for each.</param>
public sealed record DeletionSummary(long DeletionId, int Artifacts, int Tags, long Bytes);

/// <summary>What is written beside a deletion.</summary>
/// <param name="Reason">In words; past <see cref="Deletion.MaxReason"/> characters it is cut.</param>
/// <param name="Batch">The deletions it is one of; null when it stands alone.</param>
public sealed record DeletionNote(string Reason = "", Guid? Batch = null)
{
    public static DeletionNote None { get; } = new();
}

/// <summary>
/// Deletes tags, artifacts and repositories, for every door alike. Nothing is destroyed: rows are marked and can be restored, and the backing
/// registry is not asked.
/// </summary>
public sealed class ArtifactDeleter
{
    readonly Transactions _transactions;
    readonly RepositoryAccess _access;
    readonly ArtifactLookup _lookup;
    readonly DeletionWriter _writer;

    internal ArtifactDeleter(Transactions transactions, RepositoryAccess access, ArtifactLookup lookup, DeletionWriter writer) =>
        (_transactions, _access, _lookup, _writer) = (transactions, access, lookup, writer);

    /// <summary>Deletes one tag; the artifact stays. Needs <c>tag:delete</c>.</summary>
    public Task<Result<DeletionSummary>> DeleteTagAsync(Caller caller, RepositoryName name, TagName tag, CancellationToken cancellation, DeletionCause cause = DeletionCause.Asked, DeletionNote? note = null) =>
        RunAsync(caller, name, Permissions.TagDelete, cause, note, async (db, target, scope) =>
        {
            if (!scope.Contains(tag.Text)) return AccessErrors.LacksOnTag(Permissions.TagDelete, tag.Text, scope);
            var id = await db.Tags.Where(t => t.RepositoryId == target.Repository.Id && t.Name == tag.Text).Select(t => (long?)t.Id).FirstOrDefaultAsync(cancellation);
            return id is null ? ArtifactErrors.TagNotFound : await _writer.DeleteAsync(db, target, [], id, AuditResources.Tag, $"{name}:{tag}", cancellation);
        }, cancellation);

    /// <summary>
    /// Deletes an artifact named by tag or digest, with all its tags, what is attached to it, and the platforms that only it names. Refused while a live
    /// index names it (<c>PRECONDITION</c>). Needs <c>artifact:delete</c>.
    /// </summary>
    public Task<Result<DeletionSummary>> DeleteArtifactAsync(Caller caller, RepositoryName name, Reference reference, CancellationToken cancellation, DeletionCause cause = DeletionCause.Asked, DeletionNote? note = null) =>
        RunAsync(caller, name, Permissions.ArtifactDelete, cause, note, async (db, target, scope) =>
        {
            if (!await TagReach.HoldsAsync(db, target.Repository.Id, reference, scope, cancellation)) return ArtifactErrors.ArtifactNotFound;
            var artifact = await FindAsync(db, target.Repository.Id, reference, cancellation);
            if (artifact is null) return ArtifactErrors.ArtifactNotFound;
            // all its tags go with it, so the right has to hold on each
            if (!scope.Every && await ForeignTagAsync(db, artifact.Id, scope, cancellation) is { } foreign) return AccessErrors.LacksOnTag(Permissions.ArtifactDelete, foreign, scope);
            var index = await db.ArtifactChildren.Where(c => c.ChildDigest == artifact.Digest)
                .SelectMany(c => db.Artifacts.Where(p => p.Id == c.ParentId && p.RepositoryId == target.Repository.Id && p.DeletionId == null)).Select(p => p.Digest).FirstOrDefaultAsync(cancellation);
            if (index is not null) return ArtifactErrors.NamedByIndex(index);
            var all = await DeletionPlan.GrowAsync(db, target.Repository.Id, artifact, cancellation);
            return await _writer.DeleteAsync(db, target, all, null, AuditResources.Artifact, $"{name}@{artifact.Digest}", cancellation);
        }, cancellation);

    /// <summary>Deletes a repository with everything in it. Needs <c>repository:delete</c>.</summary>
    public Task<Result<DeletionSummary>> DeleteRepositoryAsync(Caller caller, RepositoryName name, CancellationToken cancellation, DeletionNote? note = null) =>
        RunAsync(caller, name, Permissions.RepositoryDelete, DeletionCause.Asked, note, async (db, target, scope) =>
        {
            if (!scope.Every) return AccessErrors.Lacks(Permissions.RepositoryDelete);
            var id = target.Repository.Id;
            // the lock keeps pushes to this repository out until the deletion is done
            if (await db.Repositories.Where(r => r.Id == id && r.DeletionId == null).ExecuteUpdateAsync(s => s.SetProperty(r => r.UpdatedAt, _writer.Now), cancellation) == 0) return ArtifactErrors.RepositoryNotFound;
            var all = await db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == id && a.DeletionId == null).ToListAsync(cancellation);
            var done = await _writer.DeleteAsync(db, target, all, null, AuditResources.Repository, name.Text, cancellation);
            if (!done.Ok) return done;
            var deletion = done.Value.DeletionId;
            await db.Repositories.Where(r => r.Id == id).ExecuteUpdateAsync(s => s.SetProperty(r => r.DeletionId, deletion), cancellation);
            await db.RepositoryBlobs.Where(b => b.RepositoryId == id).ExecuteDeleteAsync(cancellation);
            return done;
        }, cancellation);

    async Task<Result<DeletionSummary>> RunAsync(Caller caller, RepositoryName name, Permission needed, DeletionCause cause, DeletionNote? note, Func<PortalDbContext, DeletionTarget, TagScope, Task<Result<DeletionSummary>>> work, CancellationToken cancellation)
    {
        var found = await _access.FindAsync(caller, name, needed, cancellation);
        if (!found.Ok) return found.Error;
        var outcome = await _transactions.RunAsync(db => work(db, new(caller, found.Value.Project, found.Value.Repository, cause, note ?? DeletionNote.None), found.Value.Tags), cancellation);
        if (outcome.Ok) _lookup.Forget(found.Value.Repository.Id);
        return outcome;
    }

    static async Task<string?> ForeignTagAsync(PortalDbContext db, long artifactId, TagScope scope, CancellationToken cancellation) =>
        (await db.Tags.Where(t => t.ArtifactId == artifactId).Select(t => t.Name).ToListAsync(cancellation)).Find(t => !scope.Contains(t));

    internal static Task<Artifact?> FindAsync(PortalDbContext db, long repositoryId, Reference reference, CancellationToken cancellation)
    {
        var live = db.Artifacts.Where(a => a.RepositoryId == repositoryId && a.DeletionId == null);
        var (digest, tag) = (reference.Digest.Text, reference.Tag.Text);
        return (reference.IsDigest ? live.Where(a => a.Digest == digest) : live.Where(a => a.Tags.Any(t => t.Name == tag))).FirstOrDefaultAsync(cancellation);
    }
}

/// <summary>Where a deletion happens and in whose name.</summary>
sealed record DeletionTarget(Caller Caller, ProjectEntry Project, RepositoryEntry Repository, DeletionCause Cause, DeletionNote Note);

/// <summary>Writes one deletion: guards, marks, history, audit, announcement.</summary>
sealed class DeletionWriter(GuardChain guards, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Deletes artifacts with all their tags, or, when there are none, one tag.</summary>
    public async Task<Result<DeletionSummary>> DeleteAsync(PortalDbContext db, DeletionTarget target, IReadOnlyList<Artifact> artifacts, long? tagId, string resourceType, string resource, CancellationToken cancellation)
    {
        var (caller, project, repository, cause, note) = target;
        var now = time.GetUtcNow();
        var deletion = new Deletion
        {
            ProjectId = project.Id,
            RepositoryId = repository.Id,
            At = now,
            Actor = caller.Name,
            Kind = resourceType == AuditResources.Tag ? DeletionKind.Tag : resourceType == AuditResources.Artifact ? DeletionKind.Artifact : DeletionKind.Repository,
            Cause = cause,
            Reason = note.Reason.Length > Deletion.MaxReason ? note.Reason[..Deletion.MaxReason] : note.Reason,
            Batch = note.Batch,
            Name = resource,
            Artifacts = artifacts.Count,
            ExpiresAt = now + await TrashWindow.OfAsync(db, project.Id, cancellation),
        };
        db.Deletions.Add(deletion);
        await db.SaveChangesAsync(cancellation);
        var ids = artifacts.Select(a => a.Id).Order().ToList();
        var doomed = db.Tags.Where(t => t.RepositoryId == repository.Id && (t.Id == tagId || ids.Contains(t.ArtifactId)));
        // writing locks the rows, so that the tags read behind it are all there are: a push of the same artifact waits, and then brings it back
        var marked = await db.Artifacts.Where(a => ids.Contains(a.Id) && a.DeletionId == null).ExecuteUpdateAsync(s => s.SetProperty(a => a.DeletionId, deletion.Id), cancellation);
        await doomed.ExecuteUpdateAsync(s => s.SetProperty(t => t.Name, t => t.Name), cancellation);
        var tags = await doomed.AsNoTracking().Select(t => new { t.Name, t.Artifact!.Digest }).ToListAsync(cancellation);
        if (marked != ids.Count || (tagId is not null && tags.Count == 0)) return ArtifactErrors.Changed;
        var allowed = await guards.CheckAsync(db, new DeleteContext(caller, project, repository.Name, [.. tags.Select(t => (t.Name, t.Digest))], [.. artifacts.Select(a => a.Digest)], cause), cancellation);
        if (!allowed.Ok) return allowed.Error;
        await doomed.ExecuteDeleteAsync(cancellation);
        foreach (var tag in tags)
            db.TagEvents.Add(new() { RepositoryId = repository.Id, TagName = tag.Name, Action = TagAction.Deleted, Digest = tag.Digest, At = now, Actor = caller.Name, DeletionId = deletion.Id });
        audit.Add(db, new(caller.Actor, AuditActions.Delete, resourceType, resource, project.Id)
        {
            Before = new { deletion = deletion.Id, cause = cause == DeletionCause.Asked ? null : cause.ToString(), reason = deletion.Reason.Length == 0 ? null : deletion.Reason, artifacts = artifacts.Count, tags = tags.Select(t => t.Name).Take(100), digest = tagId is null ? null : tags[0].Digest },
        });
        deletion.Tags = tags.Count;
        await TrashWindow.MeasureAsync(db, deletion, cancellation);
        await db.SaveChangesAsync(cancellation);
        if (artifacts.Count > 0) await StorageAccount.ReleaseAsync(db, project.Id, ids, cancellation);
        await feed.AnnounceAsync(db, cancellation, ArtifactLookup.RepositoryChanged(repository.Id));
        return new DeletionSummary(deletion.Id, artifacts.Count, tags.Count, artifacts.Sum(a => a.Size));
    }
}

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

/// <summary>Where something is to come back when its old name is used again.</summary>
/// <param name="Tags">Other names for tags, by the old ones.</param>
/// <param name="Repository">Another repository of the same project, by its path, that was never used or is empty; null for the old one.</param>
public sealed record RestoreAs(IReadOnlyDictionary<string, string>? Tags = null, string? Repository = null);

/// <summary>Takes deletions back.</summary>
public sealed class DeletionService
{
    readonly Transactions _transactions;
    readonly DeletionAccess _access;
    readonly ArtifactLookup _lookup;
    readonly DeletionEffects _effects;
    readonly RestoreElsewhere _elsewhere;

    internal DeletionService(Transactions transactions, DeletionAccess access, ArtifactLookup lookup, DeletionEffects effects, RestoreElsewhere elsewhere) =>
        (_transactions, _access, _lookup, _effects, _elsewhere) = (transactions, access, lookup, effects, elsewhere);

    /// <summary>
    /// Brings back what one deletion took: artifacts, the repository, and the tags whose names are free. Needs the right to delete artifacts in the repository, or each of the tags that went;
    /// and <c>artifact:create</c> on another repository that it comes back as.
    /// </summary>
    public async Task<Result<RestoreSummary>> RestoreAsync(Caller caller, long deletionId, CancellationToken cancellation, RestoreAs? otherwise = null)
    {
        otherwise ??= new();
        if (otherwise.Tags?.Values.FirstOrDefault(t => !TagName.TryParse(t, out _)) is not null) return ArtifactErrors.TagName;
        long? target = null;
        if (otherwise.Repository is { } path)
        {
            var prepared = await _elsewhere.PrepareAsync(caller, deletionId, path, cancellation);
            if (!prepared.Ok) return prepared.Error;
            target = prepared.Value;
        }
        long repositoryId = 0;
        var outcome = await _transactions.RunAsync(async db =>
        {
            var deletion = await db.Deletions.FirstOrDefaultAsync(d => d.Id == deletionId && d.Kind != DeletionKind.Project, cancellation);
            if (deletion is null) return (Result<RestoreSummary>)ArtifactErrors.DeletionNotFound;
            if (await _access.RefuseAsync(db, caller, deletion, cancellation) is { } refusal) return refusal.Kind == ErrorKind.NotFound ? ArtifactErrors.DeletionNotFound : refusal;
            var now = _effects.Now;
            // of two that restore at the same time the second waits here and then finds it done; and so does whoever hands it to the garbage collection
            if (await db.Deletions.Where(d => d.Id == deletionId && d.RestoredAt == null && d.DestroyedAt == null).ExecuteUpdateAsync(s => s.SetProperty(d => d.RestoredAt, now), cancellation) == 0)
                return await db.Deletions.AnyAsync(d => d.Id == deletionId && d.DestroyedAt != null, cancellation) ? ArtifactErrors.Destroyed : ArtifactErrors.Restored;
            repositoryId = target ?? deletion.RepositoryId!.Value;
            return await RestoreAsync(db, new(caller, deletion, repositoryId, otherwise.Tags ?? NoTags), now, cancellation);
        }, cancellation);
        if (outcome.Ok) _lookup.Forget(repositoryId);
        return outcome;
    }

    static readonly Dictionary<string, string> NoTags = [];

    async Task<Result<RestoreSummary>> RestoreAsync(PortalDbContext db, Restore restore, DateTimeOffset now, CancellationToken cancellation)
    {
        var (caller, deletion, repository, _) = restore;
        var artifacts = await RestorePlan.ArtifactsAsync(db, deletion, cancellation);
        if (repository != deletion.RepositoryId && await db.Artifacts.AnyAsync(a => a.RepositoryId == repository, cancellation)) return ArtifactErrors.RepositoryUsed;
        var place = await _effects.PlaceAsync(db, deletion, repository, cancellation);
        if (!place.Ok) return place.Error;
        if (await _effects.RefuseAsync(db, artifacts.Select(a => PushContext.Of(caller, place.Value.Project, place.Value.Name, null, a)), cancellation) is { } refusal) return refusal;
        foreach (var artifact in artifacts) (artifact.DeletionId, artifact.RepositoryId) = (null, repository);
        await db.SaveChangesAsync(cancellation);
        var ids = artifacts.Select(a => a.Id).ToList();
        await _effects.LinkAsync(db, repository, ids, now, cancellation);
        var booked = await StorageAccount.TakeAsync(db, deletion.ProjectId, ids, cancellation);
        if (!booked.Ok) return booked.Error;
        var (free, taken) = await RestorePlan.FreeTagsAsync(db, restore, cancellation);
        if (await _effects.RefuseAsync(db, free.Select(f => PushContext.Of(caller, place.Value.Project, place.Value.Name, f.Tag, f.Artifact)), cancellation) is { } kept) return kept;
        foreach (var (tag, artifact) in free)
        {
            db.Tags.Add(new() { RepositoryId = repository, ArtifactId = artifact.Id, Name = tag.Text, PushedAt = now, PushedBy = caller.Name });
            db.TagEvents.Add(new() { RepositoryId = repository, TagName = tag.Text, Action = TagAction.Restored, Digest = artifact.Digest, At = now, Actor = caller.Name });
        }
        var restored = free.Count;
        await _effects.RestoredAsync(db, restore, artifacts.Count, restored, cancellation);
        await db.SaveChangesAsync(cancellation);
        await db.Repositories.Where(r => r.Id == repository).ExecuteUpdateAsync(s => s.SetProperty(r => r.DeletionId, (long?)null).SetProperty(r => r.UpdatedAt, now), cancellation);
        return new RestoreSummary(artifacts.Count, restored, taken);
    }
}

/// <summary>One restore under way.</summary>
/// <param name="Repository">Where it comes back.</param>
/// <param name="Names">Other names for tags, by the old ones.</param>
sealed record Restore(Caller Caller, Deletion Deletion, long Repository, IReadOnlyDictionary<string, string> Names);

/// <summary>Works out what belongs to a restore.</summary>
static class RestorePlan
{
    const int MaxRounds = 16;

    /// <summary>The deletion's own artifacts, and the platforms of its indexes that another deletion took since: without them an index would come back in part.</summary>
    public static async Task<List<Artifact>> ArtifactsAsync(PortalDbContext db, Deletion deletion, CancellationToken cancellation)
    {
        var all = await db.Artifacts.Where(a => a.DeletionId == deletion.Id).ToListAsync(cancellation);
        var fresh = all.Select(a => a.Id).ToList();
        for (var round = 0; fresh.Count > 0 && round < MaxRounds; round++)
        {
            var known = all.Select(a => a.Id).ToList();
            var children = await db.Artifacts.Where(a => a.RepositoryId == deletion.RepositoryId && a.DeletionId != null && !known.Contains(a.Id) && db.ArtifactChildren.Any(c => fresh.Contains(c.ParentId) && c.ChildDigest == a.Digest))
                .ToListAsync(cancellation);
            all.AddRange(children);
            fresh = [.. children.Select(c => c.Id)];
        }
        return all;
    }

    /// <summary>A tag whose name was used again meanwhile stays away, and so does one whose artifact is not there.</summary>
    public static async Task<(List<(TagName Tag, Artifact Artifact)> Free, List<string> Taken)> FreeTagsAsync(PortalDbContext db, Restore restore, CancellationToken cancellation)
    {
        var (deletion, repository) = (restore.Deletion, restore.Repository);
        var events = await db.TagEvents.AsNoTracking().Where(e => e.DeletionId == deletion.Id && e.Action == TagAction.Deleted).ToListAsync(cancellation);
        var digests = events.Select(e => e.Digest).Distinct().ToList();
        var live = await db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == repository && a.DeletionId == null && digests.Contains(a.Digest)).ToDictionaryAsync(a => a.Digest, StringComparer.Ordinal, cancellation);
        var wanted = events.Select(e => (Old: e.TagName, Name: restore.Names.GetValueOrDefault(e.TagName, e.TagName), e.Digest)).DistinctBy(e => e.Name, StringComparer.Ordinal).ToList();
        var names = wanted.Select(w => w.Name).ToList();
        var used = (await db.Tags.AsNoTracking().Where(t => t.RepositoryId == repository && names.Contains(t.Name)).Select(t => t.Name).ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
        var free = wanted.Where(w => !used.Contains(w.Name) && live.ContainsKey(w.Digest)).ToList();
        return ([.. free.Select(f => (TagName.TryParse(f.Name, out var tag) ? tag : throw new InvalidOperationException($"The history holds the tag '{f.Name}'."), live[f.Digest]))],
            [.. events.Select(e => e.TagName).Except(free.Select(f => f.Old), StringComparer.Ordinal)]);
    }
}

/// <summary>What taking a deletion back brings with it.</summary>
sealed class DeletionEffects(GuardChain guards, ProjectDirectory projects, IDatabaseProvider provider, AuditLog audit, IChangeFeed feed, TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Where the restore happens.</summary>
    public async Task<Result<(ProjectEntry Project, RepositoryName Name)>> PlaceAsync(PortalDbContext db, Deletion deletion, long repository, CancellationToken cancellation)
    {
        if (await projects.FindAsync(deletion.ProjectId, cancellation) is not { } project) return ProjectErrors.NotFound;
        var path = await db.Repositories.Where(r => r.Id == repository).Select(r => r.Name).SingleAsync(cancellation);
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

    /// <summary>Lets the blobs of artifacts be read in a repository.</summary>
    public async Task LinkAsync(PortalDbContext db, long repository, List<long> artifacts, DateTimeOffset now, CancellationToken cancellation)
    {
        var blobs = await db.ArtifactBlobs.AsNoTracking().Where(b => artifacts.Contains(b.ArtifactId)).Select(b => b.BlobId).Distinct().Order().ToListAsync(cancellation);
        await provider.InsertMissingAsync(db, "artifacts.repository_blob", [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId), nameof(RepositoryBlob.LinkedAt)],
            [nameof(RepositoryBlob.RepositoryId), nameof(RepositoryBlob.BlobId)], [.. blobs.Select(b => new object[] { repository, b, now })], cancellation);
    }

    public async Task RestoredAsync(PortalDbContext db, Restore restore, int artifacts, int tags, CancellationToken cancellation)
    {
        var (caller, deletion, repository, _) = restore;
        var name = await db.Repositories.Where(r => r.Id == repository).Select(r => r.Project!.Name + "/" + r.Name).SingleAsync(cancellation);
        audit.Add(db, new(caller.Actor, AuditActions.Restore, AuditResources.Repository, name, deletion.ProjectId) { After = new { deletion = deletion.Id, artifacts, tags } });
        await feed.AnnounceAsync(db, cancellation, ArtifactLookup.RepositoryChanged(repository));
        if (deletion.RepositoryId is { } old && old != repository) await feed.AnnounceAsync(db, cancellation, ArtifactLookup.RepositoryChanged(old));
    }
}

/// <summary>Brings what a deletion holds into another repository of the backing registry, without moving bytes, before the index says so.</summary>
sealed class RestoreElsewhere(IDbContextFactory<PortalDbContext> contexts, DeletionAccess access, ProjectDirectory projects, RepositoryDirectory repositories, RegistryBackend backend)
{
    /// <summary>The row of the other repository.</summary>
    public async Task<Result<long>> PrepareAsync(Caller caller, long deletionId, string path, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await db.Deletions.AsNoTracking().Include(d => d.Repository).FirstOrDefaultAsync(d => d.Id == deletionId && d.Kind != DeletionKind.Project, cancellation) is not { } deletion) return ArtifactErrors.DeletionNotFound;
        if (await access.RefuseAsync(db, caller, deletion, cancellation) is { } refusal) return refusal.Kind == ErrorKind.NotFound ? ArtifactErrors.DeletionNotFound : refusal;
        if (deletion is { RestoredAt: not null }) return ArtifactErrors.Restored;
        if (deletion is { DestroyedAt: not null }) return ArtifactErrors.Destroyed;
        if (await projects.FindAsync(deletion.ProjectId, cancellation) is not { } project) return ProjectErrors.NotFound;
        if (!RepositoryName.TryCreate(project.Name, path, out var target) || !RepositoryName.TryCreate(project.Name, deletion.Repository!.Name, out var from)) return ArtifactErrors.RepositoryName;
        if (deletion.Artifacts == 0) return ArtifactErrors.NothingToMove;
        if (await access.RefuseTargetAsync(caller, project, target, cancellation) is { } closed) return closed;
        var entry = await repositories.EnsureAsync(project, target, cancellation);
        if (await db.Artifacts.AnyAsync(a => a.RepositoryId == entry.Id, cancellation)) return ArtifactErrors.RepositoryUsed;
        var copied = await CopyAsync(db, deletion, from, target, cancellation);
        return copied.Ok ? entry.Id : copied.Error;
    }

    async Task<Result> CopyAsync(PortalDbContext db, Deletion deletion, RepositoryName from, RepositoryName target, CancellationToken cancellation)
    {
        var artifacts = await RestorePlan.ArtifactsAsync(db, deletion, cancellation);
        var ids = artifacts.Select(a => a.Id).ToList();
        var blobs = await db.ArtifactBlobs.Where(x => ids.Contains(x.ArtifactId)).Select(x => x.Blob!.Digest).Distinct().ToListAsync(cancellation);
        foreach (var blob in blobs)
        {
            var mounted = await backend.Client.MountBlobAsync(target.Text, Digest.Parse(blob), from.Text, cancellation);
            if (!mounted.Ok) return mounted.Error;
            if (!mounted.Value) return ArtifactErrors.Missing([blob]);
        }
        // what an index names has to be there before it, and it always is older
        var children = await db.ArtifactChildren.Where(c => ids.Contains(c.ParentId)).Select(c => new { c.ParentId, c.ChildDigest }).ToListAsync(cancellation);
        var parents = children.ToLookup(c => c.ParentId, c => c.ChildDigest);
        var byDigest = artifacts.ToDictionary(a => a.Digest, StringComparer.Ordinal);
        foreach (var artifact in artifacts.OrderBy(a => Depth(a, byDigest, parents)))
        {
            var content = await db.Manifests.AsNoTracking().Where(m => m.Digest == artifact.Digest).Select(m => m.Content).SingleAsync(cancellation);
            var put = await backend.Client.PutManifestAsync(target.Text, Digest.Parse(artifact.Digest), content, artifact.MediaType, cancellation);
            if (!put.Ok) return put.Error;
        }
        return Result.Success;
    }

    static int Depth(Artifact artifact, Dictionary<string, Artifact> all, ILookup<long, string> children) =>
        children[artifact.Id].Select(d => all.TryGetValue(d, out var child) ? 1 + Depth(child, all, children) : 0).DefaultIfEmpty(0).Max();
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

    public async ValueTask<Error?> RefuseTargetAsync(Caller caller, ProjectEntry project, RepositoryName target, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, project.TargetOf(target.Path), cancellation);
        return rights.Has(Permissions.ArtifactCreate) ? null : ProjectErrors.Refusal(caller, rights, Permissions.ArtifactCreate);
    }
}

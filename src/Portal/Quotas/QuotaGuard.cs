using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Manifests;

namespace Portal.Quotas;

/// <summary>
/// Refuses early what cannot fit, from memory; the booking inside the push's transaction stays the exact bound of the project. The bounds of a repository are held here,
/// with its row locked. A project without limits costs no statement.
/// </summary>
sealed class QuotaGuard(IDbContextFactory<PortalDbContext> contexts, QuotaMemory memory, QuotaFacts facts) : IPushGuard
{
    /// <summary>A manifest's own bytes are not counted, and there are at most so many.</summary>
    const long Uncounted = ManifestLimits.DefaultMaxBytes;

    public async ValueTask<Result> CheckAsync(PushContext push, CancellationToken cancellation)
    {
        // what it shares with others is not known here; an artifact larger than the whole limit fits in no case
        var bounds = await memory.FindAsync(push.Project.Id, cancellation);
        var least = push.Size - Uncounted;
        if (MediaTypes.IsIndex(push.MediaType) || bounds.Limit < 0 || least <= bounds.Limit) return Result.Success;
        bounds = await memory.ReadAsync(push.Project.Id, cancellation);
        if (bounds.Limit < 0 || least <= bounds.Limit || await HoldsAsync(push, cancellation)) return Result.Success;
        var refusal = ArtifactErrors.StorageLimit(least, bounds.Used, bounds.Limit);
        await facts.RefusedAsync(push.Caller, push.Project, push.Repository, refusal, cancellation);
        return refusal;
    }

    public async ValueTask<Result> CheckBlobAsync(BlobPushContext push, CancellationToken cancellation)
    {
        var bounds = await memory.FindAsync(push.Project.Id, cancellation);
        if (push.Size is not { } size || bounds.Limit < 0 || bounds.Used + size <= bounds.Limit) return Result.Success;
        // memory may be behind a deletion, and a blob that the project holds takes nothing
        bounds = await memory.ReadAsync(push.Project.Id, cancellation);
        if (bounds.Limit < 0 || bounds.Used + size <= bounds.Limit || await HoldsAsync(push, cancellation)) return Result.Success;
        var refusal = ArtifactErrors.StorageLimit(size, bounds.Used, bounds.Limit);
        await facts.RefusedAsync(push.Caller, push.Project, push.Repository, refusal, cancellation);
        return refusal;
    }

    public async ValueTask<Result> ConfirmAsync(PortalDbContext db, PushContext push, CancellationToken cancellation)
    {
        var bounds = await memory.FindAsync(db, push.Project.Id, cancellation);
        if (bounds.TagLimit < 0 || push.Tag is null || push.Replaces is not null) return Result.Success;
        var repository = db.Repositories.Where(r => r.ProjectId == push.Project.Id && r.Name == push.Repository.Path);
        // writing locks the row: of several that set new tags each counts what the one before left
        await repository.ExecuteUpdateAsync(s => s.SetProperty(r => r.Name, r => r.Name), cancellation);
        var tags = await db.Tags.CountAsync(t => repository.Any(r => r.Id == t.RepositoryId), cancellation);
        return tags < bounds.TagLimit ? Result.Success : ArtifactErrors.TagLimit(push.Repository, bounds.TagLimit);
    }

    public async ValueTask<Result> CompleteAsync(PortalDbContext db, PushContext push, CancellationToken cancellation)
    {
        var bounds = await memory.FindAsync(db, push.Project.Id, cancellation);
        if (bounds.RepositoryLimit >= 0)
        {
            var held = await db.Blobs.Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id
                && db.Artifacts.Any(a => a.Id == x.ArtifactId && a.DeletionId == null && a.Repository!.ProjectId == push.Project.Id && a.Repository.Name == push.Repository.Path))).SumAsync(b => b.Size, cancellation);
            if (held > bounds.RepositoryLimit && await AddsAsync(db, push, cancellation)) return ArtifactErrors.RepositoryLimit(push.Repository, held, bounds.RepositoryLimit);
        }
        if (bounds.Limit > 0) await facts.NoteAsync(db, push.Caller, push.Project, cancellation);
        return Result.Success;
    }

    public async ValueTask RefusedAsync(PushContext push, Error refusal, CancellationToken cancellation)
    {
        if (refusal.Field == ArtifactErrors.Limited) await facts.RefusedAsync(push.Caller, push.Project, push.Repository, refusal, cancellation);
    }

    // a repository above a limit that came later still takes an artifact of blobs that another one names
    static Task<bool> AddsAsync(PortalDbContext db, PushContext push, CancellationToken cancellation)
    {
        var digest = push.Digest.Text;
        var others = db.ArtifactBlobs.Where(x => db.Artifacts.Any(a => a.Id == x.ArtifactId && a.DeletionId == null && a.Digest != digest && a.Repository!.ProjectId == push.Project.Id && a.Repository.Name == push.Repository.Path));
        return db.ArtifactBlobs.AnyAsync(x => db.Artifacts.Any(a => a.Id == x.ArtifactId && a.Digest == digest && a.Repository!.ProjectId == push.Project.Id && a.Repository.Name == push.Repository.Path)
            && !others.Any(o => o.BlobId == x.BlobId), cancellation);
    }

    async Task<bool> HoldsAsync(BlobPushContext push, CancellationToken cancellation)
    {
        if (push.Digest is not { } digest) return false;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.ProjectBlobs.AnyAsync(p => p.ProjectId == push.Project.Id && db.Blobs.Any(b => b.Id == p.BlobId && b.Digest == digest.Text), cancellation);
    }

    async Task<bool> HoldsAsync(PushContext push, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Artifacts.AnyAsync(a => a.ProjectId == push.Project.Id && a.DeletionId == null && a.Digest == push.Digest.Text, cancellation);
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>A manifest to be indexed, validated and with everything it names found.</summary>
/// <param name="TagUnlessSetAfter">Leaves the tag alone when it was set or deleted later than this: for a push that is made up for.</param>
sealed record IndexRequest(PushContext Push, RepositoryEntry Repository, ManifestDocument Document, ManifestContents Contents, ConfigContent Config, Guid? Intent, DateTimeOffset? TagUnlessSetAfter = null);

/// <summary>Writes everything that a push changes in one transaction.</summary>
sealed class ManifestIndexer(Transactions transactions, IDatabaseProvider provider, TagWriter tags, AuditLog audit, ArtifactLookup lookup, TimeProvider time)
{
    public async Task<Result> IndexAsync(IndexRequest request, CancellationToken cancellation)
    {
        var outcome = await transactions.RunAsync(db => WriteAsync(db, request, cancellation), cancellation);
        if (outcome.Ok && request.Push.Tag is { } tag) lookup.Forget(request.Repository.Id, tag.Text);
        return outcome;
    }

    async Task<Result> WriteAsync(PortalDbContext db, IndexRequest request, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (push, document) = (request.Push, request.Document);
        var artifact = await UpsertAsync(db, request, now, cancellation);
        // blobs always in the same order, so that two pushes of the same ones wait for each other instead of blocking each other
        await provider.InsertMissingAsync(db,
        [
            new("artifacts.manifest", [nameof(ManifestContent.Digest), nameof(ManifestContent.MediaType), nameof(ManifestContent.Content)], [nameof(ManifestContent.Digest)],
                [[artifact.Digest, document.MediaType, document.Bytes.ToArray()]]),
            new("artifacts.project_blob", [nameof(ProjectBlob.ProjectId), nameof(ProjectBlob.BlobId), nameof(ProjectBlob.Size)], [nameof(ProjectBlob.ProjectId), nameof(ProjectBlob.BlobId)],
                [.. request.Contents.Blobs.Values.OrderBy(b => b.Id).Select(b => new object[] { push.Project.Id, b.Id, b.Size })]),
        ], Durability.Full, cancellation);
        if (push.Tag is { } tag && !await WasSetAfterAsync(db, request, tag.Text, cancellation))
        {
            var set = await tags.SetAsync(db, push, artifact, now, cancellation);
            if (!set.Ok) return set;
        }
        if (push.Project.AuditPushes)
            audit.Add(db, new(push.Caller.Actor, AuditActions.Push, AuditResources.Artifact, push.Tag is { } t ? $"{push.Repository}:{t}" : $"{push.Repository}@{artifact.Digest}", push.Project.Id)
            {
                After = new { digest = artifact.Digest, mediaType = artifact.MediaType, size = artifact.Size },
            });
        await db.SaveChangesAsync(cancellation);
        // The repository's row comes last, because every push to the repository waits for it.
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM artifacts.push_intent WHERE "Id" = {request.Intent};
            UPDATE artifacts.repository SET "LastPushedAt" = {now}, "UpdatedAt" = {now}, "DeletionId" = NULL WHERE "Id" = {request.Repository.Id};
            """, cancellation);
        return Result.Success;
    }

    static async Task<Artifact> UpsertAsync(PortalDbContext db, IndexRequest request, DateTimeOffset now, CancellationToken cancellation)
    {
        var digest = request.Document.Digest.Text;
        // writing locks the row: a deletion of the same artifact comes wholly before, and is undone here, or wholly after
        var known = await db.Database.ExecuteSqlAsync($"""
            UPDATE artifacts.artifact SET "DeletionId" = NULL, "PushedAt" = {now}, "PushedBy" = {request.Push.Caller.Name}, "Size" = {request.Contents.Size}
            WHERE "RepositoryId" = {request.Repository.Id} AND "Digest" = {digest}
            """, cancellation);
        if (known > 0) return await db.Artifacts.SingleAsync(a => a.RepositoryId == request.Repository.Id && a.Digest == digest, cancellation);
        var artifact = ArtifactBuilder.Build(request.Repository, request.Document, request.Contents, request.Config, request.Push.Tag?.Text, request.Push.Caller.Name, now);
        db.Artifacts.Add(artifact);
        if (request.Config.Json is { } json) db.ArtifactConfigs.Add(new() { Artifact = artifact, Json = json });
        return artifact;
    }

    static async Task<bool> WasSetAfterAsync(PortalDbContext db, IndexRequest request, string tag, CancellationToken cancellation) =>
        request.TagUnlessSetAfter is { } since
        && (await db.Tags.AnyAsync(t => t.RepositoryId == request.Repository.Id && t.Name == tag && t.PushedAt > since, cancellation)
            || await db.TagEvents.AnyAsync(e => e.RepositoryId == request.Repository.Id && e.TagName == tag && e.At > since, cancellation));
}

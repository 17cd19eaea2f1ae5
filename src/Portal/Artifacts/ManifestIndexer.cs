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
sealed class ManifestIndexer(Transactions transactions, TagWriter tags, GuardChain guards, AuditLog audit, IndexMemory memory, TimeProvider time)
{
    public async Task<Result> IndexAsync(IndexRequest request, CancellationToken cancellation)
    {
        // what was not there a moment ago is written without looking again; should it be there after all, its key says so and the second attempt looks
        var attempts = 0;
        Result outcome;
        try
        {
            outcome = await transactions.RunAsync(db => WriteAsync(db, request, request.Contents.Fresh && attempts++ == 0, cancellation), cancellation);
        }
        catch (Exception e) when (memory.IsBrokenReference(e))
        {
            // a blob that was there when the manifest was checked has been cleaned up: the client is told to send it, as if it had never been there
            memory.Forget(request);
            outcome = ArtifactErrors.Missing([.. request.Contents.Blobs.Keys]);
        }
        if (outcome.Ok) memory.TagSet(request);
        if (!outcome.Ok) await guards.RefusedAsync(request.Push, outcome.Error, cancellation);
        return outcome;
    }

    async Task<Result> WriteAsync(PortalDbContext db, IndexRequest request, bool fresh, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (push, document) = (request.Push, request.Document);
        var setsTag = push.Tag is { } wanted && !await WasSetAfterAsync(db, request, wanted.Text, cancellation);
        var locked = fresh ? default : await PushLock.TakeAsync(db, request, setsTag, now, cancellation);
        // it went for good after the repository was looked at: its bytes are not in the registry's care any more, so all of it begins anew
        if (request.Contents.Known && !locked.Artifact) return ArtifactErrors.Changed;
        var artifact = locked.Artifact ? await KnownAsync(db, request, cancellation) : Add(db, request, now);
        if (setsTag)
        {
            var set = await tags.SetLockedAsync(db, push, artifact, locked.Tag, now, cancellation);
            if (!set.Ok) return set;
        }
        if (push.Project.AuditPushes)
            audit.Add(db, new(push.Caller.Actor, AuditActions.Push, AuditResources.Artifact, push.Tag is { } t ? $"{push.Repository}:{t}" : $"{push.Repository}@{artifact.Digest}", push.Project.Id)
            {
                After = new { digest = artifact.Digest, mediaType = artifact.MediaType, size = artifact.Size },
            });
        if (!fresh) await db.SaveChangesAsync(cancellation);
        var closed = await CloseAsync(db, request, artifact, now, cancellation);
        return closed.Ok ? await guards.CompleteAsync(db, push, cancellation) : closed;
    }

    // The rows that many pushes wait for come last and together: the repository's and the project's.
    static async Task<Result> CloseAsync(PortalDbContext db, IndexRequest request, Artifact artifact, DateTimeOffset now, CancellationToken cancellation)
    {
        var document = request.Document;
        await using var batch = db.CreateBatch();
        if (artifact.Id <= 0) batch.AddInserts(db, artifact, nameof(Artifact.RepositoryId), nameof(Artifact.Digest));
        // writing locks the row when there is one: a clean-up of the same bytes comes wholly before, and is made good below, or finds that they are needed
        batch.Add("""UPDATE artifacts.manifest SET "MediaType" = "MediaType" WHERE "Digest" = @digest""", ("digest", artifact.Digest));
        batch.Add("""
            INSERT INTO artifacts.manifest ("Digest", "MediaType", "Content") SELECT @digest, @type, @content WHERE NOT EXISTS (SELECT 1 FROM artifacts.manifest WHERE "Digest" = @digest)
            """, ("digest", artifact.Digest), ("type", document.MediaType), ("content", document.Bytes.ToArray()));
        if (request.Intent is { } intent) batch.Add("""DELETE FROM artifacts.push_intent WHERE "Id" = @id""", ("id", intent));
        batch.Add("""UPDATE artifacts.repository SET "LastPushedAt" = @now, "UpdatedAt" = @now, "DeletionId" = NULL WHERE "Id" = @id""", ("now", now), ("id", request.Repository.Id));
        // a deletion of the whole repository may have taken the links since they were looked at
        if (request.Contents.Blobs.Count > 0)
            batch.Add("""
                INSERT INTO artifacts.repository_blob ("RepositoryId", "BlobId", "LinkedAt") SELECT DISTINCT @repository, x."BlobId", @now FROM artifacts.artifact_blob AS x
                WHERE x."ArtifactId" = (SELECT a."Id" FROM artifacts.artifact AS a WHERE a."RepositoryId" = @repository AND a."Digest" = @digest)
                    AND NOT EXISTS (SELECT 1 FROM artifacts.repository_blob AS l WHERE l."RepositoryId" = @repository AND l."BlobId" = x."BlobId")
                """, ("repository", request.Repository.Id), ("digest", artifact.Digest), ("now", now));
        var booked = request.Contents.Blobs.Count > 0 ? StorageAccount.Book(batch, request.Push.Project.Id, request.Repository.Id, artifact.Digest) : null;
        await batch.ExecuteNonQueryAsync(cancellation);
        if (booked is null or { RecordsAffected: > 0 }) return Result.Success;
        return await StorageAccount.RefusalAsync(db, request.Push.Project.Id, [.. request.Contents.Blobs.Values.Select(b => b.Id)], cancellation);
    }

    static Task<Artifact> KnownAsync(PortalDbContext db, IndexRequest request, CancellationToken cancellation)
    {
        var digest = request.Document.Digest.Text;
        return db.Artifacts.SingleAsync(a => a.RepositoryId == request.Repository.Id && a.Digest == digest, cancellation);
    }

    static Artifact Add(PortalDbContext db, IndexRequest request, DateTimeOffset now)
    {
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

/// <summary>
/// What a push finds, locked by writing to it: a deletion of the same artifact comes wholly before, and is undone here, or wholly after; of concurrent pushes of one tag
/// each sees what the one before left.
/// </summary>
readonly record struct PushLock(bool Artifact, bool Tag)
{
    /// <summary>Writes to the rows of the artifact and, when it is to be set, the tag, in one round trip, and tells which of them were there.</summary>
    public static async Task<PushLock> TakeAsync(PortalDbContext db, IndexRequest request, bool tag, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var batch = db.CreateBatch();
        var artifact = batch.Add("""
            UPDATE artifacts.artifact SET "DeletionId" = NULL, "PushedAt" = @now, "PushedBy" = @by, "Size" = @size WHERE "RepositoryId" = @repository AND "Digest" = @digest
            """, ("now", now), ("by", request.Push.Caller.Name), ("size", request.Contents.Size), ("repository", request.Repository.Id), ("digest", request.Document.Digest.Text));
        var name = tag ? batch.Add("""
            UPDATE artifacts.tag SET "PushedAt" = @now WHERE "RepositoryId" = @repository AND "Name" = @name
            """, ("now", now), ("repository", request.Repository.Id), ("name", request.Push.Tag!.Value.Text)) : null;
        await batch.ExecuteNonQueryAsync(cancellation);
        return new(artifact.RecordsAffected > 0, name is { RecordsAffected: > 0 });
    }
}

/// <summary>What memory has to drop once a push is written, or found that what it names is gone.</summary>
sealed class IndexMemory(ArtifactLookup lookup, IDatabaseProvider provider)
{
    public bool IsBrokenReference(Exception e) => provider.IsBrokenReference(e);

    public void TagSet(IndexRequest request)
    {
        if (request.Push.Tag is { } tag) lookup.Forget(request.Repository.Id, tag.Text);
    }

    public void Forget(IndexRequest request) => lookup.Forget(request.Repository.Id);
}

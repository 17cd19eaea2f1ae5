using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Artifacts;

/// <summary>Sets one tag inside a transaction, with its line of history. The guards are asked while the tag's row is locked.</summary>
sealed class TagWriter(GuardChain guards, IChangeFeed feed)
{
    /// <summary>Adds the tag or moves it; nothing happens to history when it named the artifact already. The caller saves.</summary>
    public async Task<Result> SetAsync(PortalDbContext db, PushContext push, Artifact artifact, DateTimeOffset now, CancellationToken cancellation)
    {
        // writing locks the row, so that of concurrent pushes of one tag each sees what the one before left
        var name = push.Tag!.Value.Text;
        var known = await db.Database.ExecuteSqlAsync($"""UPDATE artifacts.tag SET "PushedAt" = {now} WHERE "RepositoryId" = {artifact.RepositoryId} AND "Name" = {name}""", cancellation);
        return await SetLockedAsync(db, push, artifact, known > 0, now, cancellation);
    }

    /// <summary>The same where the tag's row is locked, with the time set, or was found missing.</summary>
    public async Task<Result> SetLockedAsync(PortalDbContext db, PushContext push, Artifact artifact, bool known, DateTimeOffset now, CancellationToken cancellation)
    {
        var name = push.Tag!.Value.Text;
        var tag = known ? await db.Tags.Include(t => t.Artifact).SingleAsync(t => t.RepositoryId == artifact.RepositoryId && t.Name == name, cancellation) : null;
        var before = tag?.Artifact!.Digest;
        var allowed = await guards.ConfirmAsync(db, push with { Replaces = before is null ? null : Digest.Parse(before) }, cancellation);
        if (!allowed.Ok) return allowed;
        if (before == artifact.Digest)
        {
            tag!.PushedBy = push.Caller.Name;
            return Result.Success;
        }
        if (tag is null) db.Tags.Add(new() { RepositoryId = artifact.RepositoryId, Artifact = artifact, Name = name, PushedAt = now, PushedBy = push.Caller.Name });
        else (tag.Artifact, tag.PushedBy) = (artifact, push.Caller.Name);
        db.TagEvents.Add(new()
        {
            RepositoryId = artifact.RepositoryId,
            TagName = name,
            Action = tag is null ? TagAction.Created : TagAction.Moved,
            Digest = artifact.Digest,
            PreviousDigest = before,
            At = now,
            Actor = push.Caller.Name,
        });
        // nobody keeps in memory that a tag is missing, so a new one takes nobody by surprise
        if (tag is not null) await feed.AnnounceAsync(db, cancellation, ArtifactLookup.TagChanged(artifact.RepositoryId, name));
        return Result.Success;
    }
}

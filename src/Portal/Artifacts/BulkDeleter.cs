using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>A tag that is to go.</summary>
public readonly record struct DoomedTag(long Id, string Name, string Digest);

/// <summary>What is to go from one repository: artifacts with all their tags, and tags alone.</summary>
/// <param name="Artifacts">Whole families: whatever hangs on them is named too.</param>
/// <param name="Tags">All tags of those artifacts, and the tags that go alone.</param>
public sealed record DoomedRepository(long RepositoryId, RepositoryName Name, IReadOnlyList<(long Id, string Digest)> Artifacts, IReadOnlyList<DoomedTag> Tags);

/// <summary>What became of a repository: the deletion to take back, or why nothing of it went.</summary>
public sealed record BulkOutcome(DoomedRepository Repository, long DeletionId, Error? Refusal);

/// <summary>
/// Deletes much at once from many repositories of a project, through the same guards as every other deletion and with the same effect: rows are marked, and each repository's deletion can
/// be taken back. A repository that has changed since it was looked at, or whose deletion a guard refuses, is left as it is.
/// </summary>
public sealed class BulkDeleter
{
    readonly Transactions _transactions;
    readonly GuardChain _guards;
    readonly AuditLog _audit;
    readonly IChangeFeed _feed;
    readonly ArtifactLookup _lookup;
    readonly TimeProvider _time;

    internal BulkDeleter(Transactions transactions, GuardChain guards, AuditLog audit, IChangeFeed feed, ArtifactLookup lookup, TimeProvider time) =>
        (_transactions, _guards, _audit, _feed, _lookup, _time) = (transactions, guards, audit, feed, lookup, time);

    /// <summary>Deletes in one transaction; a few thousand rows are a good size. Rights are the business of whoever calls.</summary>
    public async Task<IReadOnlyList<BulkOutcome>> DeleteAsync(Caller caller, ProjectEntry project, IReadOnlyList<DoomedRepository> repositories, DeletionCause cause, DeletionNote note, CancellationToken cancellation)
    {
        var refused = new Dictionary<long, Error>();
        while (true)
        {
            var part = repositories.Where(r => !refused.ContainsKey(r.RepositoryId)).ToList();
            if (part.Count == 0) return [.. repositories.Select(r => new BulkOutcome(r, 0, refused[r.RepositoryId]))];
            var found = new Dictionary<long, Error>();
            var done = await _transactions.RunAsync(async db =>
            {
                // the transaction may run several times
                found.Clear();
                return await DeleteAsync(db, new(caller, project, cause, note), part, found, cancellation);
            }, cancellation);
            foreach (var (id, error) in found) refused[id] = error;
            if (!done.Ok) continue;
            foreach (var repository in part) _lookup.Forget(repository.RepositoryId);
            return [.. repositories.Select(r => new BulkOutcome(r, done.Value.GetValueOrDefault(r.RepositoryId), refused.GetValueOrDefault(r.RepositoryId)))];
        }
    }

    sealed record Act(Caller Caller, ProjectEntry Project, DeletionCause Cause, DeletionNote Note);

    // Refused as a whole, with the repositories at fault in `refused`, when any cannot go: the caller tries again without them.
    async Task<Result<Dictionary<long, long>>> DeleteAsync(PortalDbContext db, Act act, List<DoomedRepository> repositories, Dictionary<long, Error> refused, CancellationToken cancellation)
    {
        foreach (var one in repositories)
            if (await _guards.CheckAsync(db, new DeleteContext(act.Caller, act.Project, one.Name, [.. one.Tags.Select(t => (t.Name, t.Digest))], [.. one.Artifacts.Select(a => a.Digest)], act.Cause), cancellation) is { Ok: false } no)
                refused[one.RepositoryId] = no.Error;
        if (refused.Count > 0) return ArtifactErrors.Changed;
        var now = _time.GetUtcNow();
        var expires = now + await TrashWindow.OfAsync(db, act.Project.Id, cancellation);
        var deletions = repositories.ConvertAll(r => Deletion(act, r, now, expires));
        db.Deletions.AddRange(deletions);
        await db.SaveChangesAsync(cancellation);
        await MarkAsync(db, act, repositories, deletions, refused, cancellation);
        var ids = repositories.SelectMany(r => r.Artifacts.Select(a => a.Id)).ToList();
        // a tag or an index that came after the look keeps the artifact
        foreach (var id in await db.Artifacts.Where(a => ids.Contains(a.Id) && (a.Tags.Any() || db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId && p.DeletionId == null))))
            .Select(a => a.RepositoryId).Distinct().ToListAsync(cancellation)) refused[id] = ArtifactErrors.Changed;
        if (refused.Count > 0) return ArtifactErrors.Changed;
        for (var i = 0; i < repositories.Count; i++)
            _audit.Add(db, new(act.Caller.Actor, AuditActions.Delete, AuditResources.Repository, repositories[i].Name.Text, act.Project.Id)
            {
                Before = new { deletion = deletions[i].Id, cause = act.Cause == DeletionCause.Retention ? "retention" : "asked", artifacts = repositories[i].Artifacts.Count, tags = repositories[i].Tags.Select(t => t.Name).Take(100) },
            });
        await TrashWindow.MeasureAsync(db, deletions, cancellation);
        await db.SaveChangesAsync(cancellation);
        if (ids.Count > 0) await StorageAccount.ReleaseAsync(db, act.Project.Id, ids, cancellation);
        await _feed.AnnounceAsync(db, cancellation, [.. repositories.Select(r => ArtifactLookup.RepositoryChanged(r.RepositoryId))]);
        return deletions.ToDictionary(d => d.RepositoryId!.Value, d => d.Id);
    }

    static Deletion Deletion(Act act, DoomedRepository doomed, DateTimeOffset now, DateTimeOffset expires) => new()
    {
        ProjectId = act.Project.Id,
        RepositoryId = doomed.RepositoryId,
        At = now,
        Actor = act.Caller.Name,
        Kind = doomed.Artifacts.Count > 0 ? DeletionKind.Artifact : DeletionKind.Tag,
        Cause = act.Cause,
        Reason = act.Note.Reason,
        Batch = act.Note.Batch,
        Name = doomed switch
        {
            { Artifacts: [var only] } => $"{doomed.Name}@{only.Digest}",
            { Artifacts: [], Tags: [var tag] } => $"{doomed.Name}:{tag.Name}",
            _ => doomed.Name.Text,
        },
        Artifacts = doomed.Artifacts.Count,
        Tags = doomed.Tags.Count,
        ExpiresAt = expires,
    };

    static async Task MarkAsync(PortalDbContext db, Act act, List<DoomedRepository> repositories, List<Deletion> deletions, Dictionary<long, Error> refused, CancellationToken cancellation)
    {
        await using var batch = db.CreateBatch();
        var expected = new List<(System.Data.Common.DbBatchCommand Command, long Repository, int Rows)>();
        for (var i = 0; i < repositories.Count; i++)
        {
            var (one, deletion) = (repositories[i], deletions[i]);
            if (one.Artifacts.Count > 0)
                expected.Add((batch.Add($"""UPDATE artifacts.artifact SET "DeletionId" = @deletion WHERE "DeletionId" IS NULL AND "RepositoryId" = @repository AND "Id" IN ({List(one.Artifacts.Select(a => a.Id))})""",
                    ("deletion", deletion.Id), ("repository", one.RepositoryId)), one.RepositoryId, one.Artifacts.Count));
            if (one.Tags.Count == 0) continue;
            var tags = List(one.Tags.Select(t => t.Id));
            batch.Add($"""
                INSERT INTO artifacts.tag_event ("RepositoryId", "TagName", "Action", "Digest", "At", "Actor", "DeletionId")
                SELECT t."RepositoryId", t."Name", {(int)TagAction.Deleted}, a."Digest", @at, @actor, @deletion FROM artifacts.tag AS t JOIN artifacts.artifact AS a ON a."Id" = t."ArtifactId"
                WHERE t."RepositoryId" = @repository AND t."Id" IN ({tags})
                """, ("at", deletion.At), ("actor", act.Caller.Name), ("deletion", deletion.Id), ("repository", one.RepositoryId));
            expected.Add((batch.Add($"""DELETE FROM artifacts.tag WHERE "RepositoryId" = @repository AND "Id" IN ({tags})""", ("repository", one.RepositoryId)), one.RepositoryId, one.Tags.Count));
        }
        await batch.ExecuteNonQueryAsync(cancellation);
        foreach (var (command, repository, rows) in expected)
            if (command.RecordsAffected != rows) refused[repository] = ArtifactErrors.Changed;
    }

    // in order, so that two who delete the same wait for each other instead of blocking each other
    static string List(IEnumerable<long> ids) => string.Join(',', ids.Order().Select(i => i.ToString(CultureInfo.InvariantCulture)));
}

using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Sets tags on artifacts that a repository holds already.</summary>
public sealed class TagService
{
    readonly Transactions _transactions;
    readonly RepositoryAccess _access;
    readonly GuardChain _guards;
    readonly TagWriter _writer;
    readonly AuditLog _audit;
    readonly TimeProvider _time;

    internal TagService(Transactions transactions, RepositoryAccess access, GuardChain guards, TagWriter writer, AuditLog audit, TimeProvider time) =>
        (_transactions, _access, _guards, _writer, _audit, _time) = (transactions, access, guards, writer, audit, time);

    /// <summary>
    /// Puts a tag back on something it named before, according to its history, while the repository still holds that. A rule that keeps the tag from
    /// moving keeps it from moving back as well. Needs the right <c>tag:create</c>.
    /// </summary>
    public async Task<Result> RevertAsync(Caller caller, RepositoryName name, string? tag, Digest digest, CancellationToken cancellation)
    {
        if (!TagName.TryParse(tag, out var wanted)) return ArtifactErrors.TagName;
        var found = await _access.FindAsync(caller, name, Permissions.TagCreate, cancellation);
        if (!found.Ok) return found.Error;
        var repository = found.Value.Repository.Id;
        var named = await _transactions.RunAsync<bool>(async db => await db.TagEvents.AnyAsync(e => e.RepositoryId == repository && e.TagName == wanted.Text
            && (e.Digest == digest.Text || e.PreviousDigest == digest.Text), cancellation), cancellation);
        if (!named.Value) return ArtifactErrors.NeverNamed(wanted, digest);
        return await SetAsync(caller, name, digest, wanted.Text, move: true, cancellation);
    }

    /// <summary>
    /// Puts a tag on an artifact, named by another tag or by digest. With <paramref name="move"/> false a tag that names something else is refused
    /// (<c>CONFLICT</c>). Needs the right <c>tag:create</c>.
    /// </summary>
    public async Task<Result> SetAsync(Caller caller, RepositoryName name, Reference source, string? tag, bool move, CancellationToken cancellation)
    {
        if (!TagName.TryParse(tag, out var wanted)) return ArtifactErrors.TagName;
        var found = await _access.FindAsync(caller, name, Permissions.TagCreate, cancellation);
        if (!found.Ok) return found.Error;
        var (project, repository, tags) = found.Value;
        if (!tags.Contains(wanted.Text)) return AccessErrors.LacksOnTag(Permissions.TagCreate, wanted.Text, tags);
        PushContext? tried = null;
        var outcome = await _transactions.RunAsync(async db =>
        {
            // a tag is a way to what it names, so whoever sets one must have another already
            var reached = await TagReach.HoldsAsync(db, repository.Id, source, await _access.TagsAsync(caller, project, name, Permissions.ArtifactRead, cancellation), cancellation);
            var artifact = reached ? await ArtifactDeleter.FindAsync(db, repository.Id, source, cancellation) : null;
            // writing locks the row, so that it is not deleted while a tag is put on it
            if (artifact is null || await db.Artifacts.Where(a => a.Id == artifact.Id && a.DeletionId == null).ExecuteUpdateAsync(s => s.SetProperty(a => a.Digest, a => a.Digest), cancellation) == 0)
                return ArtifactErrors.ArtifactNotFound;
            var push = tried = PushContext.Of(caller, project, name, wanted, artifact);
            var allowed = await _guards.CheckAsync(push, cancellation);
            if (!allowed.Ok) return allowed;
            if (!move && await db.Tags.AnyAsync(t => t.RepositoryId == repository.Id && t.Name == wanted.Text && t.ArtifactId != artifact.Id, cancellation)) return ArtifactErrors.TagTaken(wanted);
            var before = await db.Tags.AsNoTracking().Where(t => t.RepositoryId == repository.Id && t.Name == wanted.Text).Select(t => t.Artifact!.Digest).FirstOrDefaultAsync(cancellation);
            var set = await _writer.SetAsync(db, push, artifact, _time.GetUtcNow(), cancellation);
            if (!set.Ok) return set;
            _audit.Add(db, new(caller.Actor, before is null ? AuditActions.Create : AuditActions.Update, AuditResources.Tag, $"{name}:{wanted}", project.Id)
            {
                Before = before is null ? null : new { digest = before },
                After = new { digest = artifact.Digest },
            });
            await db.SaveChangesAsync(cancellation);
            return Result.Success;
        }, cancellation);
        if (!outcome.Ok && tried is not null) await _guards.RefusedAsync(tried, outcome.Error, cancellation);
        return outcome;
    }
}

/// <summary>A repository and in which of its tags the right holds that was asked for.</summary>
readonly record struct FoundRepository(ProjectEntry Project, RepositoryEntry Repository, TagScope Tags);

/// <summary>Finds a repository for a caller: missing and foreign answer alike.</summary>
sealed class RepositoryAccess(ProjectDirectory projects, RepositoryDirectory repositories, IAccessPolicy policy)
{
    public async ValueTask<Result<FoundRepository>> FindAsync(Caller caller, RepositoryName name, Permission needed, CancellationToken cancellation)
    {
        if (await projects.FindAsync(name.Project, cancellation) is not { } project) return ProjectErrors.NotFound;
        var tags = await TagsAsync(caller, project, name, needed, cancellation);
        if (!tags.Some) return ProjectErrors.Refusal(caller, await policy.RightsAsync(caller, project.TargetOf(name.Path), cancellation), needed);
        return await repositories.FindAsync(project, name, cancellation) is { } repository ? new FoundRepository(project, repository, tags) : ArtifactErrors.RepositoryNotFound;
    }

    /// <summary>In which tags of a repository the caller has another right.</summary>
    public ValueTask<TagScope> TagsAsync(Caller caller, ProjectEntry project, RepositoryName name, Permission right, CancellationToken cancellation) =>
        policy.TagsAsync(caller, right, project.TargetOf(name.Path), cancellation);
}

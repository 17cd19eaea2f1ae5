using Portal.Access;
using Portal.Audit;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>What a copy brought into a repository.</summary>
/// <param name="Digest">The artifact that was named; its digest is the same on both sides.</param>
/// <param name="Artifacts">How many manifests were put: itself, its children, and what is attached to any of them.</param>
/// <param name="Tags">The tags that were set on it.</param>
public sealed record CopySummary(Digest Digest, int Artifacts, IReadOnlyList<string> Tags);

/// <summary>
/// Copies an artifact between repositories of this portal, with its children and everything attached to it. No blob is moved: the backing registry
/// links it into the target, and each manifest then takes the way of a push, guards and audit included.
/// </summary>
public sealed class ArtifactCopier
{
    readonly CopyPlanner _planner;
    readonly ProjectQueries _projects;
    readonly BlobService _blobs;
    readonly PushService _push;
    readonly GuardChain _guards;
    readonly AuditLog _audit;

    internal ArtifactCopier(CopyPlanner planner, ProjectQueries projects, BlobService blobs, PushService push, GuardChain guards, AuditLog audit) =>
        (_planner, _projects, _blobs, _push, _guards, _audit) = (planner, projects, blobs, push, guards, audit);

    /// <summary>
    /// Copies what <paramref name="source"/> names into <paramref name="target"/>, which need not exist yet. The tags are moved there when they name something
    /// else, as far as the target's rules let them. Needs <c>artifact:create</c> on the target and each tag that is set, <c>artifact:read</c> and
    /// <c>repository:pull</c> on the source. What is attached to another artifact goes with that one only (<c>DENIED</c>).
    /// The target's rules are asked before anything is put. A failure on the way leaves what was put before it: copying again takes up the rest.
    /// </summary>
    /// <param name="tags">The tags that the copy gets; none puts it there by digest alone, null takes along all that it has.</param>
    public async Task<Result<CopySummary>> CopyAsync(Caller caller, RepositoryName source, Reference reference, RepositoryName target, IReadOnlyList<TagName>? tags, CancellationToken cancellation)
    {
        var place = await _projects.ResolveAsync(caller, target.Project, target.Path, Permissions.ArtifactCreate, cancellation);
        if (!place.Ok) return place.Error;
        var project = place.Value.Project;
        var planned = await _planner.PlanAsync(caller, source, reference, tags, cancellation);
        if (!planned.Ok) return planned.Error;
        var plan = planned.Value;
        var named = plan.Steps.Single(s => s.Artifact.Digest == plan.Root.Text).Names.Where(n => !n.IsDigest).Select(n => n.Tag.Text).ToList();
        if (named.Find(t => !place.Value.Tags.Contains(t)) is { } foreign) return AccessErrors.LacksOnTag(Permissions.ArtifactCreate, foreign, place.Value.Tags);
        foreach (var step in plan.Steps)
            foreach (var name in step.Names)
                if (await _guards.CheckAsync(PushContext.Of(caller, project, target, name.IsDigest ? null : name.Tag, step.Artifact), cancellation) is { Ok: false } refusal) return refusal.Error;
        foreach (var step in plan.Steps)
        {
            var done = await PutAsync(caller, project, target, plan.From, step, cancellation);
            if (!done.Ok) return done.Error;
        }
        await _audit.WriteAsync(new(caller.Actor, AuditActions.Create, AuditResources.Artifact, $"{target}@{plan.Root}", project.Id)
        {
            After = new { from = $"{source}{(reference.IsDigest ? '@' : ':')}{reference}", digest = plan.Root.Text, artifacts = plan.Steps.Count, tags = named.Take(100) },
        }, CancellationToken.None);
        return new CopySummary(plan.Root, plan.Steps.Count, named);
    }

    async Task<Result> PutAsync(Caller caller, ProjectEntry project, RepositoryName target, RepositoryEntry from, CopyStep step, CancellationToken cancellation)
    {
        foreach (var blob in step.Blobs)
        {
            var mounted = await _blobs.MountAsync(caller, project, target, from, blob.Digest, cancellation);
            if (!mounted.Ok) return mounted.Error;
            if (!mounted.Value) return ArtifactErrors.Missing([blob.Digest.Text]);
        }
        foreach (var name in step.Names)
        {
            var put = await _push.PutAsync(caller, project, target, name, step.Content, step.Artifact.MediaType, cancellation);
            if (!put.Ok) return put.Error;
        }
        return Result.Success;
    }
}

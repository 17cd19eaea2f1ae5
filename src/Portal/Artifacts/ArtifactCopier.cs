using Portal.Access;
using Portal.Audit;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>What a copy brought into a repository.</summary>
/// <param name="Digest">The artifact that was named; its digest is the same on both sides.</param>
/// <param name="Artifacts">How many manifests were put: itself, its children, and what is attached to any of them.</param>
public sealed record CopySummary(Digest Digest, int Artifacts);

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
    readonly AuditLog _audit;

    internal ArtifactCopier(CopyPlanner planner, ProjectQueries projects, BlobService blobs, PushService push, AuditLog audit) =>
        (_planner, _projects, _blobs, _push, _audit) = (planner, projects, blobs, push, audit);

    /// <summary>
    /// Copies what <paramref name="source"/> names into <paramref name="target"/>, which need not exist yet. All tags of the artifact come along
    /// and are moved there when they name something else. Needs <c>artifact:create</c> on the target's project, <c>artifact:read</c> and
    /// <c>repository:pull</c> on the source's. What is attached to another artifact goes with that one only (<c>DENIED</c>).
    /// A failure on the way leaves what was put before it: copying again takes up the rest.
    /// </summary>
    public async Task<Result<CopySummary>> CopyAsync(Caller caller, RepositoryName source, Reference reference, RepositoryName target, CancellationToken cancellation)
    {
        var place = await _projects.ResolveAsync(caller, target.Project, target.Path, Permissions.ArtifactCreate, cancellation);
        if (!place.Ok) return place.Error;
        if (!reference.IsDigest && !place.Value.Tags.Contains(reference.Tag.Text)) return AccessErrors.LacksOnTag(Permissions.ArtifactCreate, reference.Tag.Text, place.Value.Tags);
        var project = place.Value.Project;
        var planned = await _planner.PlanAsync(caller, source, reference, cancellation);
        if (!planned.Ok) return planned.Error;
        var plan = planned.Value;
        foreach (var step in plan.Steps)
        {
            var done = await PutAsync(caller, project, target, plan.From, step, cancellation);
            if (!done.Ok) return done.Error;
        }
        await _audit.WriteAsync(new(caller.Actor, AuditActions.Create, AuditResources.Artifact, $"{target}@{plan.Root}", project.Id)
        {
            After = new { from = $"{source}{(reference.IsDigest ? '@' : ':')}{reference}", digest = plan.Root.Text, artifacts = plan.Steps.Count },
        }, CancellationToken.None);
        return new CopySummary(plan.Root, plan.Steps.Count);
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
            var put = await _push.PutAsync(caller, project, target, name, step.Content, step.MediaType, cancellation);
            if (!put.Ok) return put.Error;
        }
        return Result.Success;
    }
}

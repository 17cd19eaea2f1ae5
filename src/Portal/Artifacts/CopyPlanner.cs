using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>One manifest to put into the target.</summary>
/// <param name="Blobs">Config and layers, which have to be there first.</param>
/// <param name="Names">What to put it under: its digest, or the tags that come along.</param>
sealed record CopyStep(Artifact Artifact, byte[] Content, IReadOnlyList<(Digest Digest, long Size)> Blobs, IReadOnlyList<Reference> Names);

/// <summary>Everything that a copy puts, in an order in which each manifest finds what it names.</summary>
sealed record CopyPlan(RepositoryEntry From, Digest Root, IReadOnlyList<CopyStep> Steps);

/// <summary>Works out what belongs to an artifact: children before their index, attachments after what they are attached to.</summary>
sealed class CopyPlanner(IDbContextFactory<PortalDbContext> contexts, RepositoryAccess access, GuardChain guards, IOptions<ArtifactOptions> options)
{
    /// <summary>The most manifests of one copy.</summary>
    public const int MaxArtifacts = 1_000;

    static readonly string[] Suffixes = ["sig", "att", "sbom"];

    /// <param name="tags">The tags it gets; null for those that it has and the caller may pull.</param>
    public async Task<Result<CopyPlan>> PlanAsync(Caller caller, RepositoryName source, Reference reference, IReadOnlyList<TagName>? tags, CancellationToken cancellation)
    {
        var found = await access.FindAsync(caller, source, Permissions.ArtifactRead, cancellation);
        if (!found.Ok) return found.Error;
        var (project, repository, _) = found.Value;
        // looking at an artifact is less than having its content
        var pull = await access.FindAsync(caller, source, Permissions.RepositoryPull, cancellation);
        if (!pull.Ok) return pull.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        foreach (var scope in (TagScope[])[found.Value.Tags, pull.Value.Tags])
            if (!await TagReach.HoldsAsync(db, repository.Id, reference, scope, cancellation)) return ArtifactErrors.ArtifactNotFound;
        if (await ArtifactDeleter.FindAsync(db, repository.Id, reference, cancellation) is not { Id: var id }) return ArtifactErrors.ArtifactNotFound;
        var root = await Live(db, repository.Id).SingleAsync(a => a.Id == id, cancellation);
        if (root.SubjectDigest is not null || root.Tags.Any(t => ArtifactKinds.TagScheme(t.Name) is not null)) return ArtifactErrors.CopyOfAttached;
        var most = options.Value.MaxTagsPerRequest;
        List<Reference> names = [.. (tags ?? root.Tags.Where(t => pull.Value.Tags.Contains(t.Name)).Select(t => TagName.TryParse(t.Name, out var tag) ? tag : default)).Distinct().Select(t => (Reference)t)];
        if (names.Count > most) return ArtifactErrors.TooManyTags(tags is null ? "from" : "tags", most);
        var family = await FamilyAsync(db, repository.Id, root, cancellation);
        if (!family.Ok) return family.Error;
        var steps = new List<CopyStep>();
        foreach (var member in family.Value)
        {
            TagName? tag = member.Id == root.Id && !reference.IsDigest ? reference.Tag : null;
            var allowed = await guards.CheckAsync(new PullContext(caller, project, source, tag, Digest.Parse(member.Digest), member.MediaType), cancellation);
            if (!allowed.Ok) return allowed.Error;
            steps.Add(await StepAsync(db, member, member.Id == root.Id ? names : SchemeNames(member), cancellation));
        }
        return new CopyPlan(repository, Digest.Parse(root.Digest), steps);
    }

    // of what is attached, only the tags that say what to: without them nobody would find it again
    static List<Reference> SchemeNames(Artifact artifact) =>
        [.. artifact.Tags.Where(t => ArtifactKinds.TagScheme(t.Name) is not null).Select(t => TagName.TryParse(t.Name, out var name) ? (Reference)name : Digest.Parse(artifact.Digest))];

    static async Task<CopyStep> StepAsync(PortalDbContext db, Artifact artifact, List<Reference> names, CancellationToken cancellation)
    {
        var content = await db.Manifests.AsNoTracking().Where(m => m.Digest == artifact.Digest).Select(m => m.Content).SingleAsync(cancellation);
        var blobs = await db.ArtifactBlobs.AsNoTracking().Where(b => b.ArtifactId == artifact.Id).Select(b => new { b.Blob!.Digest, b.Blob.Size }).Distinct().ToListAsync(cancellation);
        return new(artifact, content, [.. blobs.Select(b => (Digest.Parse(b.Digest), b.Size))], names.Count > 0 ? names : [Digest.Parse(artifact.Digest)]);
    }

    /// <summary>The artifact, its children, what is attached to any of them, and so on; round by round, two statements each.</summary>
    static async Task<Result<List<Artifact>>> FamilyAsync(PortalDbContext db, long repositoryId, Artifact root, CancellationToken cancellation)
    {
        var order = new List<Artifact>();
        var known = new HashSet<string>(StringComparer.Ordinal) { root.Digest };
        List<Artifact> round = [root];
        while (round.Count > 0)
        {
            var below = await ChildrenAsync(db, repositoryId, round, known, cancellation);
            if (!below.Ok) return below.Error;
            order.AddRange(below.Value);
            if (order.Count > MaxArtifacts) return ArtifactErrors.CopyTooLarge(MaxArtifacts);
            var digests = below.Value.Select(a => a.Digest).ToList();
            var names = digests.SelectMany(d => Suffixes.Select(s => ArtifactKinds.CosignTagOf(Digest.Parse(d), s))).ToList();
            var attached = await Live(db, repositoryId).Where(a => digests.Contains(a.SubjectDigest!) || a.Tags.Any(t => names.Contains(t.Name)))
                .OrderBy(a => a.Id).Take(MaxArtifacts + 1).ToListAsync(cancellation);
            round = [.. attached.Where(a => known.Add(a.Digest))];
        }
        return order;
    }

    // the given ones with everything below them, deepest first
    static async Task<Result<List<Artifact>>> ChildrenAsync(PortalDbContext db, long repositoryId, List<Artifact> top, HashSet<string> known, CancellationToken cancellation)
    {
        var levels = new List<List<Artifact>> { top };
        while (levels[^1].Any(a => MediaTypes.IsIndex(a.MediaType)))
        {
            var ids = levels[^1].Select(a => a.Id).ToList();
            var below = await Live(db, repositoryId).Where(a => db.ArtifactChildren.Any(c => ids.Contains(c.ParentId) && c.ChildDigest == a.Digest))
                .OrderBy(a => a.Id).Take(MaxArtifacts + 1).ToListAsync(cancellation);
            known.UnionWith(below.Select(a => a.Digest));
            levels.Add(below);
            if (levels.Sum(l => l.Count) > MaxArtifacts) return ArtifactErrors.CopyTooLarge(MaxArtifacts);
        }
        levels.Reverse();
        return levels.SelectMany(l => l).DistinctBy(a => a.Digest).ToList();
    }

    static IQueryable<Artifact> Live(PortalDbContext db, long repositoryId) =>
        db.Artifacts.AsNoTracking().Include(a => a.Tags).AsSingleQuery().Where(a => a.RepositoryId == repositoryId && a.DeletionId == null);
}

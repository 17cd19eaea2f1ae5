using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Registry.Manifests;

namespace Portal.Artifacts;

/// <summary>Which artifacts belong in a list.</summary>
static class ArtifactFilters
{
    public static IQueryable<Artifact> Apply(PortalDbContext db, IQueryable<Artifact> artifacts, string? text, ArtifactListFilter filter)
    {
        if (text is not null)
        {
            var name = Like.Contains(text.ToLowerInvariant());
            var digest = Like.StartsWith(text.StartsWith("sha", StringComparison.Ordinal) ? text : "sha256:" + text);
            artifacts = artifacts.Where(a => a.Tags.Any(t => EF.Functions.Like(t.Name.ToLower(), name, Like.Escape)) || EF.Functions.Like(a.Digest, digest, Like.Escape));
        }
        if (filter.Tag is { } tag) artifacts = artifacts.Where(a => a.Tags.Any(t => t.Name == tag));
        if (filter.TagContains is { } part)
        {
            var like = Like.Contains(part.ToLowerInvariant());
            artifacts = artifacts.Where(a => a.Tags.Any(t => EF.Functions.Like(t.Name.ToLower(), like, Like.Escape)));
        }
        if (filter.Kinds is { } kinds) artifacts = artifacts.Where(a => kinds.Contains(a.Kind));
        if (filter.Tagged is { } tagged) artifacts = artifacts.Where(a => a.Tags.Any() == tagged);
        if (filter.Signed) artifacts = artifacts.Where(a => db.Artifacts.Any(s => s.RepositoryId == a.RepositoryId && s.DeletionId == null && s.Kind == ArtifactKind.Signature
            && (s.SubjectDigest == a.Digest || s.Tags.Any(t => t.Name == a.Digest.Replace(":", "-") + ".sig"))));
        if (filter.ConfigType is { } type) artifacts = OfType(artifacts, type);
        // What hangs on another artifact is shown there.
        var attached = CosignTags.Of(db.Tags);
        artifacts = artifacts.Where(a => a.SubjectDigest == null && !attached.Any(t => t.ArtifactId == a.Id));
        if (!filter.WithChildren)
            artifacts = artifacts.Where(a => a.Tags.Any() || !db.ArtifactChildren.Any(c => c.ChildDigest == a.Digest && db.Artifacts.Any(p => p.Id == c.ParentId && p.RepositoryId == a.RepositoryId && p.DeletionId == null)));
        if (!filter.Latest) return artifacts;
        var all = artifacts;
        return artifacts.Where(a => a.Id == all.Where(n => n.RepositoryId == a.RepositoryId).OrderByDescending(n => n.PushedAt).ThenByDescending(n => n.Id).Select(n => n.Id).First());
    }

    // A plain image's row leaves its config's type out, and an index has no config.
    static IQueryable<Artifact> OfType(IQueryable<Artifact> artifacts, string type) => type switch
    {
        MediaTypes.OciConfig => artifacts.Where(a => a.ArtifactType == type || (a.ArtifactType == "" && a.Kind == ArtifactKind.Image && a.MediaType != MediaTypes.DockerManifest)),
        MediaTypes.DockerConfig => artifacts.Where(a => a.ArtifactType == type || (a.ArtifactType == "" && a.Kind == ArtifactKind.Image && a.MediaType == MediaTypes.DockerManifest)),
        _ => artifacts.Where(a => a.ArtifactType == type || (a.ArtifactType == "" && a.Kind != ArtifactKind.Image && a.MediaType == type)),
    };
}

/// <summary>The tags by which cosign attaches things, <c>sha256-&lt;hex&gt;.sig|.att|.sbom</c>; people do not count them as tags.</summary>
static class CosignTags
{
    // an underscore stands for any one character
    static readonly string Subject = "sha256-" + new string('_', 64);
    static readonly string Signature = Subject + ".sig";
    static readonly string Attestation = Subject + ".att";
    static readonly string Sbom = Subject + ".sbom";

    public static IQueryable<Tag> Of(IQueryable<Tag> tags) =>
        tags.Where(t => EF.Functions.Like(t.Name, Signature) || EF.Functions.Like(t.Name, Attestation) || EF.Functions.Like(t.Name, Sbom));

    public static IQueryable<Tag> Others(IQueryable<Tag> tags) =>
        tags.Where(t => !EF.Functions.Like(t.Name, Signature) && !EF.Functions.Like(t.Name, Attestation) && !EF.Functions.Like(t.Name, Sbom));
}

/// <summary>The one shape in which artifacts are read.</summary>
static class ArtifactProjection
{
    /// <summary>Tags shown with a row; the tags page shows all.</summary>
    public const int MaxTags = 50;

    public static IQueryable<ArtifactRow> Rows(PortalDbContext db, IQueryable<Artifact> artifacts) => artifacts.AsSingleQuery().Select(a => new ArtifactRow
    {
        Id = a.Id,
        ProjectId = a.ProjectId,
        RepositoryId = a.RepositoryId,
        RepositoryName = a.Repository!.Project!.Name + "/" + a.Repository.Name,
        Digest = a.Digest,
        MediaType = a.MediaType,
        ArtifactType = a.ArtifactType,
        Kind = a.Kind,
        Os = a.Os,
        Architecture = a.Architecture,
        Variant = a.Variant,
        Size = a.Size,
        OwnBytes = 0,
        PushedAt = a.PushedAt,
        PushedBy = a.PushedBy,
        LastPulledAt = a.LastPulledAt,
        PullCount = a.PullCount,
        SubjectDigest = a.SubjectDigest,
        BuiltAt = a.BuiltAt,
        Author = a.Author,
        Annotations = a.Annotations,
        Tags = a.Tags.OrderByDescending(t => t.PushedAt).ThenByDescending(t => t.Id).Take(MaxTags).Select(t => new TagRow(t.Id, t.Name, t.PushedAt, t.PushedBy, t.LastPulledAt, t.PullCount)).ToList(),
        Platforms = a.Children.OrderBy(c => c.Position).Select(c => new PlatformRow(c.ChildDigest, c.MediaType, c.Os, c.Architecture, c.Variant, c.OsVersion,
            db.Artifacts.Where(k => k.RepositoryId == a.RepositoryId && k.Digest == c.ChildDigest && k.DeletionId == null).Select(k => (long?)k.Size).FirstOrDefault() ?? c.Size,
            db.Artifacts.Where(k => k.RepositoryId == a.RepositoryId && k.Digest == c.ChildDigest && k.DeletionId == null).Select(k => (long?)k.Id).FirstOrDefault(),
            db.Artifacts.Where(k => k.RepositoryId == a.RepositoryId && k.Digest == c.ChildDigest && k.DeletionId == null).Select(k => (ArtifactKind?)k.Kind).FirstOrDefault(),
            c.Annotations)).ToList(),
        TagCount = a.Tags.Count,
        // Filled for the whole page by one statement each; see AttachedTo and OwnBytes.
        AccessoryCount = 0,
        HasSignature = false,
    });
}

/// <summary>What hangs on artifacts, by subject or by cosign's tag names: one statement for a page.</summary>
static class AttachedTo
{
    static readonly string[] Suffixes = ["sig", "att", "sbom"];

    public static async Task<IReadOnlyList<ArtifactRow>> FillAsync(PortalDbContext db, IReadOnlyList<ArtifactRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return rows;
        var repository = rows[0].RepositoryId;
        var digests = rows.Select(r => r.Digest).ToList();
        var subjectOfTag = digests.SelectMany(d => Suffixes.Select(s => (Tag: $"{d.Replace(':', '-')}.{s}", Digest: d))).ToDictionary(x => x.Tag, x => x.Digest, StringComparer.Ordinal);
        var names = subjectOfTag.Keys.ToList();
        var found = await db.Artifacts.AsNoTracking()
            .Where(s => s.RepositoryId == repository && s.DeletionId == null && (digests.Contains(s.SubjectDigest!) || s.Tags.Any(t => names.Contains(t.Name))))
            .Select(s => new { s.Id, s.Kind, s.SubjectDigest, Tags = s.Tags.Where(t => names.Contains(t.Name)).Select(t => t.Name).ToList() })
            .AsSingleQuery().ToListAsync(cancellation);
        var attached = found.SelectMany(s => s.Tags.Select(t => subjectOfTag[t]).Append(s.SubjectDigest!).Where(d => d is not null).Distinct().Select(d => (Subject: d, s.Kind)))
            .ToLookup(x => x.Subject, x => x.Kind, StringComparer.Ordinal);
        return [.. rows.Select(r => r with
        {
            AccessoryCount = attached[r.Digest].Count(),
            HasSignature = attached[r.Digest].Contains(ArtifactKind.Signature),
            Accessories = [.. attached[r.Digest].GroupBy(k => k).Select(g => new KindCount(g.Key, g.Count())).OrderByDescending(k => k.Count).ThenBy(k => k.Kind)],
        })];
    }
}

/// <summary>Bytes that would be free if an artifact with its platforms went: one statement for a page.</summary>
static class OwnBytes
{
    public static async Task<IReadOnlyList<ArtifactRow>> FillAsync(PortalDbContext db, IReadOnlyList<ArtifactRow> rows, CancellationToken cancellation)
    {
        if (rows.Count == 0) return rows;
        var members = rows.ToDictionary(r => r.Id, r => r.Platforms.Select(p => p.ArtifactId).OfType<long>().Append(r.Id).ToHashSet());
        var ids = members.Values.SelectMany(m => m).Distinct().ToList();
        var project = rows[0].ProjectId;
        var named = await db.ArtifactBlobs.AsNoTracking().Where(b => ids.Contains(b.ArtifactId)).Select(b => new
        {
            b.ArtifactId,
            b.BlobId,
            b.Blob!.Size,
            By = db.ArtifactBlobs.Where(o => o.BlobId == b.BlobId && db.Artifacts.Any(a => a.Id == o.ArtifactId && a.ProjectId == project && a.DeletionId == null)).Select(o => o.ArtifactId).Distinct().Count(),
        }).ToListAsync(cancellation);
        var byArtifact = named.ToLookup(n => n.ArtifactId);
        return [.. rows.Select(r => r with
        {
            Platforms = [.. r.Platforms.Select(p => p.ArtifactId is { } id ? p with { OwnBytes = byArtifact[id].Where(n => n.By <= 1).DistinctBy(n => n.BlobId).Sum(n => n.Size) } : p)],
            OwnBytes = members[r.Id].SelectMany(id => byArtifact[id]).GroupBy(n => n.BlobId).Where(g => g.Select(n => n.ArtifactId).Distinct().Count() >= g.First().By).Sum(g => g.First().Size),
        })];
    }
}

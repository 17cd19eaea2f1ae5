using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>Reads artifacts and tags. Missing and foreign answer alike.</summary>
public sealed class ArtifactQueries(IDbContextFactory<PortalDbContext> contexts, ProjectQueries projects, RepositoryQueries repositories, TagMarking marking)
{
    const int MaxSameDigest = 20;
    const int MaxAccessories = 1_000;
    static readonly string[] CosignSuffixes = [".sig", ".att", ".sbom"];

    /// <summary>
    /// One page of a repository's artifacts, newest push first. Platforms are folded into their index and what is attached to an artifact is left out, unless asked for.
    /// Sorts by <c>pushed</c>, <c>pulled</c>, <c>size</c>, <c>pulls</c>; the filter looks into tag names and the beginning of digests.
    /// </summary>
    public Task<Result<Page<ArtifactRow>>> ListAsync(Caller caller, string project, string repository, PageRequest page, ArtifactListFilter filter, CancellationToken cancellation) =>
        ListAsync(caller, project, repository, page, filter, [], cancellation);

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<ArtifactRow>>> ListAsync(Caller caller, string project, string repository, PageRequest page, ArtifactListFilter filter, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.ArtifactList, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var place = found.Value;
        return await PageAsync(db, Live(db, place), place.Tags, page, filter, where, cancellation);
    }

    /// <summary>The same over all repositories of a project in which the caller has the right <see cref="Permissions.ArtifactList"/>.</summary>
    public async Task<Result<Page<ArtifactRow>>> ListOfProjectAsync(Caller caller, ProjectEntry project, PageRequest page, ArtifactListFilter filter, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var (visible, scope) = await repositories.ScopedAsync(db, caller, Permissions.ArtifactList, cancellation);
        var artifacts = db.Artifacts.AsNoTracking().Where(a => a.ProjectId == project.Id && a.DeletionId == null && a.Repository!.DeletionId == null && visible.Any(r => r.Id == a.RepositoryId)).Visible(db, scope);
        return await PageAsync(db, artifacts, TagScope.All, page, filter, where, cancellation);
    }

    static readonly FieldMap<Artifact> Fields = new FieldMap<Artifact>().Text("digest", a => a.Digest).Text("manifest_media_type", a => a.MediaType).Text("artifact_type", a => a.ArtifactType)
        .Text("repository_name", a => a.Repository!.Project!.Name + "/" + a.Repository.Name).Number("size", a => a.Size).Number("id", a => a.Id).Number("repository_id", a => a.RepositoryId)
        .Time("push_time", a => a.PushedAt).Time("pull_time", a => a.LastPulledAt ?? DateTimeOffset.MinValue);

    static readonly FieldMap<Tag> TagFields = new FieldMap<Tag>().Text("name", t => t.Name).Number("id", t => t.Id).Time("push_time", t => t.PushedAt);

    async Task<Result<Page<ArtifactRow>>> PageAsync(PortalDbContext db, IQueryable<Artifact> artifacts, TagScope tags, PageRequest page, ArtifactListFilter filter, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        page = page.Bounded();
        if (Fields.Narrow(ref artifacts, where) is { } unfit) return unfit;
        artifacts = ArtifactFilters.Apply(db, artifacts, page.Filter, filter);
        var sorted = (page.SortColumn, page.Descending) switch
        {
            ("pushed", false) => artifacts.OrderBy(a => a.PushedAt).ThenBy(a => a.Id),
            ("pulled", false) => artifacts.OrderBy(a => a.LastPulledAt).ThenBy(a => a.Id),
            ("pulled", true) => artifacts.OrderByDescending(a => a.LastPulledAt.HasValue).ThenByDescending(a => a.LastPulledAt).ThenByDescending(a => a.Id),
            ("size", false) => artifacts.OrderBy(a => a.Size).ThenBy(a => a.Id),
            ("size", true) => artifacts.OrderByDescending(a => a.Size).ThenByDescending(a => a.Id),
            ("pulls", false) => artifacts.OrderBy(a => a.PullCount).ThenBy(a => a.Id),
            ("pulls", true) => artifacts.OrderByDescending(a => a.PullCount).ThenByDescending(a => a.Id),
            _ => artifacts.OrderByDescending(a => a.PushedAt).ThenByDescending(a => a.Id),
        };
        var rows = await ArtifactProjection.Rows(db, sorted).ToPageAsync(page, () => artifacts.CountAsync(cancellation), cancellation);
        return rows with { Items = await FillAsync(db, Shown(rows.Items, tags), cancellation) };
    }

    /// <summary>One artifact by tag or digest, as lists show it.</summary>
    public async Task<Result<ArtifactRow>> FindAsync(Caller caller, string project, string repository, string reference, CancellationToken cancellation, Permission? needed = null)
    {
        var found = await ResolveAsync(caller, project, repository, needed ?? Permissions.ArtifactRead, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await FindAsync(db, found.Value, reference, cancellation) is { } row ? row : ArtifactErrors.ArtifactNotFound;
    }

    /// <summary>One artifact by tag or digest with its blobs, config, attachments and relations.</summary>
    public async Task<Result<ArtifactDetail>> DetailAsync(Caller caller, string project, string repository, string reference, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.ArtifactRead, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await FindAsync(db, found.Value, reference, cancellation) is not { } row) return ArtifactErrors.ArtifactNotFound;
        var blobs = await db.ArtifactBlobs.AsNoTracking().Where(b => b.ArtifactId == row.Id).OrderBy(b => b.Position)
            .Select(b => new
            {
                b.Position,
                b.Role,
                b.Blob!.Digest,
                b.MediaType,
                b.Blob.Size,
                b.Annotations,
                AlsoIn = db.ArtifactBlobs.Where(o => o.BlobId == b.BlobId && o.ArtifactId != b.ArtifactId && db.Artifacts.Any(a => a.Id == o.ArtifactId && a.ProjectId == row.ProjectId && a.DeletionId == null))
                    .Select(o => o.ArtifactId).Distinct().Count(),
            })
            .Select(b => new ArtifactBlobRow(b.Position, b.Role, b.Digest, b.MediaType, b.Size, b.AlsoIn > 0, b.Annotations) { AlsoIn = b.AlsoIn })
            .ToListAsync(cancellation);
        var config = await db.ArtifactConfigs.AsNoTracking().Where(c => c.ArtifactId == row.Id).Select(c => c.Json).FirstOrDefaultAsync(cancellation);
        var parents = await db.ArtifactChildren.AsNoTracking()
            .Where(c => c.ChildDigest == row.Digest && db.Artifacts.Any(a => a.Id == c.ParentId && a.RepositoryId == row.RepositoryId && a.DeletionId == null))
            .Select(c => db.Artifacts.First(a => a.Id == c.ParentId).Digest).Distinct().OrderBy(d => d).Take(PageRequest.MaxTake).ToListAsync(cancellation);
        var visible = await repositories.VisibleAsync(db, caller, Permissions.RepositoryList, cancellation);
        var same = await visible.Where(r => r.Id != row.RepositoryId && db.Artifacts.Any(a => a.RepositoryId == r.Id && a.Digest == row.Digest && a.DeletionId == null))
            .OrderBy(r => r.Project!.Name).ThenBy(r => r.Name).Take(MaxSameDigest).Select(r => r.Project!.Name + "/" + r.Name).ToListAsync(cancellation);
        return new ArtifactDetail(row, blobs, config, await AccessoriesAsync(db, row, cancellation), parents, same);
    }

    /// <summary>The bytes of a manifest as pushed.</summary>
    public async Task<Result<byte[]>> ManifestAsync(Caller caller, string project, string repository, string digest, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.ArtifactRead, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var content = await Live(db, found.Value).Where(a => a.Digest == digest)
            .Join(db.Manifests, a => a.Digest, m => m.Digest, (_, m) => m.Content).FirstOrDefaultAsync(cancellation);
        return content is null ? ArtifactErrors.ArtifactNotFound : content;
    }

    /// <summary>Artifacts by digest, as lists show them, newest push first; what is missing is left out. At most 100.</summary>
    public async Task<Result<IReadOnlyList<ArtifactRow>>> FindManyAsync(Caller caller, string project, string repository, IReadOnlyCollection<string> digests, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.ArtifactRead, cancellation);
        if (!found.Ok) return found.Error;
        var wanted = digests.Distinct(StringComparer.Ordinal).Take(PageRequest.MaxTake).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var artifacts = Live(db, found.Value).Where(a => wanted.Contains(a.Digest));
        var rows = await ArtifactProjection.Rows(db, artifacts.OrderByDescending(a => a.PushedAt).ThenByDescending(a => a.Id)).ToListAsync(cancellation);
        return (await FillAsync(db, Shown(rows, found.Value.Tags), cancellation)).ToList();
    }

    /// <summary>What is attached to an artifact, newest first, at most 100.</summary>
    public async Task<Result<IReadOnlyList<AccessoryRow>>> AccessoriesAsync(Caller caller, string project, string repository, string reference, CancellationToken cancellation)
    {
        var row = await FindAsync(caller, project, repository, reference, cancellation, Permissions.AccessoryList);
        if (!row.Ok) return row.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await AccessoriesAsync(db, row.Value, cancellation);
    }

    /// <summary>What is attached to the artifacts of a page, at most 1,000 in all, by the artifact's id: one statement.</summary>
    public async Task<ILookup<long, AccessoryRow>> AccessoriesOfAsync(IReadOnlyList<ArtifactRow> rows, CancellationToken cancellation)
    {
        var digests = rows.Select(r => r.Digest).ToList();
        var repositoryIds = rows.Select(r => r.RepositoryId).Distinct().ToList();
        var tags = digests.SelectMany(d => CosignSuffixes.Select(s => d.Replace(':', '-') + s)).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await db.Artifacts.AsNoTracking()
            .Where(a => repositoryIds.Contains(a.RepositoryId) && a.DeletionId == null && (digests.Contains(a.SubjectDigest!) || a.Tags.Any(t => tags.Contains(t.Name))))
            .OrderByDescending(a => a.PushedAt).ThenByDescending(a => a.Id).Take(MaxAccessories)
            .Select(a => new
            {
                a.RepositoryId,
                a.SubjectDigest,
                Tag = a.Tags.Where(t => tags.Contains(t.Name)).Select(t => t.Name).FirstOrDefault(),
                Row = new AccessoryRow(a.Id, a.Digest, a.Kind, a.ArtifactType, a.Size, a.PushedAt, a.PushedBy, a.Tags.OrderBy(t => t.Name).Select(t => t.Name).FirstOrDefault(), a.Annotations),
            }).ToListAsync(cancellation);
        return rows.SelectMany(r => found.Where(f => f.RepositoryId == r.RepositoryId && (f.SubjectDigest == r.Digest || f.Tag?.StartsWith(r.Digest.Replace(':', '-') + ".", StringComparison.Ordinal) == true)).Select(f => (r.Id, f.Row)))
            .ToLookup(x => x.Id, x => x.Row);
    }

    /// <summary>The config blob of an artifact as JSON text for a caller with the right to its additions; null when it has none that Portal keeps.</summary>
    public async Task<Result<(ArtifactRow Artifact, string? Config)>> ConfigAsync(Caller caller, string project, string repository, string reference, CancellationToken cancellation)
    {
        var row = await FindAsync(caller, project, repository, reference, cancellation, Permissions.ArtifactAdditionRead);
        if (!row.Ok) return row.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return (row.Value, await db.ArtifactConfigs.AsNoTracking().Where(c => c.ArtifactId == row.Value.Id).Select(c => c.Json).FirstOrDefaultAsync(cancellation));
    }

    /// <summary>One page of an artifact's tags, newest first; the filter looks into the name.</summary>
    public Task<Result<Page<TagRow>>> TagsAsync(Caller caller, string project, string repository, string reference, PageRequest page, CancellationToken cancellation) =>
        TagsAsync(caller, project, repository, reference, page, [], cancellation);

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<TagRow>>> TagsAsync(Caller caller, string project, string repository, string reference, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.TagList, cancellation);
        if (!found.Ok) return found.Error;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        if (await FindAsync(db, found.Value, reference, cancellation) is not { } row) return ArtifactErrors.ArtifactNotFound;
        var tags = db.Tags.AsNoTracking().Where(t => t.ArtifactId == row.Id).Matching(found.Value.Tags);
        if (TagFields.Narrow(ref tags, where) is { } unfit) return unfit;
        if (page.Filter is { } text) tags = tags.Where(t => EF.Functions.Like(t.Name.ToLower(), Like.Contains(text.ToLowerInvariant()), Like.Escape));
        var sorted = page.SortColumn == "name" ? page.Descending ? tags.OrderByDescending(t => t.Name) : tags.OrderBy(t => t.Name) : tags.OrderByDescending(t => t.PushedAt).ThenByDescending(t => t.Id);
        var rows = await sorted.Select(t => new TagRow(t.Id, t.Name, t.PushedAt, t.PushedBy, t.LastPulledAt, t.PullCount)).ToPageAsync(page, () => tags.CountAsync(cancellation), cancellation);
        return await marking.FillAsync(rows, row.ProjectId, repository, cancellation);
    }

    /// <summary>A page of the history of a repository's tags, or of one tag, or of one digest; newest first, by key.</summary>
    public async Task<Result<KeysetPage<TagEventRow>>> HistoryAsync(Caller caller, string project, string repository, string? tag, string? digest, string? after, int take, CancellationToken cancellation)
    {
        var found = await ResolveAsync(caller, project, repository, Permissions.TagList, cancellation);
        if (!found.Ok) return found.Error;
        take = Math.Clamp(take, 1, PageRequest.MaxTake);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var events = db.TagEvents.AsNoTracking().Where(e => e.RepositoryId == found.Value.Id).Matching(found.Value.Tags);
        if (!string.IsNullOrEmpty(tag)) events = events.Where(e => e.TagName == tag);
        if (!string.IsNullOrEmpty(digest)) events = events.Where(e => e.Digest == digest || e.PreviousDigest == digest);
        if (long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last)) events = events.Where(e => e.Id < last);
        var rows = await events.OrderByDescending(e => e.Id).Take(take + 1).Select(e => new TagEventRow(e.Id, e.TagName, e.Action, e.Digest, e.PreviousDigest, e.At, e.Actor)).ToListAsync(cancellation);
        var more = rows.Count > take;
        if (more) rows.RemoveAt(take);
        return new KeysetPage<TagEventRow>(rows, more ? rows[^1].Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    async Task<Result<Shelf>> ResolveAsync(Caller caller, string project, string repository, Permission right, CancellationToken cancellation)
    {
        var place = await projects.ResolveAsync(caller, project, repository, right, cancellation);
        if (!place.Ok) return place.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var id = await db.Repositories.Where(r => r.ProjectId == place.Value.Project.Id && r.Name == repository && r.DeletionId == null).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellation);
        return id is { } known ? new Shelf(known, place.Value.Tags) : ArtifactErrors.RepositoryNotFound;
    }

    // a repository, and in which of its tags the right holds
    sealed record Shelf(long Id, TagScope Tags);

    static IQueryable<Artifact> Live(PortalDbContext db, Shelf shelf) =>
        db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == shelf.Id && a.DeletionId == null).Reached(db, shelf.Id, shelf.Tags);

    async Task<ArtifactRow?> FindAsync(PortalDbContext db, Shelf shelf, string reference, CancellationToken cancellation)
    {
        if (!Reference.TryParse(reference, out var parsed) || !await TagReach.HoldsAsync(db, shelf.Id, parsed, shelf.Tags, cancellation)) return null;
        var artifacts = db.Artifacts.AsNoTracking().Where(a => a.RepositoryId == shelf.Id && a.DeletionId == null);
        artifacts = parsed.IsDigest ? artifacts.Where(a => a.Digest == reference) : artifacts.Where(a => a.Tags.Any(t => t.Name == reference));
        var row = await ArtifactProjection.Rows(db, artifacts).FirstOrDefaultAsync(cancellation);
        return row is null ? null : (await FillAsync(db, Shown([row], shelf.Tags), cancellation))[0];
    }

    // names of tags that the right does not hold on are not told
    static IReadOnlyList<ArtifactRow> Shown(IReadOnlyList<ArtifactRow> rows, TagScope tags) =>
        tags.Every ? rows : [.. rows.Select(r => r with { Tags = [.. r.Tags.Where(t => tags.Contains(t.Name))], TagCount = r.Tags.Count(t => tags.Contains(t.Name)) })];

    async Task<IReadOnlyList<ArtifactRow>> FillAsync(PortalDbContext db, IReadOnlyList<ArtifactRow> rows, CancellationToken cancellation) =>
        await marking.FillAsync(await AttachedTo.FillAsync(db, await OwnBytes.FillAsync(db, rows, cancellation), cancellation), cancellation);

    static async Task<List<AccessoryRow>> AccessoriesAsync(PortalDbContext db, ArtifactRow row, CancellationToken cancellation)
    {
        var byTag = Like.StartsWith(row.Digest.Replace(':', '-') + ".");
        return await db.Artifacts.AsNoTracking()
            .Where(a => a.RepositoryId == row.RepositoryId && a.DeletionId == null && a.Id != row.Id && (a.SubjectDigest == row.Digest || a.Tags.Any(t => EF.Functions.Like(t.Name, byTag, Like.Escape))))
            .OrderByDescending(a => a.PushedAt).ThenByDescending(a => a.Id).Take(PageRequest.MaxTake)
            .Select(a => new AccessoryRow(a.Id, a.Digest, a.Kind, a.ArtifactType, a.Size, a.PushedAt, a.PushedBy, a.Tags.OrderBy(t => t.Name).Select(t => t.Name).FirstOrDefault(), a.Annotations))
            .ToListAsync(cancellation);
    }
}

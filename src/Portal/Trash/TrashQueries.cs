using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Manifests;

namespace Portal.Trash;

/// <summary>A deletion as lists show it.</summary>
public sealed record TrashRow
{
    public required long Id { get; init; }
    public required int ProjectId { get; init; }

    /// <summary>The project's name; of a deleted project its old one.</summary>
    public required string Project { get; init; }

    /// <summary>The project itself is deleted: it has to come back first.</summary>
    public required bool ProjectGone { get; init; }

    /// <summary>The repository's path; empty for a project.</summary>
    public required string Repository { get; init; }
    public required DeletionKind Kind { get; init; }
    public required DeletionCause Cause { get; init; }
    public required string Reason { get; init; }
    public required string Name { get; init; }
    public required string Actor { get; init; }
    public required DateTimeOffset At { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required int Artifacts { get; init; }
    public required int Tags { get; init; }

    /// <summary>Bytes that nothing else named when it was deleted.</summary>
    public required long OwnBytes { get; init; }
    public required long SharedBytes { get; init; }
    public required Guid? Batch { get; init; }
}

/// <summary>An artifact or a lone tag of a deletion.</summary>
/// <param name="Tags">The names that went with it.</param>
/// <param name="Returns">False when it has come back meanwhile, by a push of the same content or another restore.</param>
public sealed record TrashItem(string Digest, ArtifactKind? Kind, long Size, IReadOnlyList<string> Tags, bool Returns);

/// <summary>One deletion with what is in it.</summary>
/// <param name="TagsUsed">Of its tags, those whose names are used again in the repository.</param>
public sealed record TrashDetail(TrashRow Row, Page<TrashItem> Items, IReadOnlyList<string> TagsUsed);

/// <summary>What lies in the trash altogether.</summary>
/// <param name="Days">The window that new deletions get.</param>
/// <param name="OwnDays">The project's own window; null while it has the system's.</param>
/// <param name="Counted">Whether it counts against the quota.</param>
public sealed record TrashTotals(int Entries, long Bytes, int Days, int? OwnDays, bool Counted);

/// <summary>Which deletions a list shows.</summary>
/// <param name="Kind">Null for all.</param>
/// <param name="Cause">Null for all.</param>
/// <param name="Batch">Only those of one bulk deletion.</param>
public sealed record TrashFilter(DeletionKind? Kind = null, DeletionCause? Cause = null, Guid? Batch = null);

/// <summary>Reads the trash. Needs <c>trash:list</c>: on a project for its own, on the system for all.</summary>
public sealed class TrashQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, ProjectQueries projects)
{
    /// <summary>Tags that a detail tells of.</summary>
    const int MaxTags = 1_000;

    /// <summary>One page, newest first by default. Sorts by <c>deleted</c>, <c>name</c>, <c>size</c>, <c>expires</c> and <c>actor</c>; the filter looks into names, actors and reasons.</summary>
    /// <param name="project">The project's name; null for all projects.</param>
    public async Task<Result<Page<TrashRow>>> ListAsync(Caller caller, string? project, TrashFilter filter, PageRequest page, CancellationToken cancellation)
    {
        var place = await PlaceAsync(caller, project, cancellation);
        if (!place.Ok) return place.Error;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = Lying(db, place.Value);
        if (filter.Kind is { } kind) found = found.Where(d => d.Kind == kind);
        if (filter.Cause is { } cause) found = found.Where(d => d.Cause == cause);
        if (filter.Batch is { } batch) found = found.Where(d => d.Batch == batch);
        if (page.Filter is { Length: > 0 } text)
        {
            var like = Like.Contains(text);
            found = found.Where(d => EF.Functions.Like(d.Name, like, Like.Escape) || EF.Functions.Like(d.Actor, like, Like.Escape) || EF.Functions.Like(d.Reason, like, Like.Escape));
        }
        return await Rows(db, Sorted(found, page.SortColumn, page.Descending)).ToPageAsync(page, () => found.CountAsync(cancellation), cancellation);
    }

    /// <summary>One deletion and a page of its artifacts.</summary>
    public async Task<Result<TrashDetail>> FindAsync(Caller caller, long id, PageRequest page, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await Rows(db, db.Deletions.AsNoTracking().Where(d => d.Id == id && d.RestoredAt == null && d.DestroyedAt == null)).FirstOrDefaultAsync(cancellation);
        if (row is null || await RefuseAsync(caller, row, Permissions.Named("trash:list"), cancellation) is not null) return ArtifactErrors.DeletionNotFound;
        var events = await db.TagEvents.AsNoTracking().Where(e => e.DeletionId == id && e.Action == TagAction.Deleted).OrderBy(e => e.TagName).Take(MaxTags).Select(e => new { e.TagName, e.Digest }).ToListAsync(cancellation);
        var repository = await db.Deletions.Where(d => d.Id == id).Select(d => d.RepositoryId).SingleAsync(cancellation);
        var names = events.Select(e => e.TagName).ToList();
        var used = await db.Tags.Where(t => t.RepositoryId == repository && names.Contains(t.Name)).OrderBy(t => t.Name).Select(t => t.Name).ToListAsync(cancellation);
        var byDigest = events.ToLookup(e => e.Digest, e => e.TagName, StringComparer.Ordinal);
        if (row.Kind == DeletionKind.Tag)
            return new TrashDetail(row, new([.. events.Select(e => new TrashItem(e.Digest, null, 0, [e.TagName], true))], events.Count), used);
        var artifacts = db.Artifacts.AsNoTracking().Where(a => a.DeletionId == id);
        var items = await artifacts.OrderByDescending(a => a.Size).ThenBy(a => a.Id).Select(a => new { a.Digest, a.Kind, a.Size }).ToPageAsync(page, () => artifacts.CountAsync(cancellation), cancellation);
        return new TrashDetail(row, new([.. items.Items.Select(a => new TrashItem(a.Digest, a.Kind, a.Size, [.. byDigest[a.Digest]], true))], items.Total), used);
    }

    /// <summary>How much there is, and for how long.</summary>
    public async Task<Result<TrashTotals>> TotalsAsync(Caller caller, string? project, CancellationToken cancellation)
    {
        var place = await PlaceAsync(caller, project, cancellation);
        if (!place.Ok) return place.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var all = Lying(db, place.Value);
        var entries = await all.CountAsync(cancellation);
        // each blob once, and only those that no live artifact names: what would be freed if all of it went now
        var id = place.Value;
        var named = db.Blobs.Where(b => db.ArtifactBlobs.Any(x => x.BlobId == b.Id && db.Artifacts.Any(a => a.Id == x.ArtifactId && (id == null || a.ProjectId == id) && all.Any(d => d.Id == a.DeletionId)))
            && !db.ArtifactBlobs.Any(x => x.BlobId == b.Id && db.Artifacts.Any(a => a.Id == x.ArtifactId && a.DeletionId == null)));
        var bytes = await named.SumAsync(b => b.Size, cancellation);
        var (windowKey, countedKey) = (SettingKeys.TrashWindowDays.Name, SettingKeys.TrashCountsQuota.Name);
        var settings = await db.Settings.AsNoTracking().Where(s => s.Key == windowKey || s.Key == countedKey).ToDictionaryAsync(s => s.Key, s => s.Value, StringComparer.Ordinal, cancellation);
        var own = id is null ? null : await db.Projects.Where(p => p.Id == id).Select(p => p.TrashDays).SingleOrDefaultAsync(cancellation);
        var days = int.Parse(settings.GetValueOrDefault(windowKey, SettingKeys.TrashWindowDays.Default), System.Globalization.CultureInfo.InvariantCulture);
        return new TrashTotals(entries, bytes, own ?? days, own, settings.GetValueOrDefault(countedKey) == "true");
    }

    /// <summary>Why a caller may not do something with a deletion; null when they may.</summary>
    internal async ValueTask<Error?> RefuseAsync(Caller caller, TrashRow row, Permission needed, CancellationToken cancellation)
    {
        // what belongs to nobody's project any more is the system's
        if (row.ProjectGone || row.Kind == DeletionKind.Project) return await policy.RefuseAsync(caller, needed, cancellation);
        var found = await projects.ResolveAsync(caller, row.ProjectId, needed, cancellation);
        return found.Error;
    }

    /// <summary>A deletion that lies in the trash; null when there is none.</summary>
    internal static Task<TrashRow?> RowAsync(PortalDbContext db, long id, CancellationToken cancellation) =>
        Rows(db, db.Deletions.AsNoTracking().Where(d => d.Id == id && d.RestoredAt == null && d.DestroyedAt == null)).FirstOrDefaultAsync(cancellation);

    async ValueTask<Result<int?>> PlaceAsync(Caller caller, string? project, CancellationToken cancellation)
    {
        var needed = Permissions.Named("trash:list");
        if (project is null) return await policy.RefuseAsync(caller, needed, cancellation) is { } refusal ? refusal : (int?)null;
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var found = await projects.ResolveAsync(caller, project, needed, cancellation);
        return found.Ok ? (int?)found.Value.Id : found.Error;
    }

    static IQueryable<Deletion> Lying(PortalDbContext db, int? project)
    {
        var all = db.Deletions.AsNoTracking().Where(d => d.RestoredAt == null && d.DestroyedAt == null);
        return project is { } id ? all.Where(d => d.ProjectId == id && d.Kind != DeletionKind.Project) : all;
    }

    static IQueryable<Deletion> Sorted(IQueryable<Deletion> found, string? column, bool descending) => ((column, descending) switch
    {
        ("name", false) => found.OrderBy(d => d.Name),
        ("name", true) => found.OrderByDescending(d => d.Name),
        ("size", false) => found.OrderBy(d => d.OwnBytes),
        ("size", true) => found.OrderByDescending(d => d.OwnBytes),
        ("expires", false) => found.OrderBy(d => d.ExpiresAt),
        ("expires", true) => found.OrderByDescending(d => d.ExpiresAt),
        ("actor", false) => found.OrderBy(d => d.Actor),
        ("actor", true) => found.OrderByDescending(d => d.Actor),
        ("deleted", false) => found.OrderBy(d => d.At),
        _ => found.OrderByDescending(d => d.At),
    }).ThenByDescending(d => d.Id);

    static IQueryable<TrashRow> Rows(PortalDbContext db, IQueryable<Deletion> deletions) => deletions.Select(d => new TrashRow
    {
        Id = d.Id,
        ProjectId = d.ProjectId,
        Project = d.Kind == DeletionKind.Project ? d.Name : db.Projects.Where(p => p.Id == d.ProjectId).Select(p => p.Name).First(),
        ProjectGone = db.Projects.Any(p => p.Id == d.ProjectId && p.DeletedAt != null),
        Repository = d.Repository!.Name ?? "",
        Kind = d.Kind,
        Cause = d.Cause,
        Reason = d.Reason,
        Name = d.Name,
        Actor = d.Actor,
        At = d.At,
        ExpiresAt = d.ExpiresAt,
        Artifacts = d.Artifacts,
        Tags = d.Tags,
        OwnBytes = d.OwnBytes,
        SharedBytes = d.SharedBytes,
        Batch = d.Batch,
    });
}

using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Audit;

/// <summary>Which rows a reader wants; null or empty means all.</summary>
/// <param name="ProjectId">Of one project.</param>
/// <param name="Actor">Of one account, exact.</param>
/// <param name="Resource">Whose resource contains this text.</param>
/// <param name="From">Not before.</param>
/// <param name="Until">Before.</param>
public sealed record AuditFilter(int? ProjectId = null, string? Actor = null, string? Action = null, string? ResourceType = null, string? Resource = null, bool? Success = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null)
{
    /// <summary>Only what happened in a project, whichever.</summary>
    public bool OfProjects { get; init; }
}

/// <summary>Reads the audit log, newest first, by key: the millionth page costs what the first does. Who may ask is checked by the door, since Audit knows nobody.</summary>
public sealed class AuditQueries(IDbContextFactory<PortalDbContext> contexts)
{
    static readonly FieldMap<AuditEvent> Fields = new FieldMap<AuditEvent>().Text("username", e => e.Actor).Text("resource", e => e.Resource).Text("resource_type", e => e.ResourceType)
        .Text("operation", e => e.Action).Flag("operation_result", e => e.Success).Time("op_time", e => e.At).Number("project_id", e => e.ProjectId ?? 0).Number("id", e => e.Id);

    /// <summary>One page behind <paramref name="after"/> (the <see cref="KeysetPage{T}.Next"/> of the page before), at most <see cref="PageRequest.MaxTake"/> rows.</summary>
    public async Task<KeysetPage<AuditEvent>> ListAsync(AuditFilter filter, string? after, int take, CancellationToken cancellation)
    {
        take = Math.Clamp(take, 1, PageRequest.MaxTake);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = Filtered(db, filter);
        if (long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var last)) rows = rows.Where(e => e.Id < last);
        var items = await rows.OrderByDescending(e => e.Id).Take(take + 1).ToListAsync(cancellation);
        var more = items.Count > take;
        if (more) items.RemoveAt(take);
        return new(items, more ? items[^1].Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Rows for a file, newest first, read while they are written out so that memory stays small; at most <paramref name="most"/>.</summary>
    public async IAsyncEnumerable<AuditEvent> StreamAsync(AuditFilter filter, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await foreach (var row in Filtered(db, filter).OrderByDescending(e => e.Id).Take(most).AsAsyncEnumerable().WithCancellation(cancellation)) yield return row;
    }

    /// <summary>One page by offset with its total, for clients of <c>/api/v2.0</c>, over several projects or all (<paramref name="projects"/> null).</summary>
    public async Task<Page<AuditEvent>> PageAsync(AuditFilter filter, IReadOnlyList<int>? projects, PageRequest page, CancellationToken cancellation) =>
        (await PageAsync(filter, projects, page, [], cancellation)).Value;

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<AuditEvent>>> PageAsync(AuditFilter filter, IReadOnlyList<int>? projects, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rows = Filtered(db, filter);
        if (Fields.Narrow(ref rows, where) is { } unfit) return unfit;
        if (projects is not null) rows = rows.Where(e => e.ProjectId != null && projects.Contains(e.ProjectId.Value));
        var sorted = page.Sort == "op_time" ? rows.OrderBy(e => e.Id) : rows.OrderByDescending(e => e.Id);
        return await sorted.ToPageAsync(page, () => rows.CountAsync(cancellation), cancellation);
    }

    static IQueryable<AuditEvent> Filtered(PortalDbContext db, AuditFilter filter)
    {
        var rows = db.AuditEvents.AsNoTracking();
        if (filter.OfProjects) rows = rows.Where(e => e.ProjectId != null);
        if (filter.ProjectId is { } project) rows = rows.Where(e => e.ProjectId == project);
        if (!string.IsNullOrEmpty(filter.Actor)) rows = rows.Where(e => e.Actor == filter.Actor);
        if (!string.IsNullOrEmpty(filter.Action)) rows = rows.Where(e => e.Action == filter.Action);
        if (!string.IsNullOrEmpty(filter.ResourceType)) rows = rows.Where(e => e.ResourceType == filter.ResourceType);
        if (!string.IsNullOrEmpty(filter.Resource)) rows = rows.Where(e => EF.Functions.Like(e.Resource.ToLower(), Like.Contains(filter.Resource.ToLowerInvariant()), Like.Escape));
        if (filter.Success is { } success) rows = rows.Where(e => e.Success == success);
        if (filter.From is { } from) rows = rows.Where(e => e.At >= from.ToUniversalTime());
        if (filter.Until is { } until) rows = rows.Where(e => e.At < until.ToUniversalTime());
        return rows;
    }
}

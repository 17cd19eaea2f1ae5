using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A robot as lists show it.</summary>
public sealed record RobotRow
{
    public required int Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The whole name it signs in with.</summary>
    public required string Login { get; init; }
    public required string Description { get; init; }
    public required int? ProjectId { get; init; }

    /// <summary>Null for a robot of the system.</summary>
    public required string? ProjectName { get; init; }
    public required bool Disabled { get; init; }
    public required DateTimeOffset? ExpiresAt { get; init; }
    public required int DurationDays { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public required SubjectKind CreatedByKind { get; init; }
    public required int CreatedById { get; init; }
    public required DateTimeOffset? LastUsedAt { get; init; }
    public required IReadOnlyList<RobotRightRow> Rights { get; init; }

    /// <summary>The secret that is being replaced, while it still works.</summary>
    public required OldSecret? Old { get; init; }
}

/// <summary>A right of a robot with its project's name.</summary>
public sealed record RobotRightRow(string Resource, string Action, string? Project, bool EveryProject, int? ProjectId = null);

/// <summary>A secret that works for a while beside a newer one.</summary>
public sealed record OldSecret(DateTimeOffset Until, DateTimeOffset? LastUsedAt, string LastUsedFrom);

/// <summary>A secret of a robot, without the secret.</summary>
public sealed record RobotSecretRow(int Id, DateTimeOffset CreatedAt, DateTimeOffset? ValidUntil, DateTimeOffset? LastUsedAt, string LastUsedFrom);

/// <summary>Reads robots.</summary>
public sealed class RobotQueries(IDbContextFactory<PortalDbContext> contexts, RobotGuard guard, TimeProvider time)
{
    static readonly FieldMap<Robot> Fields = new FieldMap<Robot>().Text("name", r => r.Name).Text("description", r => r.Description).Number("id", r => r.Id)
        .Flag("disabled", r => r.DisabledAt != null).Time("creation_time", r => r.CreatedAt).Time("update_time", r => r.UpdatedAt);

    /// <summary>
    /// One page of the robots of a project, or of the system. Sorts by <c>name</c>, <c>created</c>, <c>expires</c>, <c>used</c>; the filter looks into name and description.
    /// </summary>
    /// <param name="projectId">The project; null for the system.</param>
    /// <param name="where">Conditions that a client typed; refused when a value does not fit its field.</param>
    public async Task<Result<Page<RobotRow>>> ListAsync(Caller caller, int? projectId, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        if (await guard.RefuseAsync(caller, projectId, Permissions.RobotList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var robots = db.Robots.AsNoTracking().Where(r => r.ProjectId == projectId);
        if (Fields.Narrow(ref robots, where) is { } unfit) return unfit;
        if (page.Filter is { } text)
        {
            var like = Like.Contains(text.ToUpperInvariant());
            robots = robots.Where(r => EF.Functions.Like(r.Login.ToUpper(), like, Like.Escape) || EF.Functions.Like(r.Description.ToUpper(), like, Like.Escape));
        }
        robots = (page.SortColumn, page.Descending) switch
        {
            ("created", false) => robots.OrderBy(r => r.CreatedAt).ThenBy(r => r.Id),
            ("created", true) => robots.OrderByDescending(r => r.CreatedAt).ThenBy(r => r.Id),
            ("expires", false) => robots.OrderBy(r => r.ExpiresAt == null).ThenBy(r => r.ExpiresAt).ThenBy(r => r.Id),
            ("expires", true) => robots.OrderByDescending(r => r.ExpiresAt == null).ThenByDescending(r => r.ExpiresAt).ThenBy(r => r.Id),
            ("used", false) => robots.OrderBy(r => r.LastUsedAt != null).ThenBy(r => r.LastUsedAt).ThenBy(r => r.Id),
            ("used", true) => robots.OrderByDescending(r => r.LastUsedAt != null).ThenByDescending(r => r.LastUsedAt).ThenBy(r => r.Id),
            (_, true) => robots.OrderByDescending(r => r.Name).ThenBy(r => r.Id),
            _ => robots.OrderBy(r => r.Name).ThenBy(r => r.Id),
        };
        return await Rows(db, robots, time.GetUtcNow()).ToPageAsync(page, () => robots.CountAsync(cancellation), cancellation);
    }

    /// <summary>One robot. Who may not read it gets the same answer as for a missing one.</summary>
    public async Task<Result<RobotRow>> FindAsync(Caller caller, int robotId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var row = await Rows(db, db.Robots.AsNoTracking().Where(r => r.Id == robotId), time.GetUtcNow()).FirstOrDefaultAsync(cancellation);
        if (row is null) return AccessErrors.NoRobot;
        return await guard.RefuseAsync(caller, row.ProjectId, Permissions.RobotRead, cancellation) is null ? row : AccessErrors.NoRobot;
    }

    /// <summary>The secrets of a robot that work now, the newest first: one, or two during an overlap.</summary>
    public async Task<Result<IReadOnlyList<RobotSecretRow>>> SecretsAsync(Caller caller, int robotId, CancellationToken cancellation)
    {
        var robot = await FindAsync(caller, robotId, cancellation);
        if (!robot.Ok) return robot.Error;
        var now = time.GetUtcNow();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.RobotSecrets.AsNoTracking().Where(s => s.RobotId == robotId && (s.ValidUntil == null || s.ValidUntil > now)).OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.Id)
            .Select(s => new RobotSecretRow(s.Id, s.CreatedAt, s.ValidUntil, s.LastUsedAt, s.LastUsedFrom)).Take(PageRequest.MaxTake).ToListAsync(cancellation);
    }

    static IQueryable<RobotRow> Rows(PortalDbContext db, IQueryable<Robot> robots, DateTimeOffset now) => robots.Select(r => new RobotRow
    {
        Id = r.Id,
        Name = r.Name,
        Login = r.Login,
        Description = r.Description,
        ProjectId = r.ProjectId,
        ProjectName = db.Projects.Where(p => p.Id == r.ProjectId).Select(p => p.Name).FirstOrDefault(),
        Disabled = r.DisabledAt != null,
        ExpiresAt = r.ExpiresAt,
        DurationDays = r.DurationDays,
        CreatedAt = r.CreatedAt,
        UpdatedAt = r.UpdatedAt,
        CreatedBy = r.CreatedBy,
        CreatedByKind = r.CreatedByKind,
        CreatedById = r.CreatedById,
        LastUsedAt = r.LastUsedAt,
        Rights = r.Permissions.OrderBy(p => p.Id).Select(p => new RobotRightRow(p.Resource, p.Action, db.Projects.Where(x => x.Id == p.ProjectId).Select(x => x.Name).FirstOrDefault(), p.EveryProject, p.ProjectId)).ToList(),
        Old = r.Secrets.Where(s => s.ValidUntil > now).OrderByDescending(s => s.ValidUntil).Select(s => new OldSecret(s.ValidUntil!.Value, s.LastUsedAt, s.LastUsedFrom)).FirstOrDefault(),
    });
}

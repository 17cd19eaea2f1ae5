using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Access.Settings;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Quotas;

/// <summary>A project's quota as lists show it. Its id is the project's.</summary>
public sealed record QuotaRow
{
    public required int Id { get; init; }
    public required string Project { get; init; }
    public required string Owner { get; init; }

    /// <summary>Bytes, or <see cref="ProjectStorage.Unlimited"/>.</summary>
    public required long Limit { get; init; }
    public required long Used { get; init; }

    /// <summary>Bytes of each repository; null for the system's default.</summary>
    public required long? RepositoryLimit { get; init; }

    /// <summary>Tags of each repository; null for the system's default.</summary>
    public required int? TagLimit { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>When a push was last refused, of which nothing has changed since; null for none.</summary>
    public required DateTimeOffset? RefusedAt { get; init; }
}

/// <summary>A request as lists show it.</summary>
public sealed record QuotaRequestRow
{
    public required int Id { get; init; }
    public required int ProjectId { get; init; }
    public required string Project { get; init; }
    public required long Bytes { get; init; }

    /// <summary>The project's limit now.</summary>
    public required long Limit { get; init; }
    public required long Used { get; init; }
    public required string Reason { get; init; }
    public required QuotaRequestState State { get; init; }
    public required string RequestedBy { get; init; }
    public required DateTimeOffset RequestedAt { get; init; }
    public required string DecidedBy { get; init; }
    public required DateTimeOffset? DecidedAt { get; init; }
    public required string Answer { get; init; }
}

/// <summary>Where a project's bytes are.</summary>
/// <param name="Logical">What its live artifacts would take if each had blobs of its own.</param>
/// <param name="Unique">What they take: each blob once. This is what counts against the limit.</param>
/// <param name="Shared">Those of the unique bytes that more than one of its artifacts names.</param>
public sealed record QuotaUsage(long Logical, long Unique, long Shared);

/// <summary>Reads quotas.</summary>
public sealed class QuotaQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, ProjectQueries projects)
{
    /// <summary>One page of all quotas, those without a limit counting as the largest. Sorts by <c>created</c> (the default, newest first), <c>name</c>, <c>owner</c>, <c>limit</c>, <c>size</c> and <c>share</c>; the filter looks into the project's name.</summary>
    /// <param name="project">Only of this project; null for all.</param>
    public async Task<Result<Page<QuotaRow>>> ListAsync(Caller caller, PageRequest page, int? project, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = Accounts(db);
        if (project is { } only) found = found.Where(x => x.Storage.ProjectId == only);
        if (page.Filter is { } text) found = found.Where(x => EF.Functions.Like(x.Project.Name, Like.Contains(text.ToLowerInvariant()), Like.Escape));
        return await Rows(Sorted(found, page.SortColumn, page.Descending)).ToPageAsync(page, () => found.CountAsync(cancellation), cancellation);
    }

    /// <summary>The quota of a project. Needs <c>quota:read</c> on the system.</summary>
    public async Task<Result<QuotaRow>> FindAsync(Caller caller, int id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaRead, cancellation) is { } refusal) return refusal;
        return await RowAsync(id, cancellation);
    }

    /// <summary>The quota of a project for those who may see it there (<c>quota:read</c> on the project).</summary>
    public async Task<Result<QuotaRow>> OfProjectAsync(Caller caller, int id, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var found = await projects.ResolveAsync(caller, id, Permissions.QuotaRead, cancellation);
        return found.Ok ? await RowAsync(id, cancellation) : found.Error;
    }

    /// <summary>Where a project's bytes are, in one statement each. Needs <c>quota:read</c> on the project.</summary>
    public async Task<Result<QuotaUsage>> UsageAsync(Caller caller, int id, CancellationToken cancellation)
    {
        var found = await projects.ResolveAsync(caller, id, Permissions.QuotaRead, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var live = db.ArtifactBlobs.Where(x => db.Artifacts.Any(a => a.Id == x.ArtifactId && a.ProjectId == id && a.DeletionId == null));
        var logical = await live.Select(x => new { x.ArtifactId, x.BlobId, x.Blob!.Size }).Distinct().SumAsync(x => x.Size, cancellation);
        var unique = await db.ProjectStorages.Where(s => s.ProjectId == id).Select(s => s.Used).SingleOrDefaultAsync(cancellation);
        var shared = await db.ProjectBlobs.Where(p => p.ProjectId == id && live.Where(x => x.BlobId == p.BlobId).Select(x => x.ArtifactId).Distinct().Count() > 1).SumAsync(p => p.Size, cancellation);
        return new QuotaUsage(logical, unique, shared);
    }

    /// <summary>The settings of quotas. Needs <c>quota:list</c> on the system.</summary>
    public async Task<Result<StorageDefaults>> DefaultsAsync(Caller caller, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaList, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await StorageDefaults.ReadAsync(db, cancellation);
    }

    /// <summary>One page of requests, open ones first and then the newest. Needs <c>quota:list</c> on the system.</summary>
    public async Task<Result<Page<QuotaRequestRow>>> RequestsAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.QuotaList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var requests = db.QuotaRequests.Where(r => r.Project!.DeletedAt == null);
        return await Rows(requests.OrderBy(r => r.State == QuotaRequestState.Open ? 0 : 1).ThenByDescending(r => r.Id)).ToPageAsync(page, () => requests.CountAsync(cancellation), cancellation);
    }

    /// <summary>The newest request of a project, an empty list when it has never asked. Needs <c>quota:read</c> there.</summary>
    public async Task<Result<List<QuotaRequestRow>>> LastRequestAsync(Caller caller, int id, CancellationToken cancellation)
    {
        var found = await projects.ResolveAsync(caller, id, Permissions.QuotaRead, cancellation);
        if (!found.Ok) return found.Error;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db.QuotaRequests.Where(r => r.ProjectId == id).OrderByDescending(r => r.Id)).Take(1).ToListAsync(cancellation);
    }

    async Task<Result<QuotaRow>> RowAsync(int id, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(Accounts(db).Where(x => x.Storage.ProjectId == id)).FirstOrDefaultAsync(cancellation) is { } row ? row : QuotaErrors.NotFound;
    }

    sealed class Account
    {
        public required ProjectStorage Storage { get; init; }
        public required Project Project { get; init; }
        public required string? Owner { get; init; }
    }

    static IQueryable<Account> Accounts(PortalDbContext db) =>
        from storage in db.ProjectStorages.AsNoTracking()
        join project in db.Projects.AsNoTracking() on storage.ProjectId equals project.Id
        where project.DeletedAt == null
        select new Account { Storage = storage, Project = project, Owner = db.Users.Where(u => u.Id == project.OwnerId).Select(u => u.UserName).FirstOrDefault() };

    static IQueryable<Account> Sorted(IQueryable<Account> found, string? column, bool descending)
    {
        var sorted = (column, descending) switch
        {
            ("name", false) => found.OrderBy(x => x.Project.Name),
            ("name", true) => found.OrderByDescending(x => x.Project.Name),
            ("owner", false) => found.OrderBy(x => x.Owner),
            ("owner", true) => found.OrderByDescending(x => x.Owner),
            ("limit", false) => found.OrderBy(x => x.Storage.Limit < 0 ? long.MaxValue : x.Storage.Limit),
            ("limit", true) => found.OrderByDescending(x => x.Storage.Limit < 0 ? long.MaxValue : x.Storage.Limit),
            ("size", false) => found.OrderBy(x => x.Storage.Used),
            ("size", true) => found.OrderByDescending(x => x.Storage.Used),
            ("share", false) => found.OrderBy(x => x.Storage.Limit < 0 ? -1.0 : x.Storage.Limit == 0 ? 1.0 : (double)x.Storage.Used / x.Storage.Limit),
            ("share", true) => found.OrderByDescending(x => x.Storage.Limit < 0 ? -1.0 : x.Storage.Limit == 0 ? 1.0 : (double)x.Storage.Used / x.Storage.Limit),
            ("changed", false) => found.OrderBy(x => x.Storage.ChangedAt ?? x.Project.CreatedAt),
            ("changed", true) => found.OrderByDescending(x => x.Storage.ChangedAt ?? x.Project.CreatedAt),
            ("created", false) => found.OrderBy(x => x.Project.CreatedAt),
            _ => found.OrderByDescending(x => x.Project.CreatedAt),
        };
        return sorted.ThenByDescending(x => x.Project.Id);
    }

    static IQueryable<QuotaRow> Rows(IQueryable<Account> accounts) => accounts.Select(x => new QuotaRow
    {
        Id = x.Storage.ProjectId,
        Project = x.Project.Name,
        Owner = x.Owner ?? "",
        Limit = x.Storage.Limit,
        Used = x.Storage.Used,
        RepositoryLimit = x.Storage.RepositoryLimit,
        TagLimit = x.Storage.TagLimit,
        CreatedAt = x.Project.CreatedAt,
        ChangedAt = x.Storage.ChangedAt ?? x.Project.CreatedAt,
        RefusedAt = x.Storage.RefusedAt,
    });

    static IQueryable<QuotaRequestRow> Rows(IQueryable<QuotaRequest> requests) => requests.Select(r => new QuotaRequestRow
    {
        Id = r.Id,
        ProjectId = r.ProjectId,
        Project = r.Project!.Name,
        Bytes = r.Bytes,
        Limit = r.Project.Storage!.Limit,
        Used = r.Project.Storage.Used,
        Reason = r.Reason,
        State = r.State,
        RequestedBy = r.RequestedBy,
        RequestedAt = r.RequestedAt,
        DecidedBy = r.DecidedBy,
        DecidedAt = r.DecidedAt,
        Answer = r.Answer,
    });
}

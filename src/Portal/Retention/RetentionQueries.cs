using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Data;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention.Evaluation;
using Portal.Retention.Planning;
using Portal.Retention.Rules;

namespace Portal.Retention;

/// <summary>Which rows of a preview to show.</summary>
public enum PreviewShow
{
    All = 0,

    /// <summary>What goes.</summary>
    Going = 1,

    /// <summary>What the rules judge otherwise than the saved ones.</summary>
    Changed = 2,
}

/// <summary>What to look at while rules are edited.</summary>
/// <param name="Rules">The rules of the editor.</param>
/// <param name="Mode">How they stand to the system's; null when they are the system's.</param>
/// <param name="Try">A name to judge, <c>repository:tag</c>; empty for none. It need not exist: then it is judged as if it were pushed now.</param>
public sealed record PreviewRequest(PolicyRules Rules, PolicyMode? Mode, PreviewShow Show, PageRequest Page, string Try = "");

/// <summary>What rules would do in a project now.</summary>
/// <param name="Rows">One page.</param>
/// <param name="Changed">How many verdicts differ from those of the saved rules, among the rows that were written down.</param>
/// <param name="Judged">Tags, and artifacts without one, that were looked at.</param>
/// <param name="Whole">False when the project has more than <see cref="RetentionQueries.MaxPreview"/>.</param>
/// <param name="Tried">The verdict on the name that was tried; null for none.</param>
/// <param name="Decides">How many each rule of the editor decides, by place.</param>
public sealed record RetentionPreview(Page<VerdictRow> Rows, long Changed, long Judged, long Repositories, long Kept, long Deleted, long Skipped, long Held, long Bytes, bool Whole, VerdictRow? Tried, IReadOnlyDictionary<string, int> Decides, TimeSpan Took);

/// <summary>A policy with the project it belongs to; null for the system's.</summary>
public sealed record PolicyPlace(RetentionPolicy Policy, ProjectEntry? Project);

/// <summary>A repository of a plan, as lists show it.</summary>
public sealed record PlanRepositoryRow(long Id, long PlanId, string Repository, int Total, int Retained, int Deleted, long Bytes, string Refusal, long DeletionId);

/// <summary>A verdict that was kept with a plan.</summary>
public sealed record StoredVerdict(long Id, string Repository, string Tag, string Digest, Verdict Verdict, string Rule, string Reason, DateTimeOffset PushedAt, long Bytes);

/// <summary>Reads policies, previews and what runs did. Foreign and missing answer alike.</summary>
public sealed class RetentionQueries
{
    /// <summary>Tags that a preview looks at, the first by repository.</summary>
    public const int MaxPreview = 100_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly IAccessPolicy _policy;
    readonly ProjectDirectory _projects;
    readonly FactsReader _facts;
    readonly RetentionPlanner _planner;
    readonly RetentionJobs _jobs;
    readonly TimeProvider _time;

    internal RetentionQueries(Needs needs) =>
        (_contexts, _policy, _projects, _facts, _planner, _jobs, _time) = needs;

    /// <summary>What reading needs.</summary>
    internal sealed record Needs(IDbContextFactory<PortalDbContext> Contexts, IAccessPolicy Policy, ProjectDirectory Projects, FactsReader Facts, RetentionPlanner Planner, RetentionJobs Jobs, TimeProvider Time);

    /// <summary>What counts in a project, or (<paramref name="project"/> null) the system's policy. Needs <c>tag-retention:read</c>.</summary>
    public async Task<Result<EffectivePolicy>> EffectiveAsync(Caller caller, ProjectEntry? project, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionRead, cancellation) is { } refusal) return refusal;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await EffectivePolicy.LoadAsync(db, project?.Id ?? 0, cancellation);
    }

    /// <summary>A policy by id for who has a right on it.</summary>
    public async Task<Result<PolicyPlace>> FindAsync(Caller caller, long id, Permission needed, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        if (await db.RetentionPolicies.AsNoTracking().FirstOrDefaultAsync(p => p.Id == id, cancellation) is not { } policy) return Missing(caller);
        ProjectEntry? project = null;
        if (policy.ProjectId is { } place && (project = await _projects.FindAsync(place, cancellation)) is null) return Missing(caller);
        if (await RefuseAsync(caller, project, needed, cancellation) is { } refusal)
            return refusal.Kind == ErrorKind.NotFound || (project is null && refusal.Kind == ErrorKind.Forbidden) ? Missing(caller) : refusal;
        return new PolicyPlace(policy, project);
    }

    static Error Missing(Caller caller) => caller.IsAnonymous ? AccessErrors.SignInNeeded : RetentionErrors.NotFound;

    /// <summary>What rules would do now, one page of it. Needs <c>tag-retention:read</c> and <c>tag:list</c>.</summary>
    public async Task<Result<RetentionPreview>> PreviewAsync(Caller caller, ProjectEntry project, PreviewRequest request, CancellationToken cancellation)
    {
        foreach (var needed in (Permission[])[Permissions.RetentionRead, Permissions.TagList])
            if (await RefuseAsync(caller, project, needed, cancellation) is { } refusal) return refusal;
        if (new PolicyDraft(request.Rules).Problem() is { } problem) return problem;
        var page = request.Page.Bounded();
        var started = _time.GetTimestamp();
        EffectivePolicy effective;
        await using (var db = await _contexts.CreateDbContextAsync(cancellation)) effective = await EffectivePolicy.LoadAsync(db, project.Id, cancellation);
        var stages = request.Mode is null ? [request.Rules] : effective.With(request.Rules, request.Mode);
        var (compiled, saved) = (EffectivePolicy.Compile(stages), EffectivePolicy.Compile(request.Mode is null ? [effective.System is { } s ? EffectivePolicy.Read(s) : PolicyRules.None] : effective.Stages));
        if (!compiled.Ok) return compiled.Error;
        var inherited = request.Mode == PolicyMode.Inherit || (request.Mode is not null && effective.Locked);
        var now = _time.GetUtcNow();
        var plan = await _planner.PlanAsync(project, compiled.Value, inherited, now, new(MaxPreview, MaxPreview, saved.Value), null, cancellation);
        var chosen = plan.Rows.Where(r => request.Show switch { PreviewShow.Going => r.Verdict == Verdict.Delete, PreviewShow.Changed => r.Before is not null, _ => true });
        if (page.Filter is { } text) chosen = chosen.Where(r => $"{r.Repository}:{r.Tag}".Contains(text, StringComparison.OrdinalIgnoreCase) || r.Digest.Contains(text, StringComparison.Ordinal));
        var sorted = Sorted(chosen, page).ToList();
        var decides = plan.Rows.Where(r => r.Rule.Length > 0).GroupBy(r => r.Rule).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var tried = request.Try.Length > 0 ? await TryAsync(project, compiled.Value, inherited, request.Try, now, cancellation) : null;
        return new RetentionPreview(new([.. sorted.Skip(page.Skip).Take(page.Take)], sorted.Count), plan.Rows.Count(r => r.Before is not null), plan.Total, plan.Repositories.Count, plan.Kept, plan.Deleted, plan.Skipped, plan.Held, plan.Bytes,
            plan.Whole, tried, decides, _time.GetElapsedTime(started));
    }

    static IEnumerable<VerdictRow> Sorted(IEnumerable<VerdictRow> rows, PageRequest page) => (page.SortColumn, page.Descending) switch
    {
        ("age", false) => rows.OrderByDescending(r => r.PushedAt),
        ("age", true) => rows.OrderBy(r => r.PushedAt),
        ("bytes", false) => rows.OrderBy(r => r.Bytes),
        ("bytes", true) => rows.OrderByDescending(r => r.Bytes),
        ("tag", true) => rows.OrderByDescending(r => r.Repository, StringComparer.Ordinal).ThenByDescending(r => r.Tag, StringComparer.Ordinal),
        _ => rows.OrderBy(r => r.Repository, StringComparer.Ordinal).ThenBy(r => r.Tag, StringComparer.Ordinal),
    };

    async Task<VerdictRow?> TryAsync(ProjectEntry project, CompiledPolicy policy, bool inherited, string name, DateTimeOffset now, CancellationToken cancellation)
    {
        var colon = name.LastIndexOf(':');
        if (colon <= 0 || !RepositoryName.TryCreate(project.Name, name[..colon], out _) || !TagName.TryParse(name[(colon + 1)..], out var tag)) return null;
        var (path, id) = (name[..colon], 0L);
        await using (var db = await _contexts.CreateDbContextAsync(cancellation)) id = await db.Repositories.Where(r => r.ProjectId == project.Id && r.Name == path && r.DeletionId == null).Select(r => r.Id).FirstOrDefaultAsync(cancellation);
        RepositoryFacts repository = new() { Name = path };
        if (id != 0) await foreach (var found in _facts.ReadAsync(project, id, cancellation)) repository = found;
        if (!repository.Artifacts.Exists(a => a.Tags.Exists(t => t.Name == tag.Text)))
            repository.Artifacts.Add(new() { Id = long.MaxValue, PushedAt = now.UtcDateTime, Tags = [new() { Name = tag.Text, PushedAt = now.UtcDateTime }] });
        var verdicts = RetentionEvaluator.Evaluate(policy, repository, now.UtcDateTime);
        for (var i = 0; i < verdicts.Items.Count; i++)
            if (verdicts.Items[i] is { Tag: >= 0 } item && repository.Artifacts[item.Artifact].Tags[item.Tag].Name == tag.Text)
                return new(repository.Name, tag.Text, repository.Artifacts[item.Artifact].Digest, verdicts.Decisions[i].Verdict, Reasons.Rule(verdicts.Decisions[i], policy.Stages.Count, inherited),
                    Reasons.Of(policy, repository, item, verdicts.Decisions[i], now.UtcDateTime), repository.Artifacts[item.Artifact].Tags[item.Tag].PushedAt, 0);
        return null;
    }

    /// <summary>One page of a project's plans, newest first. Needs <c>tag-retention:list</c>.</summary>
    public async Task<Result<Page<RetentionPlan>>> PlansAsync(Caller caller, ProjectEntry project, PageRequest page, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var all = db.RetentionPlans.AsNoTracking().Where(p => p.ProjectId == project.Id);
        return await all.OrderByDescending(p => p.Id).ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
    }

    /// <summary>One plan of a project. Needs <c>tag-retention:list</c>.</summary>
    public async Task<Result<RetentionPlan>> PlanAsync(Caller caller, ProjectEntry project, long id, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.RetentionList, cancellation) is { } refusal) return refusal;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.RetentionPlans.AsNoTracking().FirstOrDefaultAsync(p => p.Id == id && p.ProjectId == project.Id, cancellation) is { } plan ? plan : RetentionErrors.PlanNotFound;
    }

    /// <summary>One page of the repositories of a plan whose right has been checked. Sorts by <c>repository</c>, <c>deleted</c>, <c>bytes</c>.</summary>
    public async Task<Page<PlanRepositoryRow>> RepositoriesAsync(RetentionPlan plan, PageRequest page, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var all = db.RetentionPlanRepositories.AsNoTracking().Where(r => r.PlanId == plan.Id);
        if (page.Filter is { } text) all = all.Where(r => EF.Functions.Like(r.Repository, Like.Contains(text), Like.Escape));
        var sorted = (page.SortColumn, page.Descending) switch
        {
            ("deleted", true) => all.OrderByDescending(r => r.Deleted),
            ("bytes", true) => all.OrderByDescending(r => r.Bytes),
            ("deleted", _) => all.OrderBy(r => r.Deleted),
            ("bytes", _) => all.OrderBy(r => r.Bytes),
            (_, true) => all.OrderByDescending(r => r.Repository),
            _ => all.OrderBy(r => r.Repository),
        };
        return await Rows(sorted.ThenBy(r => r.Id)).ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
    }

    /// <summary>One page of the repositories of several plans whose right has been checked.</summary>
    public async Task<Page<PlanRepositoryRow>> TasksAsync(IReadOnlyList<long> plans, PageRequest page, CancellationToken cancellation)
    {
        page = page.Bounded();
        var ids = plans.ToList();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var all = db.RetentionPlanRepositories.AsNoTracking().Where(r => ids.Contains(r.PlanId));
        return await Rows(all.OrderBy(r => r.Id)).ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
    }

    /// <summary>One of those; null when it is not among them.</summary>
    public async Task<PlanRepositoryRow?> TaskAsync(IReadOnlyList<long> plans, long id, CancellationToken cancellation)
    {
        var ids = plans.ToList();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await Rows(db.RetentionPlanRepositories.AsNoTracking().Where(r => r.Id == id && ids.Contains(r.PlanId))).FirstOrDefaultAsync(cancellation);
    }

    static IQueryable<PlanRepositoryRow> Rows(IQueryable<RetentionPlanRepository> rows) => rows.Select(r => new PlanRepositoryRow(r.Id, r.PlanId, r.Repository, r.Total, r.Retained, r.Deleted, r.Bytes, r.Refusal, r.DeletionId));

    /// <summary>One page of the verdicts of a plan whose right has been checked, those that go first.</summary>
    /// <param name="verdict">One sort of verdict; null for all.</param>
    public async Task<Page<StoredVerdict>> VerdictsAsync(RetentionPlan plan, Verdict? verdict, PageRequest page, CancellationToken cancellation)
    {
        page = page.Bounded();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var all = Verdicts(db, plan, verdict);
        if (page.Filter is { } text) all = all.Where(v => EF.Functions.Like(v.Repository + ":" + v.Tag, Like.Contains(text), Like.Escape));
        return await all.OrderBy(v => v.Repository).ThenBy(v => v.Id).Select(v => new StoredVerdict(v.Id, v.Repository, v.Tag, v.Digest, (Verdict)v.Verdict, v.Rule, v.Reason, v.PushedAt, v.Bytes))
            .ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
    }

    /// <summary>All verdicts that were kept with a plan whose right has been checked, one after the other.</summary>
    /// <param name="repository">One repository; null for all.</param>
    public async IAsyncEnumerable<StoredVerdict> AllVerdictsAsync(RetentionPlan plan, string? repository, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var all = Verdicts(db, plan, null);
        if (repository is not null) all = all.Where(v => v.Repository == repository);
        await foreach (var v in all.OrderBy(v => v.Repository).ThenBy(v => v.Id).AsAsyncEnumerable().WithCancellation(cancellation))
            yield return new(v.Id, v.Repository, v.Tag, v.Digest, (Verdict)v.Verdict, v.Rule, v.Reason, v.PushedAt, v.Bytes);
    }

    static IQueryable<RetentionVerdict> Verdicts(PortalDbContext db, RetentionPlan plan, Verdict? verdict)
    {
        var all = db.RetentionVerdicts.AsNoTracking().Where(v => v.PlanId == plan.Id);
        return verdict is { } one ? all.Where(v => v.Verdict == (int)one) : all;
    }

    /// <summary>The plans of a run under a policy whose right has been checked, by project.</summary>
    public async Task<IReadOnlyList<RetentionPlan>> OfRunAsync(PolicyPlace place, long run, CancellationToken cancellation)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.RetentionPlans.AsNoTracking().Include(p => p.Project).Where(p => p.RunId == run && p.PolicyId == place.Policy.Id).OrderBy(p => p.ProjectId).ToListAsync(cancellation);
    }

    /// <summary>The runs of a policy whose right has been checked.</summary>
    public async Task<Result<JobRunPage>> RunsAsync(PolicyPlace place, int page, int size, CancellationToken cancellation) =>
        await _jobs.Queries.RunsAsync(new(RetentionJobs.Kind, place.Policy.Id, Page: page, PageSize: size), cancellation);

    /// <summary>One run of a policy whose right has been checked.</summary>
    public async Task<Result<JobRunRow>> RunAsync(PolicyPlace place, long run, CancellationToken cancellation) =>
        await _jobs.Queries.RunAsync(run, cancellation) is { Kind: RetentionJobs.Kind } row && row.Owner == place.Policy.Id ? row : RetentionErrors.PlanNotFound;

    /// <summary>The log of the run of a plan whose right has been checked; null where there is none any more.</summary>
    public Task<string?> LogAsync(RetentionPlan plan, CancellationToken cancellation) => _jobs.Queries.LogAsync(plan.RunId, cancellation);

    /// <summary>The runs of a project that have not ended.</summary>
    public async Task<IReadOnlyList<JobRunRow>> ActiveAsync(ProjectEntry project, CancellationToken cancellation)
    {
        var page = await _jobs.Queries.RunsAsync(new(RetentionJobs.Kind, ProjectId: project.Id, PageSize: 10), cancellation);
        return [.. page.Rows.Where(r => r.Status is JobStatus.Pending or JobStatus.Running)];
    }

    /// <summary>The schedule of a policy whose right has been checked; null for none.</summary>
    public Task<JobScheduleRow?> ScheduleAsync(RetentionPolicy policy, CancellationToken cancellation) => _jobs.Queries.ScheduleAsync(RetentionJobs.Kind, policy.Id, cancellation);

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry? project, Permission needed, CancellationToken cancellation)
    {
        if (project is null) return await _policy.RefuseAsync(caller, needed, cancellation);
        var rights = await _policy.RightsAsync(caller, project.Target, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }
}

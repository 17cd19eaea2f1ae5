using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Immutability;

/// <summary>A rule as lists show it.</summary>
/// <param name="Inherited">It is a default of the system.</param>
public sealed record RuleRow(int Id, bool Inherited, string Title, string Name, bool Disabled, bool Expirable, NameSelector Repositories, NameSelector Tags, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset UpdatedAt)
{
    internal static RuleRow From(ImmutabilityRule r) =>
        new(r.Id, r.ProjectId is null, RuleWords.Title(r), r.Name, r.Disabled, r.Expirable, r.Repositories, r.Tags, r.CreatedAt, r.CreatedBy, r.UpdatedAt);
}

/// <summary>A project that does not inherit, and why.</summary>
public sealed record ExemptionRow(int ProjectId, string Project, string Reason, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>What counts in a project.</summary>
/// <param name="Rules">Its own rules first, then the inherited ones; of an exempt project none of those.</param>
/// <param name="Exemption">Why it does not inherit; null when it does.</param>
public sealed record ProjectRules(IReadOnlyList<RuleRow> Rules, ExemptionRow? Exemption);

/// <summary>A tag that a rule selects.</summary>
public sealed record RuleMatch(string Repository, string Tag, string Digest, DateTimeOffset PushedAt);

/// <summary>Which tags a rule would select now.</summary>
/// <param name="Page">One page of them, by repository and tag.</param>
/// <param name="Looked">How many tags were looked at.</param>
/// <param name="Whole">False when the project has more tags than are looked at.</param>
public sealed record RulePreview(Page<RuleMatch> Page, int Looked, bool Whole);

/// <summary>Reads rules, exemptions, and what rules select.</summary>
public sealed class ImmutabilityQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy)
{
    /// <summary>The most tags that a preview looks at, the first by repository and name.</summary>
    public const int MaxLooked = 20_000;

    /// <summary>The system's own rules, at most <see cref="ImmutabilityService.MaxRules"/>. Needs <c>immutable-tag:list</c> on the whole system.</summary>
    public async Task<Result<IReadOnlyList<RuleRow>>> DefaultsAsync(Caller caller, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ImmutableTagList, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rules = await db.ImmutabilityRules.AsNoTracking().Where(r => r.ProjectId == null).OrderBy(r => r.Id).ToListAsync(cancellation);
        return rules.ConvertAll(RuleRow.From);
    }

    /// <summary>Every rule that counts in a project, disabled ones included. Needs <c>immutable-tag:list</c> there.</summary>
    public async Task<Result<ProjectRules>> OfProjectAsync(Caller caller, ProjectEntry project, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, project, Permissions.ImmutableTagList, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var rules = await ImmutabilityDirectory.Counting(db, project.Id).OrderBy(r => r.ProjectId == null).ThenBy(r => r.Id).ToListAsync(cancellation);
        return new ProjectRules(rules.ConvertAll(RuleRow.From), await Exemptions(db.ImmutabilityExemptions.Where(e => e.ProjectId == project.Id)).FirstOrDefaultAsync(cancellation));
    }

    /// <summary>One page of the exempt projects by name. Needs <c>immutable-tag:list</c> on the whole system.</summary>
    public async Task<Result<Page<ExemptionRow>>> ExemptionsAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ImmutableTagList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var all = db.ImmutabilityExemptions.Where(e => e.Project!.DeletedAt == null);
        if (page.Filter is { } text) all = all.Where(e => EF.Functions.Like(e.Project!.Name, Like.Contains(text.ToLowerInvariant()), Like.Escape));
        return await Exemptions(all.OrderBy(e => e.Project!.Name)).ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
    }

    /// <summary>
    /// Which of a project's tags two selectors choose: of the first <see cref="MaxLooked"/> tags, one page. Needs <c>immutable-tag:list</c> and <c>tag:list</c>.
    /// </summary>
    public async Task<Result<RulePreview>> PreviewAsync(Caller caller, ProjectEntry project, NameSelector repositories, NameSelector tags, PageRequest page, CancellationToken cancellation)
    {
        foreach (var needed in (Permission[])[Permissions.ImmutableTagList, Permissions.TagList])
            if (await RefuseAsync(caller, project, needed, cancellation) is { } refusal) return refusal;
        var (repository, tag) = (repositories.Compile("repositories"), tags.Compile("tags"));
        if (!repository.Ok) return repository.Error;
        if (!tag.Ok) return tag.Error;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var (looked, found, items) = (0, 0, new List<RuleMatch>(page.Take));
        var (path, chosen) = ("", false);
        var all = db.Tags.AsNoTracking().Join(db.Repositories.Where(r => r.ProjectId == project.Id && r.DeletionId == null), t => t.RepositoryId, r => r.Id, (t, r) => new { r.Name, Tag = t.Name, t.Artifact!.Digest, t.PushedAt })
            .OrderBy(x => x.Name).ThenBy(x => x.Tag).Take(MaxLooked + 1);
        // read one after the other, so that memory holds a page and no more
        await foreach (var row in all.AsAsyncEnumerable().WithCancellation(cancellation))
        {
            if (++looked > MaxLooked) break;
            if (row.Name != path) (path, chosen) = (row.Name, repository.Value(row.Name));
            if (!chosen || !tag.Value(row.Tag) || Registry.Manifests.ArtifactKinds.TagScheme(row.Tag) is not null) continue;
            if (found++ >= page.Skip && items.Count < page.Take) items.Add(new(row.Name, row.Tag, row.Digest, row.PushedAt));
        }
        return new RulePreview(new(items, found), Math.Min(looked, MaxLooked), looked <= MaxLooked);
    }

    async ValueTask<Error?> RefuseAsync(Caller caller, ProjectEntry project, Permission needed, CancellationToken cancellation)
    {
        var rights = await policy.RightsAsync(caller, project.Target, cancellation);
        return rights.Has(needed) ? null : ProjectErrors.Refusal(caller, rights, needed);
    }

    static IQueryable<ExemptionRow> Exemptions(IQueryable<ImmutabilityExemption> rows) =>
        rows.AsNoTracking().Select(e => new ExemptionRow(e.ProjectId, e.Project!.Name, e.Reason, e.CreatedAt, e.CreatedBy));
}

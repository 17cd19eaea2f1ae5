using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Retention.Clusters;

/// <summary>What a report did.</summary>
/// <param name="Taken">Images of this registry that were named.</param>
/// <param name="Foreign">References that name other registries, or nothing that there is.</param>
public sealed record ReportSummary(int Taken, int Foreign);

/// <summary>Takes reports of what clusters run. A report replaces the one before.</summary>
public sealed class ClusterService(Transactions transactions, IAccessPolicy policy, ProjectDirectory projects, AuditLog audit, TimeProvider time)
{
    /// <summary>The most references of a report.</summary>
    public const int MaxImages = 20_000;

    /// <summary>The most clusters.</summary>
    public const int MaxClusters = 200;

    public const int DefaultFreshHours = 24;

    const int MaxReference = 700;

    /// <summary>Takes a report. Needs <c>cluster:update</c> on the system.</summary>
    /// <param name="hosts">The names that this registry is reached by, as they stand before the first slash of a reference.</param>
    public async Task<Result<ReportSummary>> ReportAsync(Caller caller, string name, IReadOnlyList<string>? images, int? freshHours, IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ClusterUpdate, cancellation) is { } refusal) return refusal;
        if (!IsName(name)) return Error.Invalid("name", $"The name of a cluster has 1 to {Cluster.MaxName} small letters, digits, dots and hyphens, and begins with a letter or digit.");
        if (images is null) return Error.Invalid("images", "images is a list of references such as registry.example.com/payments/api@sha256:….");
        if (images.Count > MaxImages) return Error.Invalid("images", string.Create(CultureInfo.InvariantCulture, $"images has at most {MaxImages} references."));
        if (freshHours is < 1 or > 8_760) return Error.Invalid("fresh_hours", "fresh_hours is 1 to 8760.");
        var (rows, foreign) = (new HashSet<(int Project, string Repository, string Digest, string Tag)>(), 0);
        foreach (var image in images)
        {
            if (image is null || image.Length > MaxReference) return Error.Invalid("images", $"A reference has at most {MaxReference} characters.");
            if (await ReadAsync(image, hosts, cancellation) is { } row) rows.Add(row);
            else foreign++;
        }
        return await transactions.RunAsync<ReportSummary>(async db =>
        {
            var cluster = await db.Clusters.FirstOrDefaultAsync(c => c.Name == name, cancellation);
            if (cluster is null && await db.Clusters.CountAsync(cancellation) >= MaxClusters) return Error.Invalid("name", string.Create(CultureInfo.InvariantCulture, $"There are at most {MaxClusters} clusters. Take one off that is not there any more."));
            var fresh = cluster is null;
            if (cluster is null) db.Clusters.Add(cluster = new() { Name = name });
            var before = new { cluster.Images };
            (cluster.ReportedAt, cluster.ReportedBy, cluster.FreshHours, cluster.Images) = (time.GetUtcNow(), caller.Name, freshHours ?? (fresh ? DefaultFreshHours : cluster.FreshHours), rows.Count);
            await db.SaveChangesAsync(cancellation);
            await db.ClusterImages.Where(i => i.ClusterId == cluster.Id).ExecuteDeleteAsync(cancellation);
            db.ClusterImages.AddRange(rows.Select(r => new ClusterImage { ClusterId = cluster.Id, ProjectId = r.Project, Repository = r.Repository, Digest = r.Digest, Tag = r.Tag }));
            // a report comes every few minutes: only what it changes is worth a row
            if (fresh || before.Images != rows.Count) audit.Add(db, new(caller.Actor, fresh ? AuditActions.Create : AuditActions.Update, AuditResources.Cluster, name) { Before = fresh ? null : before, After = new { cluster.Images } });
            await db.SaveChangesAsync(cancellation);
            return new ReportSummary(rows.Count, foreign);
        }, cancellation);
    }

    /// <summary>Takes a cluster off; nothing that only it runs is kept any more. Needs <c>cluster:delete</c> on the system.</summary>
    public async Task<Result> DeleteAsync(Caller caller, string name, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ClusterDelete, cancellation) is { } refusal) return refusal;
        return await transactions.RunAsync(async db =>
        {
            if (await db.Clusters.FirstOrDefaultAsync(c => c.Name == name, cancellation) is not { } cluster) return RetentionErrors.ClusterNotFound;
            db.Clusters.Remove(cluster);
            audit.Add(db, new(caller.Actor, AuditActions.Delete, AuditResources.Cluster, name) { Before = new { cluster.Images } });
            await db.SaveChangesAsync(cancellation);
            return Result.Success;
        }, cancellation);
    }

    // host/project/repository[:tag][@digest]; a digest says more than the tag beside it
    async ValueTask<(int, string, string, string)?> ReadAsync(string image, IReadOnlyList<string> hosts, CancellationToken cancellation)
    {
        if (image.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0) image = image[(scheme + 3)..];
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !hosts.Contains(image[..slash], StringComparer.OrdinalIgnoreCase)) return null;
        var (rest, digest, tag) = (image[(slash + 1)..], "", "");
        if (rest.IndexOf('@', StringComparison.Ordinal) is var at and >= 0)
        {
            if (!Digest.TryParse(rest[(at + 1)..], out var parsed)) return null;
            (rest, digest) = (rest[..at], parsed.Text);
        }
        if (rest.LastIndexOf(':') is var colon and >= 0)
        {
            if (!TagName.TryParse(rest[(colon + 1)..], out var name)) return null;
            (rest, tag) = (rest[..colon], digest.Length > 0 ? "" : name.Text);
        }
        else if (digest.Length == 0) tag = "latest";
        var parts = rest.Split('/', 2);
        if (parts.Length < 2 || await projects.FindAsync(parts[0], cancellation) is not { } project || !RepositoryName.TryCreate(project.Name, parts[1], out _)) return null;
        return (project.Id, parts[1], digest, tag);
    }

    static bool IsName(string name) => name.Length is > 0 and <= Cluster.MaxName && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-');
}

/// <summary>A cluster as lists show it.</summary>
/// <param name="Old">The report is older than it should be; what it named is kept all the same.</param>
public sealed record ClusterRow(string Name, DateTimeOffset ReportedAt, string ReportedBy, int FreshHours, int Images, bool Old);

/// <summary>Reads what clusters run.</summary>
public sealed class ClusterQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, TimeProvider time)
{
    /// <summary>One page of the clusters by name. Needs <c>cluster:list</c> on the system.</summary>
    public async Task<Result<Page<ClusterRow>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(caller, Permissions.ClusterList, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        IQueryable<Cluster> all = db.Clusters.AsNoTracking();
        if (page.Filter is { } text) all = all.Where(c => EF.Functions.Like(c.Name, Like.Contains(text), Like.Escape));
        var rows = await all.OrderBy(c => c.Name).ToPageAsync(page, () => all.CountAsync(cancellation), cancellation);
        return new Page<ClusterRow>([.. rows.Items.Select(Row)], rows.Total);
    }

    /// <summary>Where an artifact of a project runs, by digest or by one of its tags. Whoever may see the artifact may see this.</summary>
    public async Task<IReadOnlyList<ClusterRow>> OfAsync(int projectId, string repository, string digest, IReadOnlyList<string> tags, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var names = tags.ToList();
        var rows = await db.Clusters.AsNoTracking().Where(c => db.ClusterImages.Any(i => i.ClusterId == c.Id && i.ProjectId == projectId && i.Repository == repository && (i.Digest == digest || (i.Tag != "" && names.Contains(i.Tag)))))
            .OrderBy(c => c.Name).ToListAsync(cancellation);
        return rows.ConvertAll(Row);
    }

    ClusterRow Row(Cluster c) => new(c.Name, c.ReportedAt, c.ReportedBy, c.FreshHours, c.Images, c.ReportedAt.AddHours(c.FreshHours) < time.GetUtcNow());
}

using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>A repository's row as requests need it. The row is never removed while its project lives, so it may be kept.</summary>
public sealed record RepositoryEntry(long Id, int ProjectId, RepositoryName Name);

/// <summary>Repositories by full name from memory.</summary>
public sealed class RepositoryDirectory(IDbContextFactory<PortalDbContext> contexts, IDatabaseProvider provider, TimeProvider time)
{
    const int MaxCached = 100_000;

    readonly ConcurrentDictionary<string, RepositoryEntry> _known = new(StringComparer.Ordinal);

    /// <summary>Finds a repository that was used before, without allocating; it may belong to a project that is gone.</summary>
    public bool TryGetKnown(ReadOnlySpan<char> fullName, out RepositoryEntry? entry) =>
        _known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fullName, out entry);

    /// <summary>Finds a repository, deleted or not; null when nothing was ever pushed to it.</summary>
    public async ValueTask<RepositoryEntry?> FindAsync(ProjectEntry project, RepositoryName name, CancellationToken cancellation)
    {
        if (_known.TryGetValue(name.Text, out var known) && known.ProjectId == project.Id) return known;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await FindAsync(db, project, name, cancellation);
    }

    /// <summary>Finds a repository, or makes its row: it appears in lists with its first manifest.</summary>
    public async ValueTask<RepositoryEntry> EnsureAsync(ProjectEntry project, RepositoryName name, CancellationToken cancellation)
    {
        if (_known.TryGetValue(name.Text, out var known) && known.ProjectId == project.Id) return known;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        return Keep(project, name, await provider.EnsureRowAsync(db, new("artifacts.repository",
            [nameof(Repository.ProjectId), nameof(Repository.Name), nameof(Repository.Description), nameof(Repository.CreatedAt), nameof(Repository.UpdatedAt), nameof(Repository.PullCount), nameof(Repository.DeletionId)],
            [nameof(Repository.ProjectId), nameof(Repository.Name)], [[project.Id, name.Path, "", now, now, 0L, Repository.Unborn]]), cancellation));
    }

    async Task<RepositoryEntry?> FindAsync(PortalDbContext db, ProjectEntry project, RepositoryName name, CancellationToken cancellation) =>
        await ById(db, project.Id, name.Path, cancellation) is { } id ? Keep(project, name, id) : null;

    RepositoryEntry Keep(ProjectEntry project, RepositoryName name, long id)
    {
        if (_known.Count >= MaxCached) _known.Clear();
        return _known[name.Text] = new(id, project.Id, name);
    }

    static readonly Func<PortalDbContext, int, string, CancellationToken, Task<long?>> ById = EF.CompileAsyncQuery((PortalDbContext db, int project, string path, CancellationToken _) =>
        db.Repositories.Where(r => r.ProjectId == project && r.Name == path).Select(r => (long?)r.Id).FirstOrDefault());
}

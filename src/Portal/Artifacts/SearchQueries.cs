using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Artifacts;

/// <summary>A tag that a search found.</summary>
public sealed record TagHit(string Repository, string Tag, string Digest, DateTimeOffset PushedAt);

/// <summary>An artifact that a search found by its digest.</summary>
public sealed record DigestHit(string Repository, string Digest, DateTimeOffset PushedAt);

/// <summary>What a search found, each group at most as long as was asked for.</summary>
public sealed record SearchResult(IReadOnlyList<ProjectRow> Projects, IReadOnlyList<RepositoryRow> Repositories, IReadOnlyList<TagHit> Tags, IReadOnlyList<DigestHit> Digests)
{
    public static SearchResult Nothing { get; } = new([], [], [], []);
    public bool IsEmpty => Projects.Count + Repositories.Count + Tags.Count + Digests.Count == 0;
}

/// <summary>Finds projects, repositories, tags and digests that the caller may see.</summary>
public sealed class SearchQueries(IDbContextFactory<PortalDbContext> contexts, ProjectQueries projects, RepositoryQueries repositories)
{
    /// <summary>The longest text that is looked for, in characters.</summary>
    public const int MaxLength = 300;

    /// <summary>
    /// Looks for a text: part of a name, <c>repository:tag</c>, a digest or its beginning (six hex digits or more), or a pasted pull command, of which the image is taken.
    /// </summary>
    public async Task<SearchResult> SearchAsync(Caller caller, string? text, int take, CancellationToken cancellation)
    {
        var query = SearchText.Parse(text);
        if (query is null) return SearchResult.Nothing;
        take = Math.Clamp(take, 1, PageRequest.MaxTake);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var (visible, scope) = await repositories.ScopedAsync(db, caller, Permissions.ArtifactList, cancellation);
        if (query.Digest is { } digest)
        {
            var like = Like.StartsWith(digest);
            var hits = await db.Artifacts.AsNoTracking().Where(a => a.DeletionId == null && EF.Functions.Like(a.Digest, like, Like.Escape) && visible.Any(r => r.Id == a.RepositoryId)).Visible(db, scope)
                .OrderByDescending(a => a.PushedAt).Take(take).Select(a => new DigestHit(a.Repository!.Project!.Name + "/" + a.Repository.Name, a.Digest, a.PushedAt)).ToListAsync(cancellation);
            if (hits.Count > 0 || query.Name is null) return SearchResult.Nothing with { Digests = hits };
        }
        var page = new PageRequest(0, take, null, query.Name);
        var foundProjects = query.Tag is null ? (await projects.ListAsync(caller, page, new(), cancellation)).Items : [];
        var foundRepositories = query.Tag is null ? (await repositories.ListAsync(caller, null, page, cancellation)).Items : [];
        var tagLike = Like.Contains((query.Tag ?? query.Name!).ToLowerInvariant());
        var inRepository = query.Tag is null ? null : Like.Contains(query.Name!.ToLowerInvariant());
        var tags = await db.Tags.AsNoTracking().Visible(db, scope)
            .Where(t => EF.Functions.Like(t.Name.ToLower(), tagLike, Like.Escape) && visible.Any(r => r.Id == t.RepositoryId && (inRepository == null || EF.Functions.Like(r.Project!.Name + "/" + r.Name, inRepository, Like.Escape))))
            .OrderByDescending(t => t.PushedAt).Take(take)
            .Select(t => new TagHit(t.Artifact!.Repository!.Project!.Name + "/" + t.Artifact.Repository.Name, t.Name, t.Artifact.Digest, t.PushedAt)).ToListAsync(cancellation);
        return new(foundProjects, foundRepositories, tags, []);
    }
}

/// <summary>What a typed text asks for.</summary>
sealed record SearchText(string? Name, string? Tag, string? Digest)
{
    public static SearchText? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        text = text.Trim();
        if (text.Length > SearchQueries.MaxLength) text = text[..SearchQueries.MaxLength];
        // Of "docker pull host/project/repository:tag" the image is what counts.
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var pasted = words.Length > 1 && words[^1].Contains('/', StringComparison.Ordinal);
        if (pasted) text = words[^1].Replace("docker://", "", StringComparison.Ordinal).Replace("oci://", "", StringComparison.Ordinal);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && (text.AsSpan(0, slash).ContainsAny('.', ':') || text.StartsWith("localhost/", StringComparison.Ordinal)) && text.IndexOf('/', slash + 1) > 0) text = text[(slash + 1)..];
        var at = text.IndexOf("@sha", StringComparison.Ordinal);
        if (at > 0) return new(null, null, text[(at + 1)..]);
        if (text.StartsWith("sha256:", StringComparison.Ordinal) || text.StartsWith("sha512:", StringComparison.Ordinal)) return new(null, null, text);
        if (text.Length is >= 6 and <= 128 && text.All(char.IsAsciiHexDigitLower)) return new(text, null, "sha256:" + text);
        var colon = text.LastIndexOf(':');
        return colon > 0 && colon < text.Length - 1 ? new(text[..colon], text[(colon + 1)..], null) : new(text.TrimEnd(':'), null, null);
    }
}

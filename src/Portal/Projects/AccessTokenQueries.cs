using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A personal access token as its owner sees it, without the token.</summary>
public sealed record AccessTokenRow
{
    public required int Id { get; init; }
    public required string Name { get; init; }

    /// <summary>Its first and last characters.</summary>
    public required string Hint { get; init; }

    /// <summary>Rights parted by blanks; empty for everything.</summary>
    public required string Scopes { get; init; }

    /// <summary>The only project it works in; null for all, empty for one that is gone.</summary>
    public required string? Project { get; init; }
    public required string AllowedFrom { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset? ExpiresAt { get; init; }
    public required DateTimeOffset? RevokedAt { get; init; }
    public required DateTimeOffset? LastUsedAt { get; init; }
    public required string LastUsedFrom { get; init; }
    public required string LastUsedBy { get; init; }
}

/// <summary>Reads one's own personal access tokens.</summary>
public sealed class AccessTokenQueries(IDbContextFactory<PortalDbContext> contexts)
{
    /// <summary>One page of the caller's tokens, the revoked ones too until they are removed. Sorts by <c>name</c>, <c>created</c>, <c>expires</c>, <c>used</c>; the filter looks into the name.</summary>
    public async Task<Result<Page<AccessTokenRow>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation)
    {
        if (caller.Kind != SubjectKind.User) return AccessErrors.SignInNeeded;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var tokens = db.AccessTokens.AsNoTracking().Where(t => t.UserId == caller.Id);
        if (page.Filter is { } text)
        {
            var like = Like.Contains(text.ToUpperInvariant());
            tokens = tokens.Where(t => EF.Functions.Like(t.Name.ToUpper(), like, Like.Escape));
        }
        tokens = (page.SortColumn, page.Descending) switch
        {
            ("name", false) => tokens.OrderBy(t => t.Name).ThenBy(t => t.Id),
            ("name", true) => tokens.OrderByDescending(t => t.Name).ThenBy(t => t.Id),
            ("expires", false) => tokens.OrderBy(t => t.ExpiresAt == null).ThenBy(t => t.ExpiresAt).ThenBy(t => t.Id),
            ("expires", true) => tokens.OrderByDescending(t => t.ExpiresAt == null).ThenByDescending(t => t.ExpiresAt).ThenBy(t => t.Id),
            ("used", false) => tokens.OrderBy(t => t.LastUsedAt != null).ThenBy(t => t.LastUsedAt).ThenBy(t => t.Id),
            ("used", true) => tokens.OrderByDescending(t => t.LastUsedAt != null).ThenByDescending(t => t.LastUsedAt).ThenBy(t => t.Id),
            ("created", false) => tokens.OrderBy(t => t.CreatedAt).ThenBy(t => t.Id),
            _ => tokens.OrderByDescending(t => t.CreatedAt).ThenByDescending(t => t.Id),
        };
        var rows = tokens.Select(t => new AccessTokenRow
        {
            Id = t.Id,
            Name = t.Name,
            Hint = t.Hint,
            Scopes = t.Scopes,
            Project = t.ProjectId == null ? null : db.Projects.Where(p => p.Id == t.ProjectId && p.DeletedAt == null).Select(p => p.Name).FirstOrDefault() ?? "",
            AllowedFrom = t.AllowedFrom,
            CreatedAt = t.CreatedAt,
            ExpiresAt = t.ExpiresAt,
            RevokedAt = t.RevokedAt,
            LastUsedAt = t.LastUsedAt,
            LastUsedFrom = t.LastUsedFrom,
            LastUsedBy = t.LastUsedBy,
        });
        return await rows.ToPageAsync(page, () => tokens.CountAsync(cancellation), cancellation);
    }
}

using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>Who has which role where, as lists show it.</summary>
public sealed record BindingRow
{
    public required int Id { get; init; }

    /// <summary>Null for the whole system.</summary>
    public required int? ProjectId { get; init; }
    public required SubjectKind SubjectKind { get; init; }
    public required int SubjectId { get; init; }

    /// <summary>The user name, the group's name or the robot's login.</summary>
    public required string? Name { get; init; }
    public required string? DisplayName { get; init; }

    /// <summary>People in the group; 0 for others.</summary>
    public required int People { get; init; }
    public required bool Disabled { get; init; }

    /// <summary>The last sign-in of a person, the last use of a robot.</summary>
    public required DateTimeOffset? LastActiveAt { get; init; }
    public required int RoleId { get; init; }
    public required string RoleName { get; init; }
    public required string RoleTitle { get; init; }
    public required int? RoleHarborId { get; init; }
    public required int RoleStrength { get; init; }
    public required string RepositoryPattern { get; init; }
    public required string TagPattern { get; init; }
    public required DateTimeOffset? Until { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required string AddedBy { get; init; }
    public BindingOrigin Origin { get; init; }

    /// <summary>How a person would call the subject.</summary>
    public string Called => string.IsNullOrEmpty(DisplayName) ? Name ?? "" : DisplayName;

    public bool Whole => RepositoryPattern.Length == 0 && TagPattern.Length == 0;
}

/// <summary>Which bindings a list holds beside the page and its text.</summary>
/// <param name="Role">The role's name.</param>
/// <param name="Whole">True for those of people and groups, without a pattern and not ended, as <c>/api/v2.0</c> knows them.</param>
/// <param name="ExactName">The subject's exact name.</param>
/// <param name="IdleSince">Only those of people and robots who have not signed in or been used since then.</param>
public sealed record BindingFilter(SubjectKind? Kind = null, string? Role = null, bool Whole = false, string? ExactName = null, DateTimeOffset? IdleSince = null);

static class BindingRows
{
    /// <summary>Bindings with the names of their subjects and roles; init properties only, so that what follows may sort and filter on them.</summary>
    public static IQueryable<BindingRow> Of(PortalDbContext db, IQueryable<Binding> bindings) =>
        from b in bindings
        join u in db.Users on new { Kind = b.SubjectKind, Id = b.SubjectId } equals new { Kind = SubjectKind.User, u.Id } into users
        from u in users.DefaultIfEmpty()
        join g in db.Groups on new { Kind = b.SubjectKind, Id = b.SubjectId } equals new { Kind = SubjectKind.Group, g.Id } into groups
        from g in groups.DefaultIfEmpty()
        join r in db.Robots on new { Kind = b.SubjectKind, Id = b.SubjectId } equals new { Kind = SubjectKind.Robot, r.Id } into robots
        from r in robots.DefaultIfEmpty()
        where u != null || g != null || r != null
        select new BindingRow
        {
            Id = b.Id,
            ProjectId = b.ProjectId,
            SubjectKind = b.SubjectKind,
            SubjectId = b.SubjectId,
            Name = u != null ? u.UserName : g != null ? g.Name : r!.Login,
            DisplayName = u != null ? u.DisplayName : null,
            People = g != null ? g.Members.Count : 0,
            Disabled = u != null ? u.DisabledAt != null : r != null && r.DisabledAt != null,
            LastActiveAt = u != null ? u.LastSignInAt : r != null ? r.LastUsedAt : null,
            RoleId = b.RoleId,
            RoleName = b.Role!.Name,
            RoleTitle = b.Role!.Title,
            RoleHarborId = b.Role!.HarborId,
            RoleStrength = b.Role!.Strength,
            RepositoryPattern = b.RepositoryPattern,
            TagPattern = b.TagPattern,
            Until = b.Until,
            Since = b.CreatedAt,
            AddedBy = b.CreatedBy,
            Origin = b.Origin,
        };

    /// <summary>Narrows to what a page or a client asked for.</summary>
    public static IQueryable<BindingRow> Where(IQueryable<BindingRow> rows, BindingFilter filter, string? text, DateTimeOffset now)
    {
        if (filter.Kind is { } kind) rows = rows.Where(r => r.SubjectKind == kind);
        if (filter.Role is { } role) rows = rows.Where(r => r.RoleName == role);
        if (filter.Whole) rows = rows.Where(r => r.SubjectKind != SubjectKind.Robot && r.RepositoryPattern == "" && r.TagPattern == "" && (r.Until == null || r.Until > now));
        if (filter.ExactName?.ToUpperInvariant() is { } name) rows = rows.Where(r => r.Name!.ToUpper() == name);
        if (filter.IdleSince is { } since) rows = rows.Where(r => r.SubjectKind != SubjectKind.Group && r.Since < since && (r.LastActiveAt == null || r.LastActiveAt < since));
        if (text is null) return rows;
        var like = Like.Contains(text.ToUpperInvariant());
        return rows.Where(r => EF.Functions.Like(r.Name!.ToUpper(), like, Like.Escape)
            || EF.Functions.Like(r.DisplayName!.ToUpper(), like, Like.Escape) || EF.Functions.Like(r.RoleTitle.ToUpper(), like, Like.Escape));
    }

    /// <summary>Sorts by <c>name</c>, <c>role</c> (strongest first), <c>since</c>, <c>until</c>, <c>active</c>.</summary>
    public static IQueryable<BindingRow> Sort(IQueryable<BindingRow> rows, string column, bool descending) => (column, descending) switch
    {
        ("role", false) => rows.OrderByDescending(r => r.RoleStrength).ThenBy(r => r.Name!.ToUpper()).ThenBy(r => r.Id),
        ("role", true) => rows.OrderBy(r => r.RoleStrength).ThenBy(r => r.Name!.ToUpper()).ThenBy(r => r.Id),
        ("since", false) => rows.OrderBy(r => r.Since).ThenBy(r => r.Id),
        ("since", true) => rows.OrderByDescending(r => r.Since).ThenBy(r => r.Id),
        ("until", false) => rows.OrderBy(r => r.Until == null).ThenBy(r => r.Until).ThenBy(r => r.Id),
        ("until", true) => rows.OrderByDescending(r => r.Until == null).ThenByDescending(r => r.Until).ThenBy(r => r.Id),
        ("active", false) => rows.OrderBy(r => r.LastActiveAt != null).ThenBy(r => r.LastActiveAt).ThenBy(r => r.Id),
        ("active", true) => rows.OrderByDescending(r => r.LastActiveAt != null).ThenByDescending(r => r.LastActiveAt).ThenBy(r => r.Id),
        (_, true) => rows.OrderByDescending(r => r.Name!.ToUpper()).ThenBy(r => r.Id),
        _ => rows.OrderBy(r => r.Name!.ToUpper()).ThenBy(r => r.Id),
    };
}

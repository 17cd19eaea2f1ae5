using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Somebody or something that can hold a role.</summary>
/// <param name="Name">The user name, the group's name or the robot's login.</param>
/// <param name="DisplayName">How people call it; the name again where there is no other.</param>
public sealed record SubjectName(SubjectKind Kind, int Id, string Name, string DisplayName)
{
    const string GroupPrefix = "group:";
    const string RobotPrefix = "robot:";

    /// <summary>One text for kind and name, as addresses and forms carry it: a user's name, or <c>group:</c> or <c>robot:</c> and the name. No user name holds a colon.</summary>
    public string Text => Kind switch { SubjectKind.Group => GroupPrefix + Name, SubjectKind.Robot => RobotPrefix + Name, _ => Name };

    /// <summary>Reads such a text.</summary>
    public static BindingSubject Read(string text) =>
        text.StartsWith(GroupPrefix, StringComparison.Ordinal) ? new(SubjectKind.Group, 0, text[GroupPrefix.Length..])
        : text.StartsWith(RobotPrefix, StringComparison.Ordinal) ? new(SubjectKind.Robot, 0, text[RobotPrefix.Length..])
        : new(SubjectKind.User, 0, text);
}

/// <summary>Finds users, groups and robots by name, for choosing one.</summary>
public sealed class SubjectQueries(IDbContextFactory<PortalDbContext> contexts)
{
    /// <summary>
    /// The first few of each kind whose name holds the text, by name; any signed-in caller may ask and learns names only. Robots are those of the project, or of the system
    /// without one.
    /// </summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="text">Part of a name; blank finds nothing.</param>
    /// <param name="take">Rows of each kind, 1 to 50.</param>
    /// <param name="projectId">The project whose robots are meant; null for the system.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Result<IReadOnlyList<SubjectName>>> SearchAsync(Caller caller, string text, int take, int? projectId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (string.IsNullOrWhiteSpace(text)) return Array.Empty<SubjectName>();
        var like = Like.Contains(text.Trim().ToUpperInvariant());
        var most = Math.Clamp(take, 1, 50);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var found = await db.Users.AsNoTracking().Where(u => !u.Deleted && u.DisabledAt == null)
            .Where(u => EF.Functions.Like(u.NormalizedUserName!, like, Like.Escape) || EF.Functions.Like(u.DisplayName.ToUpper(), like, Like.Escape)).OrderBy(u => u.NormalizedUserName).Take(most)
            .Select(u => new SubjectName(SubjectKind.User, u.Id, u.UserName!, u.DisplayName != "" ? u.DisplayName : u.UserName!)).ToListAsync(cancellation);
        found.AddRange(await db.Groups.AsNoTracking().Where(g => EF.Functions.Like(g.Name.ToUpper(), like, Like.Escape)).OrderBy(g => g.Name).Take(most)
            .Select(g => new SubjectName(SubjectKind.Group, g.Id, g.Name, g.Name)).ToListAsync(cancellation));
        found.AddRange(await db.Robots.AsNoTracking().Where(r => r.ProjectId == projectId && EF.Functions.Like(r.Login.ToUpper(), like, Like.Escape)).OrderBy(r => r.Login).Take(most)
            .Select(r => new SubjectName(SubjectKind.Robot, r.Id, r.Login, r.Login)).ToListAsync(cancellation));
        return found;
    }

    /// <summary>The subject behind a text as <see cref="SubjectName.Text"/> gives it; null when there is none.</summary>
    public async Task<SubjectName?> FindAsync(string subjectText, CancellationToken cancellation)
    {
        var (kind, _, name) = SubjectName.Read(subjectText);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var normalized = name.ToUpperInvariant();
        return kind switch
        {
            SubjectKind.Group => await db.Groups.AsNoTracking().Where(g => g.Name == name).Select(g => new SubjectName(SubjectKind.Group, g.Id, g.Name, g.Name)).FirstOrDefaultAsync(cancellation),
            SubjectKind.Robot => await db.Robots.AsNoTracking().Where(r => r.Login == name).Select(r => new SubjectName(SubjectKind.Robot, r.Id, r.Login, r.Login)).FirstOrDefaultAsync(cancellation),
            _ => await db.Users.AsNoTracking().Where(u => !u.Deleted && u.NormalizedUserName == normalized)
                .Select(u => new SubjectName(SubjectKind.User, u.Id, u.UserName!, u.DisplayName != "" ? u.DisplayName : u.UserName!)).FirstOrDefaultAsync(cancellation),
        };
    }
}

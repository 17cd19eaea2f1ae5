using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>An account as lists and pages show it.</summary>
/// <param name="Administrator">Holds everything on the whole system, by a role of their own or of a group.</param>
/// <param name="AdministratorByGroup">Does so by a group.</param>
public sealed record UserRow(int Id, string Name, string DisplayName, string Email, string Comment, bool Administrator, bool Disabled, bool MustChangePassword,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? LastSignInAt, UserSource Source, bool AdministratorByGroup = false)
{
    public string Called => DisplayName.Length > 0 ? DisplayName : Name;
}

/// <summary>Reads accounts.</summary>
public sealed class UserQueries(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, TimeProvider time)
{
    static readonly FieldMap<User> Fields = new FieldMap<User>().Text("username", u => u.UserName!).Text("email", u => u.Email!).Text("realname", u => u.DisplayName)
        .Number("user_id", u => u.Id).Time("creation_time", u => u.CreatedAt);

    /// <summary>One page of accounts. Sorts by <c>username</c>, <c>created</c>, <c>last_sign_in</c>; the filter looks into name, display name and e-mail.</summary>
    public Task<Result<Page<UserRow>>> ListAsync(Caller caller, PageRequest page, CancellationToken cancellation) => ListAsync(caller, page, [], cancellation);

    /// <summary>The same with conditions that a client typed; refused when a value does not fit its field.</summary>
    public async Task<Result<Page<UserRow>>> ListAsync(Caller caller, PageRequest page, IReadOnlyList<Condition> where, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (!await policy.MayAsync(caller, Permissions.UserList, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.UserList);
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var users = db.Users.AsNoTracking().Where(u => !u.Deleted);
        if (Fields.Narrow(ref users, where) is { } unfit) return unfit;
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToUpperInvariant());
            users = users.Where(u => EF.Functions.Like(u.NormalizedUserName!, like, Like.Escape) || EF.Functions.Like(u.DisplayName.ToUpper(), like, Like.Escape) || EF.Functions.Like(u.NormalizedEmail!, like, Like.Escape));
        }
        users = (page.SortColumn, page.Descending) switch
        {
            ("created", false) => users.OrderBy(u => u.CreatedAt).ThenBy(u => u.Id),
            ("created", true) => users.OrderByDescending(u => u.CreatedAt).ThenBy(u => u.Id),
            ("last_sign_in", false) => users.OrderBy(u => u.LastSignInAt).ThenBy(u => u.Id),
            ("last_sign_in", true) => users.OrderByDescending(u => u.LastSignInAt).ThenBy(u => u.Id),
            ("username", true) => users.OrderByDescending(u => u.NormalizedUserName),
            _ => users.OrderBy(u => u.NormalizedUserName),
        };
        return await Rows(db, users).ToPageAsync(page, () => users.CountAsync(cancellation), cancellation);
    }

    /// <summary>One account: one's own, or anybody's with the right. Missing and foreign answer alike.</summary>
    public async Task<Result<UserRow>> FindAsync(Caller caller, int userId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var own = caller.Kind == SubjectKind.User && caller.Id == userId;
        if (!own && !await policy.MayAsync(caller, Permissions.UserRead, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.UserRead);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await Rows(db, db.Users.AsNoTracking().Where(u => u.Id == userId && !u.Deleted)).FirstOrDefaultAsync(cancellation) is { } row ? row : Error.NotFound("The user");
    }

    /// <summary>The name behind an id, for any signed-in caller, as the search gives it; null for none.</summary>
    public async Task<string?> NameAsync(Caller caller, int userId, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return null;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.Users.AsNoTracking().Where(u => u.Id == userId && !u.Deleted && u.DisabledAt == null).Select(u => u.UserName).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Names that begin with or contain the text, for choosing a member; any signed-in caller may ask and learns id and name only.</summary>
    public async Task<Result<IReadOnlyList<UserName>>> SearchAsync(Caller caller, string text, int take, CancellationToken cancellation) =>
        (await SearchAsync(caller, text, new PageRequest(0, take), cancellation)).Map(page => page.Items);

    /// <summary>The same page by page.</summary>
    public async Task<Result<Page<UserName>>> SearchAsync(Caller caller, string text, PageRequest page, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (string.IsNullOrWhiteSpace(text)) return Page<UserName>.Empty;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var like = Like.Contains(text.Trim().ToUpperInvariant());
        var found = db.Users.AsNoTracking().Where(u => !u.Deleted && u.DisabledAt == null && EF.Functions.Like(u.NormalizedUserName!, like, Like.Escape));
        return await found.OrderBy(u => u.NormalizedUserName).Select(u => new UserName(u.Id, u.UserName!, u.DisplayName)).ToPageAsync(page, () => found.CountAsync(cancellation), cancellation);
    }

    IQueryable<UserRow> Rows(PortalDbContext db, IQueryable<User> users)
    {
        var everything = Everything(db, time.GetUtcNow());
        return Rows(users, LastAdministratorRule.Holders(db, everything), LastAdministratorRule.Holders(db, everything.Where(b => b.SubjectKind == SubjectKind.Group)));
    }

    static IQueryable<Binding> Everything(PortalDbContext db, DateTimeOffset now) => LastAdministratorRule.Everything(db).Where(b => b.Until == null || b.Until > now);

    static IQueryable<UserRow> Rows(IQueryable<User> users, IQueryable<User> administrators, IQueryable<User> byGroup) => users.Select(u => new UserRow(u.Id, u.UserName!, u.DisplayName, u.Email ?? "", u.Comment,
        administrators.Any(a => a.Id == u.Id),
        u.DisabledAt != null, u.MustChangePassword, u.CreatedAt, u.UpdatedAt, u.LastSignInAt, u.Source, byGroup.Any(a => a.Id == u.Id)));
}

/// <summary>An account's id and names.</summary>
public sealed record UserName(int Id, string Name, string DisplayName);

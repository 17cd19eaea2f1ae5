using Microsoft.EntityFrameworkCore;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// Answers "why can X do this?" and "who can do Y here?" by the rules that decide. Everybody may ask about themselves; about others with <c>member:list</c> on the
/// project, or <c>user:list</c> on the system.
/// </summary>
public sealed class EffectiveAccess(IDbContextFactory<PortalDbContext> contexts, IAccessPolicy policy, TimeProvider time)
{
    /// <summary>Every right of a user, group or robot on a target, with what gives it.</summary>
    public async Task<Result<EffectiveRights>> ExplainAsync(Caller caller, SubjectKind kind, int id, AccessTarget target, CancellationToken cancellation)
    {
        if (kind is not (SubjectKind.User or SubjectKind.Group or SubjectKind.Robot)) return Error.Invalid("subject_kind", "A subject is a user, a group or a robot.");
        var own = caller.Kind == kind && caller.Id == id;
        if (await RefuseAsync(caller, own, target, cancellation) is { } refusal) return refusal;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await ExplainAsync(db, kind, id, target, null, cancellation);
    }

    /// <summary>The same of somebody who shows one of their personal access tokens. One may ask about one's own tokens, and with <c>user:list</c> on the system about all.</summary>
    public async Task<Result<EffectiveRights>> ExplainTokenAsync(Caller caller, int tokenId, AccessTarget target, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        var token = await db.AccessTokens.AsNoTracking().Where(t => t.Id == tokenId && !t.User!.Deleted)
            .Select(t => new TokenLimit(t.Id, t.Name, t.UserId, t.Scopes, t.ProjectId, t.AllowedFrom, t.ExpiresAt, t.RevokedAt == null && (t.ExpiresAt == null || t.ExpiresAt > now))).FirstOrDefaultAsync(cancellation);
        var own = token is not null && caller.Kind == SubjectKind.User && caller.Id == token.OwnerId;
        // somebody else's token and none answer alike
        if (token is null || !own && !await policy.MayAsync(caller, Permissions.UserList, AccessTarget.System, cancellation)) return Error.NotFound("The access token");
        if (await RefuseAsync(caller, own, target, cancellation) is { } refusal) return refusal;
        return await ExplainAsync(db, SubjectKind.User, token.OwnerId, target, token, cancellation);
    }

    /// <summary>The id of the personal access token that this is; null for none. Who may know more of it, <see cref="ExplainTokenAsync"/> decides.</summary>
    public async Task<int?> FindTokenAsync(string text, CancellationToken cancellation)
    {
        if (!AccessTokenText.IsWhole(text)) return null;
        var hash = AccessTokenText.Hash(text);
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await db.AccessTokens.Where(t => t.Hash == hash).Select(t => (int?)t.Id).FirstOrDefaultAsync(cancellation);
    }

    async Task<Result<EffectiveRights>> ExplainAsync(PortalDbContext db, SubjectKind kind, int id, AccessTarget target, TokenLimit? token, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        if (await SubjectAsync(db, kind, id, now, cancellation) is not { } subject) return Error.NotFound("The subject");
        List<AccessReason> reasons = [];
        if (subject.Active)
        {
            reasons.AddRange(await ReasonsAsync(db, GrantLoader.Bindings(db, kind, id).Where(b => b.Until == null || b.Until > now), target, cancellation));
            if (kind == SubjectKind.Robot) reasons.AddRange((await RobotReasonsAsync(db, [id], target, cancellation)).Select(r => r.Reason));
        }
        if (target.Public) reasons.Add(new() { Source = AccessSource.Public, ProjectId = target.ProjectId, Rights = BuiltInRoles.Public, OfRole = BuiltInRoles.Public });
        var carried = token is null ? PermissionSet.Everything : token.ProjectId is { } only && only != target.ProjectId ? PermissionSet.None : TokenScopes.Set(token.Scopes);
        return new EffectiveRights(kind, id, subject.Name, subject.Active && token is not { Active: false },
            [.. Permissions.All.Select(p => new EffectiveRight(p, [.. reasons.Where(r => r.Rights.Has(p))]) { Withheld = token is { Active: false } || !carried.Has(p) })])
        {
            Considered = reasons,
            Token = token,
        };
    }

    /// <summary>One page of the users and robots who may do something on a target, by name, with what gives it; the filter looks into the name.</summary>
    public async Task<Result<Holders>> HoldersAsync(Caller caller, Permission permission, AccessTarget target, PageRequest page, CancellationToken cancellation)
    {
        if (await RefuseAsync(caller, false, target, cancellation) is { } refusal) return refusal;
        page = page.Bounded();
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var now = time.GetUtcNow();
        // what patterns there are in a project is few; who holds them may be many
        var near = db.Bindings.Where(b => (b.Until == null || b.Until > now) && (b.ProjectId == null || b.ProjectId == target.ProjectId));
        var matching = (await GivingAsync(db, near.Where(b => b.RepositoryPattern != "" || b.TagPattern != ""), target, cancellation)).Where(r => r.Rights.Has(permission)).Select(r => r.BindingId!.Value).ToList();
        var (resource, action) = (permission.Resource, permission.Action);
        var counting = near.Where(b => matching.Contains(b.Id)
            || (b.RepositoryPattern == "" && b.TagPattern == "" && (b.Role!.Everything || b.Role.Permissions.Any(p => p.Resource == resource && p.Action == action))));
        var subjects = Subjects(db, counting, RobotRights(db, target).Where(p => p.Resource == resource && p.Action == action), now);
        if (page.Filter is { } filter)
        {
            var like = Like.Contains(filter.ToLowerInvariant());
            subjects = subjects.Where(s => EF.Functions.Like(s.Name.ToLower(), like, Like.Escape));
        }
        var rows = await (page.Descending ? subjects.OrderByDescending(s => s.Name).ThenBy(s => s.Id) : subjects.OrderBy(s => s.Name).ThenBy(s => s.Id)).ToPageAsync(page, () => subjects.CountAsync(cancellation), cancellation);
        return new Holders(target.Public && BuiltInRoles.Public.Has(permission), rows with { Items = await FillAsync(db, rows.Items, counting, permission, target, cancellation) });
    }

    static IQueryable<HolderRow> Subjects(PortalDbContext db, IQueryable<Binding> counting, IQueryable<RobotPermission> rights, DateTimeOffset now) =>
        LastAdministratorRule.Holders(db, counting).Where(u => u.DisabledAt == null).Select(u => new HolderRow { Kind = SubjectKind.User, Id = u.Id, Name = u.UserName! })
            .Concat(db.Robots.Where(r => r.DisabledAt == null && (r.ExpiresAt == null || r.ExpiresAt > now)
                && (counting.Any(b => b.SubjectKind == SubjectKind.Robot && b.SubjectId == r.Id) || rights.Any(p => p.RobotId == r.Id)))
                .Select(r => new HolderRow { Kind = SubjectKind.Robot, Id = r.Id, Name = r.Login }));

    // the reasons of a whole page by a few statements
    static async Task<IReadOnlyList<HolderRow>> FillAsync(PortalDbContext db, IReadOnlyList<HolderRow> rows, IQueryable<Binding> counting, Permission permission, AccessTarget target, CancellationToken cancellation)
    {
        List<int> users = [.. rows.Where(r => r.Kind == SubjectKind.User).Select(r => r.Id)];
        List<int> robots = [.. rows.Where(r => r.Kind == SubjectKind.Robot).Select(r => r.Id)];
        var memberships = await db.GroupMembers.Where(m => users.Contains(m.UserId)).Select(m => new { m.GroupId, m.UserId }).ToListAsync(cancellation);
        var groups = memberships.Select(m => m.GroupId).Distinct().ToList();
        var held = counting.Where(b => (b.SubjectKind == SubjectKind.User && users.Contains(b.SubjectId)) || (b.SubjectKind == SubjectKind.Group && groups.Contains(b.SubjectId))
            || (b.SubjectKind == SubjectKind.Robot && robots.Contains(b.SubjectId)));
        var holders = await held.Select(b => new { b.Id, b.SubjectKind, b.SubjectId }).ToDictionaryAsync(b => b.Id, b => (b.SubjectKind, b.SubjectId), cancellation);
        var reasons = (await GivingAsync(db, held, target, cancellation)).ToLookup(r => holders[r.BindingId!.Value]);
        var own = (await RobotReasonsAsync(db, robots, target, cancellation)).Where(r => r.Reason.Rights.Has(permission)).ToLookup(r => r.RobotId, r => r.Reason);
        return [.. rows.Select(row => row with
        {
            Reasons = row.Kind == SubjectKind.Robot ? [.. reasons[(row.Kind, row.Id)], .. own[row.Id]]
                : [.. reasons[(row.Kind, row.Id)], .. memberships.Where(m => m.UserId == row.Id).SelectMany(m => reasons[(SubjectKind.Group, m.GroupId)])],
        })];
    }

    static async Task<IEnumerable<AccessReason>> GivingAsync(PortalDbContext db, IQueryable<Binding> bindings, AccessTarget target, CancellationToken cancellation) =>
        (await ReasonsAsync(db, bindings, target, cancellation)).Where(r => r.Rights != PermissionSet.None);

    /// <summary>The bindings here and on the whole system, with what each gives on the target; that may be nothing.</summary>
    static async Task<List<AccessReason>> ReasonsAsync(PortalDbContext db, IQueryable<Binding> bindings, AccessTarget target, CancellationToken cancellation)
    {
        var rows = await bindings.AsNoTracking().Where(b => b.ProjectId == null || b.ProjectId == target.ProjectId).OrderBy(b => b.Id).Select(b => new
        {
            b.Id,
            b.ProjectId,
            b.RepositoryPattern,
            b.TagPattern,
            b.Until,
            b.CreatedBy,
            b.CreatedAt,
            b.Role!.Name,
            b.Role.Title,
            b.Role.Everything,
            Rights = b.Role.Permissions.Select(p => p.Resource + ":" + p.Action).ToList(),
            Group = b.SubjectKind == SubjectKind.Group ? db.Groups.Where(g => g.Id == b.SubjectId).Select(g => g.Name).FirstOrDefault() : null,
        }).ToListAsync(cancellation);
        return [.. rows.Select(r => new AccessReason
        {
            Source = AccessSource.Binding,
            BindingId = r.Id,
            Role = r.Name,
            RoleTitle = r.Title,
            Group = r.Group,
            ProjectId = r.ProjectId,
            RepositoryPattern = r.RepositoryPattern,
            TagPattern = r.TagPattern,
            Until = r.Until,
            GivenBy = r.CreatedBy,
            GivenAt = r.CreatedAt,
            OfRole = r.Everything ? PermissionSet.Everything : GrantLoader.Set(r.Rights),
            Rights = GrantLoader.Build([new(r.ProjectId, r.RepositoryPattern, r.TagPattern, null, r.Everything ? PermissionSet.Everything : GrantLoader.Set(r.Rights))], [], null).On(target),
        })];
    }

    static IQueryable<RobotPermission> RobotRights(PortalDbContext db, AccessTarget target) => target.ProjectId is { } id
        ? db.RobotPermissions.Where(p => p.EveryProject || p.ProjectId == id)
        : db.RobotPermissions.Where(p => !p.EveryProject && p.ProjectId == null);

    static async Task<List<(int RobotId, AccessReason Reason)>> RobotReasonsAsync(PortalDbContext db, IReadOnlyList<int> robots, AccessTarget target, CancellationToken cancellation)
    {
        if (robots.Count == 0) return [];
        var rows = await RobotRights(db, target).AsNoTracking().Where(p => robots.Contains(p.RobotId)).ToListAsync(cancellation);
        return [.. rows.GroupBy(p => (p.RobotId, p.ProjectId)).Select(g => (g.Key.RobotId, new AccessReason
        {
            Source = AccessSource.Robot,
            ProjectId = g.Key.ProjectId,
            Rights = GrantLoader.Set(g.Select(p => $"{p.Resource}:{p.Action}")),
            OfRole = GrantLoader.Set(g.Select(p => $"{p.Resource}:{p.Action}")),
        }))];
    }

    static Task<Subject?> SubjectAsync(PortalDbContext db, SubjectKind kind, int id, DateTimeOffset now, CancellationToken cancellation) => kind switch
    {
        SubjectKind.User => db.Users.Where(u => u.Id == id && !u.Deleted).Select(u => new Subject(u.UserName!, u.DisabledAt == null)).FirstOrDefaultAsync(cancellation),
        SubjectKind.Group => db.Groups.Where(g => g.Id == id).Select(g => new Subject(g.Name, true)).FirstOrDefaultAsync(cancellation),
        _ => db.Robots.Where(r => r.Id == id).Select(r => new Subject(r.Login, r.DisabledAt == null && (r.ExpiresAt == null || r.ExpiresAt > now))).FirstOrDefaultAsync(cancellation),
    };

    sealed record Subject(string Name, bool Active);

    async ValueTask<Error?> RefuseAsync(Caller caller, bool own, AccessTarget target, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        var rights = await policy.RightsAsync(caller, target with { Repository = null, Tag = null }, cancellation);
        var needed = target.ProjectId is null ? Permissions.UserList : Permissions.MemberList;
        if (rights.Has(needed) || (target.ProjectId is not null && await policy.MayAsync(caller, Permissions.UserList, AccessTarget.System, cancellation))) return null;
        if (target.ProjectId is not null && !rights.Has(Permissions.ProjectRead)) return Error.NotFound("The project");
        return own ? null : AccessErrors.Lacks(needed);
    }
}

using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Portal.Data;

namespace Portal.Access;

/// <summary>Loads a subject's bindings once and keeps them until the change feed says otherwise.</summary>
sealed class AccessPolicy : IAccessPolicy
{
    /// <summary>Subjects kept in memory; past this all are dropped and loaded again on demand.</summary>
    const int MaxCached = 50_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly ConcurrentDictionary<(SubjectKind Kind, int Id), Grants> _cache = new();
    int _generation;

    public AccessPolicy(IDbContextFactory<PortalDbContext> contexts, IChangeFeed feed)
    {
        _contexts = contexts;
        feed.Subscribe(notice =>
        {
            Interlocked.Increment(ref _generation);
            if (notice is null or { Topic: AccessTopics.Role }) _cache.Clear();
            else if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject)) _cache.TryRemove(subject, out _);
        });
    }

    public async ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation)
    {
        var open = target.Public ? BuiltInRoles.Public : PermissionSet.None;
        if (caller.Kind == SubjectKind.Anonymous) return open;
        if (caller.Kind == SubjectKind.Portal) return PermissionSet.Everything;
        var grants = await GrantsAsync(caller);
        var rights = grants.System | open;
        return target.ProjectId is { } id && grants.Projects.TryGetValue(id, out var here) ? rights | here : rights;
    }

    public async ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation)
    {
        var open = BuiltInRoles.Public.Has(permission);
        if (caller.Kind == SubjectKind.Portal) return new(true, true, []);
        if (caller.Kind == SubjectKind.Anonymous) return new(false, open, []);
        var grants = await GrantsAsync(caller);
        return grants.System.Has(permission)
            ? new(true, true, [])
            : new(false, open, [.. grants.Projects.Where(p => p.Value.Has(permission)).Select(p => p.Key)]);
    }

    async ValueTask<Grants> GrantsAsync(Caller caller)
    {
        var key = (caller.Kind, caller.Id);
        if (_cache.TryGetValue(key, out var known)) return known;
        var generation = Volatile.Read(ref _generation);
        var grants = await LoadAsync(key);
        if (generation != Volatile.Read(ref _generation)) return grants; // a change arrived meanwhile: answer, but do not keep
        if (_cache.Count >= MaxCached) _cache.Clear();
        return _cache[key] = grants;
    }

    async Task<Grants> LoadAsync((SubjectKind Kind, int Id) subject)
    {
        await using var db = await _contexts.CreateDbContextAsync();
        if (subject.Kind == SubjectKind.User && !await db.Users.AnyAsync(u => u.Id == subject.Id && u.DisabledAt == null)) return Grants.None;
        var rows = await db.Bindings.AsNoTracking().Where(b => b.SubjectKind == subject.Kind && b.SubjectId == subject.Id)
            .Select(b => new { b.ProjectId, b.Role!.Everything, Rights = b.Role.Permissions.Select(p => p.Resource + ":" + p.Action).ToList() })
            .ToListAsync();
        var system = PermissionSet.None;
        var projects = new Dictionary<int, PermissionSet>();
        foreach (var row in rows)
        {
            var set = row.Everything ? PermissionSet.Everything : PermissionSet.Of(row.Rights.Select(r => Permissions.TryParse(r, out var p) ? p : (Permission?)null).OfType<Permission>());
            if (row.ProjectId is { } id) projects[id] = projects.GetValueOrDefault(id) | set;
            else system |= set;
        }
        return new(system, projects.ToFrozenDictionary());
    }

    sealed record Grants(PermissionSet System, FrozenDictionary<int, PermissionSet> Projects)
    {
        public static Grants None { get; } = new(PermissionSet.None, FrozenDictionary<int, PermissionSet>.Empty);
    }
}

/// <summary>What Access announces on the change feed.</summary>
static class AccessTopics
{
    /// <summary>A subject's bindings, state or credentials changed; the key is <c>kind/id</c>.</summary>
    public const string Subject = "access.subject";

    /// <summary>A role's rights changed.</summary>
    public const string Role = "access.role";

    /// <summary>A session ended; the key is its id.</summary>
    public const string Session = "access.session";

    /// <summary>The sign-in settings changed.</summary>
    public const string Settings = "access.settings";

    public static ChangeNotice OfSubject(SubjectKind kind, int id) => new(Subject, FormattableString.Invariant($"{(int)kind}/{id}"));

    public static bool TryReadSubject(string key, out (SubjectKind, int) subject)
    {
        subject = default;
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !int.TryParse(key.AsSpan(0, slash), out var kind) || !int.TryParse(key.AsSpan(slash + 1), out var id)) return false;
        subject = ((SubjectKind)kind, id);
        return true;
    }
}

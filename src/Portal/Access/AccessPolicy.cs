using System.Collections.Concurrent;
using Portal.Data;

namespace Portal.Access;

/// <summary>Loads what a subject holds once and keeps it until the change feed says otherwise or something in it ends.</summary>
sealed class AccessPolicy : IAccessPolicy
{
    /// <summary>Subjects kept in memory; past this all are dropped and loaded again on demand.</summary>
    const int MaxCached = 50_000;

    readonly IGrantSource _loader;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<(SubjectKind Kind, int Id), Grants> _cache = new();
    int _generation;

    public AccessPolicy(IGrantSource loader, IChangeFeed feed, TimeProvider time)
    {
        (_loader, _time) = (loader, time);
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: AccessTopics.Role or AccessTopics.Subject })) return;
            Interlocked.Increment(ref _generation);
            // a group's bindings are in the grants of its members
            if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject) && subject.Item1 != SubjectKind.Group) _cache.TryRemove(subject, out _);
            else _cache.Clear();
        });
    }

    public ValueTask<PermissionSet> RightsAsync(Caller caller, AccessTarget target, CancellationToken cancellation)
    {
        if (Known(caller) is { } grants) return new(Decide(grants, caller, target));
        return new(LoadAsync());

        async Task<PermissionSet> LoadAsync() => Decide(await LoadAndKeepAsync(caller, cancellation), caller, target);
    }

    public async ValueTask<AccessScope> ScopeAsync(Caller caller, Permission permission, CancellationToken cancellation)
    {
        if (caller.Kind == SubjectKind.Portal) return AccessScope.All;
        if (caller.Limit is { } limit && !limit.Rights.Has(permission)) return AccessScope.None;
        var grants = Known(caller) ?? await LoadAndKeepAsync(caller, cancellation);
        return AccessScope.Of(grants, permission, BuiltInRoles.Public.Has(permission)).Within(caller.Limit?.ProjectId);
    }

    public async ValueTask<TagScope> TagsAsync(Caller caller, Permission permission, AccessTarget repository, CancellationToken cancellation)
    {
        if (repository.Repository is null) throw new ArgumentException("Tags belong to a repository.", nameof(repository));
        if (caller.Kind == SubjectKind.Portal) return TagScope.All;
        if (caller.Limit is { } limit && (!limit.Rights.Has(permission) || Outside(limit, repository))) return TagScope.None;
        if (repository.Public && BuiltInRoles.Public.Has(permission)) return TagScope.All;
        var grants = Known(caller) ?? await LoadAndKeepAsync(caller, cancellation);
        if ((grants.Everywhere | grants.EveryProject).Has(permission) || (repository.ProjectId is { } id && grants.Projects.TryGetValue(id, out var here) && here.Whole.Has(permission))) return TagScope.All;
        var patterns = new List<NamePattern>();
        foreach (var grant in grants.Covering(repository))
        {
            if (!grant.Rights.Has(permission)) continue;
            if (grant.Tag is null) return TagScope.All;
            patterns.Add(grant.Tag);
        }
        return patterns.Count == 0 ? TagScope.None : new(false, patterns);
    }

    public async ValueTask<IReadOnlyList<string>> PlacesAsync(Caller caller, Permission permission, AccessTarget project, CancellationToken cancellation)
    {
        if (caller.Limit is { } limit && (!limit.Rights.Has(permission) || Outside(limit, project))) return [];
        var grants = Known(caller) ?? await LoadAndKeepAsync(caller, cancellation);
        var here = project.ProjectId is { } id && grants.Projects.TryGetValue(id, out var held) ? held.Patterns.Concat(grants.Patterns) : grants.Patterns;
        return [.. here.Where(g => g.Rights.Has(permission) && g.Project?.IsMatch(project.ProjectName) != false).Select(g => g.Place(project.ProjectName)).Distinct().Order(StringComparer.Ordinal)];
    }

    static PermissionSet Decide(Grants grants, Caller caller, in AccessTarget target)
    {
        if (caller.Kind == SubjectKind.Portal) return PermissionSet.Everything;
        var rights = grants.On(target);
        if (target.Public) rights |= BuiltInRoles.Public;
        return caller.Limit is not { } limit ? rights : Outside(limit, target) ? PermissionSet.None : rights & limit.Rights;
    }

    static bool Outside(CallerLimit limit, in AccessTarget target) => limit.ProjectId is { } only && target.ProjectId != only;

    Grants? Known(Caller caller)
    {
        if (caller.Kind is SubjectKind.Anonymous or SubjectKind.Portal) return Grants.None;
        return _cache.TryGetValue((caller.Kind, caller.Id), out var known) && !(known.Until is { } end && _time.GetUtcNow() >= end) ? known : null;
    }

    async Task<Grants> LoadAndKeepAsync(Caller caller, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        var grants = await _loader.LoadAsync(caller.Kind, caller.Id, cancellation);
        if (generation != Volatile.Read(ref _generation)) return grants; // a change arrived meanwhile: answer, but do not keep
        if (_cache.Count >= MaxCached) _cache.Clear();
        return _cache[(caller.Kind, caller.Id)] = grants;
    }
}

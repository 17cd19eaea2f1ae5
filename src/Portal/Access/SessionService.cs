using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>A browser's sign-in as a request needs it.</summary>
/// <param name="MustChangePassword">Only the page that changes the password may be used.</param>
public sealed record SessionEntry(Guid Id, int UserId, string Name, string DisplayName, bool MustChangePassword, DateTimeOffset LastSeenAt, DateTimeOffset ExpiresAt);

/// <summary>What a session that a provider vouches for keeps of it.</summary>
/// <param name="Session">The provider's own session (<c>sid</c>); null when it names none.</param>
/// <param name="IdToken">The identity token, encrypted; null to keep none.</param>
public sealed record ProviderSession(string? Session, string? IdToken);

/// <summary>Starts, checks and ends sessions. A check answers from memory; ending a session, disabling its user or a new password reaches every node within two seconds; use on any node keeps it alive on all.</summary>
public sealed class SessionService
{
    static readonly TimeSpan TouchEvery = TimeSpan.FromMinutes(1);
    static readonly TimeSpan TakeWithin = TimeSpan.FromMinutes(5);
    const int MaxCached = 50_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly IOptions<AccessOptions> _options;
    readonly AuditLog _audit;
    readonly IChangeFeed _feed;
    readonly TimeProvider _time;
    readonly ConcurrentDictionary<Guid, SessionEntry> _cache = new();
    int _generation;

    public SessionService(IDbContextFactory<PortalDbContext> contexts, IOptions<AccessOptions> options, AuditLog audit, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _options, _audit, _feed, _time) = (contexts, options, audit, feed, time);
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: AccessTopics.Subject or AccessTopics.Session })) return;
            Interlocked.Increment(ref _generation);
            _cache.Clear();
        });
    }

    /// <summary>Starts a session for a caller whose credentials were just verified. Always a new id, so that none can be planted beforehand.</summary>
    public async Task<Guid> StartAsync(Caller caller, CancellationToken cancellation, ProviderSession? provider = null)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var session = new Session
        {
            Id = Guid.NewGuid(),
            UserId = caller.Id,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now.AddHours(_options.Value.SessionMaxHours),
            Address = caller.Address.Length > 64 ? caller.Address[..64] : caller.Address,
            Client = caller.Client.Length > 256 ? caller.Client[..256] : caller.Client,
            ProviderSession = provider?.Session,
            IdToken = provider?.IdToken,
        };
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Sessions.Add(session);
        _audit.Add(db, new(caller.Actor, AuditActions.SignIn, AuditResources.User, caller.Name));
        await db.SaveChangesAsync(cancellation);
        await db.Users.Where(u => u.Id == caller.Id).ExecuteUpdateAsync(s => s.SetProperty(u => u.LastSignInAt, now), cancellation);
        await transaction.CommitAsync(cancellation);
        return session.Id;
    }

    /// <summary>The session, when it is alive and its user may sign in; otherwise null. <paramref name="active"/> is false for polling, which does not keep a session alive.</summary>
    public async ValueTask<SessionEntry?> CheckAsync(Guid id, bool active, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var remembered = _cache.TryGetValue(id, out var entry);
        if (!remembered && (entry = await LoadAsync(id, cancellation)) is null) return null;
        // it may have been used on another node all the while; only the database knows
        if (remembered && IsIdle(entry!, now) && now < entry!.ExpiresAt && (entry = await LoadAsync(id, cancellation)) is null) return null;
        if (now >= entry!.ExpiresAt || IsIdle(entry, now)) return null;
        if (active && now - entry.LastSeenAt > TouchEvery)
        {
            await using var db = await _contexts.CreateDbContextAsync(cancellation);
            await db.Sessions.Where(s => s.Id == id && s.LastSeenAt < now).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), cancellation);
            _cache.TryUpdate(id, entry with { LastSeenAt = now }, entry);
        }
        return entry;
    }

    bool IsIdle(SessionEntry entry, DateTimeOffset now) => now - entry.LastSeenAt > TimeSpan.FromMinutes(_options.Value.SessionIdleMinutes);

    async Task<SessionEntry?> LoadAsync(Guid id, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var entry = await db.Sessions.AsNoTracking().Where(s => s.Id == id && s.EndedAt == null && s.User!.DisabledAt == null)
            .Select(s => new SessionEntry(s.Id, s.UserId, s.User!.UserName!, s.User.DisplayName, s.User.MustChangePassword, s.LastSeenAt, s.ExpiresAt)).FirstOrDefaultAsync(cancellation);
        if (entry is null) return null;
        if (_cache.Count >= MaxCached) _cache.Clear();
        if (generation == Volatile.Read(ref _generation)) _cache[id] = entry;
        return entry;
    }

    /// <summary>Ends the sessions of a person that a provider has signed out: those of one session there, or all of theirs.</summary>
    /// <param name="issuer">Who vouches for the person.</param>
    /// <param name="session">The provider's session; null for all.</param>
    /// <param name="subject">The person at the issuer; null for whoever has the session.</param>
    /// <returns>How many were ended.</returns>
    public async Task<int> EndOfProviderAsync(string issuer, string? session, string? subject, Caller by, CancellationToken cancellation)
    {
        if (session is null && subject is null) throw new ArgumentException("A session or a subject is needed, or everybody would be signed out.", nameof(session));
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var meant = db.Sessions.Where(s => s.EndedAt == null && s.User!.Source == UserSource.Oidc && s.User.ExternalIssuer == issuer);
        if (session is not null) meant = meant.Where(s => s.ProviderSession == session);
        if (subject is not null) meant = meant.Where(s => s.User!.ExternalSubject == subject);
        var ended = await meant.Include(s => s.User).ToListAsync(cancellation);
        if (ended.Count == 0) return 0;
        foreach (var one in ended) (one.EndedAt, one.IdToken) = (now, null);
        foreach (var person in ended.GroupBy(s => s.User!))
            _audit.Add(db, new(by.Actor with { Name = person.Key.UserName! }, AuditActions.SignOut, AuditResources.User, person.Key.UserName!) { After = new { By = "oidc", Sessions = person.Count() } });
        await db.SaveChangesAsync(cancellation);
        await _feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Session, "*"));
        await transaction.CommitAsync(cancellation);
        _cache.Clear();
        return ended.Count;
    }

    /// <summary>The encrypted identity token of a session that has just ended, once; null when it has none.</summary>
    public async Task<string?> TakeIdTokenAsync(Guid id, CancellationToken cancellation)
    {
        var since = _time.GetUtcNow() - TakeWithin;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var token = await db.Sessions.AsNoTracking().Where(s => s.Id == id && s.EndedAt > since).Select(s => s.IdToken).FirstOrDefaultAsync(cancellation);
        if (token is not null) await db.Sessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.IdToken, (string?)null), cancellation);
        return token;
    }

    /// <summary>Ends one of the caller's own sessions; a foreign and a missing id answer alike.</summary>
    public async Task<Result> EndAsync(Caller caller, Guid id, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var ended = await db.Sessions.Where(s => s.Id == id && s.UserId == caller.Id && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellation);
        if (ended == 0) return Error.NotFound("The session");
        _audit.Add(db, new(caller.Actor, AuditActions.SignOut, AuditResources.User, caller.Name));
        await db.SaveChangesAsync(cancellation);
        await _feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Session, id.ToString()));
        await transaction.CommitAsync(cancellation);
        _cache.TryRemove(id, out _);
        return Result.Success;
    }

    /// <summary>Ends all of the caller's sessions but the one named.</summary>
    public async Task EndOthersAsync(Caller caller, Guid keep, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Sessions.Where(s => s.UserId == caller.Id && s.Id != keep && s.EndedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), cancellation);
        _audit.Add(db, new(caller.Actor, AuditActions.SignOut, AuditResources.Session, caller.Name) { After = new { Sessions = "all others" } });
        await db.SaveChangesAsync(cancellation);
        await _feed.AnnounceAsync(db, cancellation, new ChangeNotice(AccessTopics.Session, "*"));
        await transaction.CommitAsync(cancellation);
        _cache.Clear();
    }

    /// <summary>The caller's living sessions, newest first, at most 100.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Caller caller, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var idle = now.AddMinutes(-_options.Value.SessionIdleMinutes);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.Sessions.AsNoTracking().Where(s => s.UserId == caller.Id && s.EndedAt == null && s.ExpiresAt > now && s.LastSeenAt > idle)
            .OrderByDescending(s => s.LastSeenAt).Take(PageRequest.MaxTake).ToListAsync(cancellation);
    }

    /// <summary>Removes sessions that ended or expired 30 days ago.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        var before = _time.GetUtcNow().AddDays(-30);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        return await db.Sessions.Where(s => s.ExpiresAt < before || s.EndedAt < before).ExecuteDeleteAsync(cancellation);
    }
}

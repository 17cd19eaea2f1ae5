using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// Checks robots and their secrets. A robot is kept in memory with its living secrets, and which of them a right secret was, until the change feed says that
/// it changed; so rotating, disabling and deleting bite at the next request.
/// </summary>
sealed class RobotCredentials
{
    const int MaxCached = 20_000;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly SignInAttempts _attempts;
    readonly CredentialUse _use;
    readonly TimeProvider _time;
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    readonly ConcurrentDictionary<string, Entry> _known = new(StringComparer.Ordinal);
    int _generation;

    public RobotCredentials(IDbContextFactory<PortalDbContext> contexts, SignInAttempts attempts, CredentialUse use, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _attempts, _use, _time) = (contexts, attempts, use, time);
        feed.Subscribe(notice =>
        {
            if (notice is null)
            {
                Interlocked.Increment(ref _generation);
                _known.Clear();
            }
            else if (notice is { Topic: AccessTopics.Subject } n && AccessTopics.TryReadSubject(n.Key, out var subject) && subject.Item1 == SubjectKind.Robot)
            {
                Interlocked.Increment(ref _generation);
                foreach (var (login, entry) in _known)
                    if (entry.Id == subject.Item2) _known.TryRemove(login, out _);
            }
        });
    }

    /// <summary>The robot that signs in with this name and secret; null when no robot has the name, and it may be a person's.</summary>
    public async ValueTask<Result<Caller>?> VerifyAsync(string login, string secret, Caller caller, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var memory = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(secret)));
        var secretId = 0;
        if (!_known.TryGetValue(login, out var robot) || !robot.Right.TryGetValue(memory, out secretId))
        {
            // Looked for even when it is known, so that a wrong secret costs the same whether there is such a robot or not.
            if ((robot = await LoadAsync(login, cancellation)) is null) return null;
            var checkedId = await robot.Checking.GetOrAdd($"{memory} {caller.Address}", key => new(() => CheckOnceAsync(robot, key, secret, caller))).Value.WaitAsync(cancellation);
            if (!checkedId.Ok) return checkedId.Error;
            robot.Right[memory] = secretId = checkedId.Value;
        }
        // Only who shows the right secret learns why it is refused.
        if (robot.Disabled) return (Result<Caller>)AccessErrors.RobotDisabled;
        if (robot.ExpiresAt <= now) return AccessErrors.RobotEnded;
        if (robot.Secrets.First(s => s.Id == secretId).ValidUntil <= now) return await _attempts.FailedAsync(login, AuditResources.Robot, caller, cancellation);
        var found = caller with { Kind = SubjectKind.Robot, Id = robot.Id, Name = robot.Login, Credential = CredentialUse.NameOfSecret(secretId) };
        _use.OfSecret(secretId, found);
        return found;
    }

    /// <summary>The refusal for a name that no robot has: that of a wrong secret, which is hashed all the same so that it takes as long.</summary>
    public async ValueTask<Result<Caller>> RefuseAsync(string login, string secret, Caller caller, CancellationToken cancellation)
    {
        if (await _attempts.RefuseAsync(login, caller, cancellation) is { } refusal) return refusal;
        RobotSecretText.SpendTime(secret);
        return await _attempts.FailedAsync(login, AuditResources.Robot, caller, cancellation);
    }

    // clients that run side by side show the same secret at the same moment: one attempt
    async Task<Result<int>> CheckOnceAsync(Entry robot, string flight, string secret, Caller caller)
    {
        try
        {
            return await CheckAsync(robot, secret, caller);
        }
        finally
        {
            robot.Checking.TryRemove(flight, out _);
        }
    }

    /// <summary>The id of the secret that this is.</summary>
    async Task<Result<int>> CheckAsync(Entry robot, string secret, Caller caller)
    {
        if (await _attempts.RefuseAsync(robot.Login, caller, CancellationToken.None) is { } refusal) return refusal;
        if (robot.Secrets.FirstOrDefault(s => s.Random && RobotSecretText.Matches(s, secret)) is { } random)
        {
            await _attempts.SucceededAsync(robot.Login, caller, CancellationToken.None);
            return random.Id;
        }
        if (robot.Secrets.All(s => s.Random))
        {
            // no number of guesses finds a random one, so it is counted afterwards; a wrong one costs as much as one for a name that nobody has
            RobotSecretText.SpendTime(secret);
            return await _attempts.FailedAsync(robot.Login, AuditResources.Robot, caller, CancellationToken.None);
        }
        var attempt = await _attempts.BeginAsync(robot.Login, caller, CancellationToken.None);
        if (!attempt.Ok) return attempt.Error;
        if (robot.Secrets.FirstOrDefault(s => !s.Random && RobotSecretText.Matches(s, secret)) is not { } given) return await _attempts.LostAsync(attempt.Value, AuditResources.Robot, caller, CancellationToken.None);
        await _attempts.WonAsync(attempt.Value, caller, CancellationToken.None);
        return given.Id;
    }

    async Task<Entry?> LoadAsync(string login, CancellationToken cancellation)
    {
        var generation = Volatile.Read(ref _generation);
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var robot = await db.Robots.AsNoTracking().Include(r => r.Secrets).FirstOrDefaultAsync(r => r.Login == login, cancellation);
        if (robot is null) return null;
        var entry = new Entry(robot.Id, robot.Login, robot.DisabledAt is not null, robot.ExpiresAt, robot.Secrets);
        if (generation != Volatile.Read(ref _generation)) return entry; // a change arrived meanwhile: answer, but do not keep
        if (_known.Count >= MaxCached) _known.Clear();
        return _known.GetOrAdd(login, entry); // what is there knows which secrets were right
    }

    sealed record Entry(int Id, string Login, bool Disabled, DateTimeOffset? ExpiresAt, IReadOnlyList<RobotSecret> Secrets)
    {
        /// <summary>Secrets that were right, as keyed hashes, and their ids; at most one for each secret.</summary>
        public ConcurrentDictionary<string, int> Right { get; } = new(StringComparer.Ordinal);

        /// <summary>Secrets that are being checked, from an address each.</summary>
        public ConcurrentDictionary<string, Lazy<Task<Result<int>>>> Checking { get; } = new(StringComparer.Ordinal);
    }
}

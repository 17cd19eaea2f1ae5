using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Audit;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>
/// Checks a name and a secret, for sign-in, Basic authentication and the token service: passwords itself, access tokens and robots elsewhere. Known and unknown names take the same time and get the same answer.
/// A right password is remembered for a minute as a keyed hash, because the slow hash allows only some fifty checks a second.
/// </summary>
public sealed class CredentialService
{
    static readonly TimeSpan Remember = TimeSpan.FromSeconds(60);
    const int MaxRemembered = 10_000;
    const int MaxSecretLength = 1_024;

    readonly IDbContextFactory<PortalDbContext> _contexts;
    readonly IPasswordHasher<User> _hasher;
    readonly SignInAttempts _attempts;
    readonly MachineCredentials _machines;
    readonly TimeProvider _time;
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    readonly ConcurrentDictionary<string, (int UserId, string Name, DateTimeOffset Until)> _remembered = new();
    readonly Lazy<string> _nobody;
    int _generation;

    internal CredentialService(IDbContextFactory<PortalDbContext> contexts, IPasswordHasher<User> hasher, SignInAttempts attempts, MachineCredentials machines, IChangeFeed feed, TimeProvider time)
    {
        (_contexts, _hasher, _attempts, _machines, _time) = (contexts, hasher, attempts, machines, time);
        _nobody = new(() => _hasher.HashPassword(new User(), Convert.ToHexString(RandomNumberGenerator.GetBytes(16))));
        feed.Subscribe(notice =>
        {
            if (notice is not (null or { Topic: AccessTopics.Subject })) return;
            Interlocked.Increment(ref _generation);
            _remembered.Clear();
        });
    }

    /// <summary>Who shows this personal access token as a bearer; refusals as for a name and secret.</summary>
    /// <param name="caller">The anonymous caller with the address and client of the request.</param>
    public async Task<Result<Caller>> VerifyBearerAsync(string token, Caller caller, CancellationToken cancellation) =>
        AccessTokenText.IsMeant(token) && token.Length <= MaxSecretLength ? await _machines.VerifyBearerAsync(token, caller, cancellation) : AccessErrors.WrongCredentials;

    /// <summary>
    /// Finds out who has this name and secret. Refusals: <c>WRONG_CREDENTIALS</c> (also for unknown and disabled accounts), <c>TOO_MANY_ATTEMPTS</c> with the wait,
    /// <c>PASSWORD_CHANGE_REQUIRED</c> unless <paramref name="allowPasswordChange"/>.
    /// </summary>
    /// <param name="caller">The anonymous caller with the address and client of the request.</param>
    /// <param name="allowPasswordChange">True for the sign-in page: a first password counts, and nothing but passwords does.</param>
    public async Task<Result<Caller>> VerifyAsync(string name, string secret, Caller caller, CancellationToken cancellation, bool allowPasswordChange = false)
    {
        if (name.Length is 0 or > User.MaxNameLength || secret.Length is 0 or > MaxSecretLength) return AccessErrors.WrongCredentials;
        // The sign-in page takes passwords only: neither a token nor a robot opens a browser session.
        if (!allowPasswordChange && await _machines.VerifyAsync(name, secret, caller, cancellation) is { } machine) return machine;
        var now = _time.GetUtcNow();
        var generation = Volatile.Read(ref _generation);
        var memory = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name.ToUpperInvariant()}\0{secret}")));
        if (!allowPasswordChange && _remembered.TryGetValue(memory, out var known) && known.Until > now)
            return caller with { Kind = SubjectKind.User, Id = known.UserId, Name = known.Name };

        if (await _attempts.RefuseAsync(name, caller, cancellation) is { } refusal) return refusal;
        await using var db = await _contexts.CreateDbContextAsync(cancellation);
        var normalized = name.ToUpperInvariant();
        var user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.NormalizedUserName == normalized, cancellation);
        var verdict = _hasher.VerifyHashedPassword(user ?? new User(), user?.PasswordHash ?? _nobody.Value, secret);
        if (user is null || user.DisabledAt is not null || verdict == PasswordVerificationResult.Failed)
            return await _attempts.FailedAsync(name, AuditResources.User, caller, cancellation);
        await _attempts.SucceededAsync(name, caller, cancellation);
        if (user.MustChangePassword && !allowPasswordChange) return AccessErrors.PasswordChangeRequired;
        var found = caller with { Kind = SubjectKind.User, Id = user.Id, Name = user.UserName! };
        // A change that arrived while the slow hash was at work may be to this account: answer, but do not remember.
        if (!user.MustChangePassword && generation == Volatile.Read(ref _generation))
        {
            if (_remembered.Count >= MaxRemembered) _remembered.Clear();
            _remembered[memory] = (user.Id, user.UserName!, now + Remember);
        }
        return found;
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Access.Ldap;
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

    readonly LocalPasswords _local;
    readonly SignInAttempts _attempts;
    readonly MachineCredentials _machines;
    readonly LdapSignIn _directory;
    readonly TimeProvider _time;
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    readonly ConcurrentDictionary<string, (int UserId, string Name, DateTimeOffset Until)> _remembered = new();
    readonly ConcurrentDictionary<string, Lazy<Task<Result<(Caller Who, bool Lasting)>>>> _checking = new(StringComparer.Ordinal);
    int _generation;

    internal CredentialService(LocalPasswords local, SignInAttempts attempts, MachineCredentials machines, LdapSignIn directory, IChangeFeed feed, TimeProvider time)
    {
        (_local, _attempts, _machines, _directory, _time) = (local, attempts, machines, directory, time);
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
    /// <c>PASSWORD_CHANGE_REQUIRED</c> unless <paramref name="allowPasswordChange"/>, <c>DIRECTORY_UNAVAILABLE</c> when only the directory could tell.
    /// </summary>
    /// <param name="caller">The anonymous caller with the address and client of the request.</param>
    /// <param name="allowPasswordChange">True for the sign-in page: a first password counts, and nothing but passwords does.</param>
    public async Task<Result<Caller>> VerifyAsync(string name, string secret, Caller caller, CancellationToken cancellation, bool allowPasswordChange = false)
    {
        if (name.Length is 0 or > User.MaxNameLength || secret.Length is 0 or > MaxSecretLength || name.Contains('\0', StringComparison.Ordinal)) return AccessErrors.WrongCredentials;
        // The sign-in page takes passwords only: neither a token nor a robot opens a browser session.
        if (!allowPasswordChange && await _machines.VerifyAsync(name, secret, caller, cancellation) is { } machine) return machine;
        var now = _time.GetUtcNow();
        var generation = Volatile.Read(ref _generation);
        var memory = Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{name.ToUpperInvariant()}\0{secret}")));
        if (!allowPasswordChange && _remembered.TryGetValue(memory, out var known) && known.Until > now)
            return caller with { Kind = SubjectKind.User, Id = known.UserId, Name = known.Name };

        // The same name and secret at the same moment, as clients that run side by side send them, are one attempt.
        // Those who come after a change to an account do not join one who came before it.
        var flight = string.Create(CultureInfo.InvariantCulture, $"{memory} {generation} {allowPasswordChange} {caller.Address}");
        var found = await _checking.GetOrAdd(flight, key => new(() => CheckOnceAsync(key, name, secret, caller, allowPasswordChange))).Value.WaitAsync(cancellation);
        if (!found.Ok) return found.Error;
        // A change that arrived while the slow hash was at work may be to this account: answer, but do not remember.
        if (found.Value.Lasting && generation == Volatile.Read(ref _generation))
        {
            if (_remembered.Count >= MaxRemembered) _remembered.Clear();
            _remembered[memory] = (found.Value.Who.Id, found.Value.Who.Name, now + Remember);
        }
        return found.Value.Who with { Address = caller.Address, Client = caller.Client };
    }

    // on the side, because it runs to its end although the first who asked may be gone: others wait for it
    async Task<Result<(Caller Who, bool Lasting)>> CheckOnceAsync(string flight, string name, string secret, Caller caller, bool allowPasswordChange)
    {
        try
        {
            return await CheckAsync(name, secret, caller, allowPasswordChange);
        }
        finally
        {
            _checking.TryRemove(flight, out _);
        }
    }

    async Task<Result<(Caller Who, bool Lasting)>> CheckAsync(string name, string secret, Caller caller, bool allowPasswordChange)
    {
        var attempt = await _attempts.BeginAsync(name, caller, CancellationToken.None);
        if (!attempt.Ok) return attempt.Error;
        var user = await _local.FindAsync(name, secret, CancellationToken.None);
        // Local accounts come first, so that they sign in whatever the directory does; every other name and password costs the same.
        var outside = user is null ? await _directory.VerifyAsync(name, secret, caller, CancellationToken.None) : (Result<Caller>?)null;
        if (outside is { Ok: false } refused)
        {
            await _attempts.LostAsync(attempt.Value, AuditResources.User, caller, CancellationToken.None);
            return refused.Error;
        }
        await _attempts.WonAsync(attempt.Value, caller, CancellationToken.None);
        if (user is { MustChangePassword: true } && !allowPasswordChange) return AccessErrors.PasswordChangeRequired;
        return (outside?.Value ?? caller with { Kind = SubjectKind.User, Id = user!.Id, Name = user.UserName! }, user is not { MustChangePassword: true });
    }
}

using Portal.Audit;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>An attempt that was counted before its secret was looked at.</summary>
/// <param name="Name">The account it is for.</param>
/// <param name="AddressUntil">Until when it made its address wait; the wait goes with a right secret.</param>
readonly record struct SignInAttempt(string Name, DateTimeOffset AddressUntil);

/// <summary>
/// What each kind of credential does around its check: wait, count and audit a failure, clear the count after success. A secret that somebody may have chosen
/// is counted before it is checked, so that guesses at the same moment are as few as guesses one after the other; one that is random and long is counted when it was wrong.
/// </summary>
public sealed class SignInAttempts
{
    readonly SignInThrottle _throttle;
    readonly AuditLog _audit;

    internal SignInAttempts(SignInThrottle throttle, AuditLog audit) => (_throttle, _audit) = (throttle, audit);

    /// <summary>Counts an attempt of this name from the caller's address; refused while it must wait. <see cref="WonAsync"/> or <see cref="LostAsync"/> follows.</summary>
    internal async Task<Result<SignInAttempt>> BeginAsync(string name, Caller caller, CancellationToken cancellation)
    {
        var (wait, until) = await _throttle.ReserveAsync(name, caller.Address, cancellation);
        return wait > TimeSpan.Zero ? AccessErrors.TooManyAttempts(wait) : new SignInAttempt(name, until);
    }

    /// <summary>The secret was right: the attempt is counted no more.</summary>
    internal Task WonAsync(SignInAttempt attempt, Caller caller, CancellationToken cancellation) => _throttle.ReleaseAsync(attempt.Name, caller.Address, attempt.AddressUntil, cancellation);

    /// <summary>The secret was wrong: the attempt stays counted, and is audited.</summary>
    /// <param name="kind">One of <see cref="AuditResources"/>.</param>
    internal Task<Error> LostAsync(SignInAttempt attempt, string kind, Caller caller, CancellationToken cancellation) => AuditAsync(attempt.Name, kind, caller, cancellation);

    /// <summary>A refusal while this name must wait from the caller's address; null when it may try. Counts nothing.</summary>
    internal async Task<Error?> RefuseAsync(string name, Caller caller, CancellationToken cancellation)
    {
        var wait = await _throttle.WaitAsync(name, caller.Address, cancellation);
        return wait > TimeSpan.Zero ? AccessErrors.TooManyAttempts(wait) : null;
    }

    /// <summary>Counts and audits a wrong secret that was not counted before.</summary>
    /// <param name="kind">One of <see cref="AuditResources"/>.</param>
    internal async Task<Error> FailedAsync(string name, string kind, Caller caller, CancellationToken cancellation)
    {
        await _throttle.FailedAsync(name, caller.Address, cancellation);
        return await AuditAsync(name, kind, caller, cancellation);
    }

    /// <summary>A right secret that was not counted before clears the account's count.</summary>
    internal Task SucceededAsync(string name, Caller caller, CancellationToken cancellation) => _throttle.SucceededAsync(name, caller.Address, cancellation);

    async Task<Error> AuditAsync(string name, string kind, Caller caller, CancellationToken cancellation)
    {
        await _audit.WriteAsync(new(caller.Actor with { Name = name }, AuditActions.SignIn, kind, name) { Success = false }, cancellation);
        return AccessErrors.WrongCredentials;
    }
}

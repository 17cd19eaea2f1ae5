using Portal.Audit;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>What each kind of credential does around its check: wait, count and audit a failure, clear the count after success.</summary>
sealed class SignInAttempts(SignInThrottle throttle, AuditLog audit)
{
    /// <summary>A refusal while this name must wait from the caller's address; null when it may try.</summary>
    public async Task<Error?> RefuseAsync(string name, Caller caller, CancellationToken cancellation)
    {
        var wait = await throttle.WaitAsync(name, caller.Address, cancellation);
        return wait > TimeSpan.Zero ? AccessErrors.TooManyAttempts(wait) : null;
    }

    /// <summary>Counts and audits a wrong secret.</summary>
    /// <param name="kind">One of <see cref="AuditResources"/>.</param>
    public async Task<Error> FailedAsync(string name, string kind, Caller caller, CancellationToken cancellation)
    {
        await throttle.FailedAsync(name, caller.Address, cancellation);
        await audit.WriteAsync(new(caller.Actor with { Name = name }, AuditActions.SignIn, kind, name) { Success = false }, cancellation);
        return AccessErrors.WrongCredentials;
    }

    public Task SucceededAsync(string name, Caller caller, CancellationToken cancellation) => throttle.SucceededAsync(name, caller.Address, cancellation);
}

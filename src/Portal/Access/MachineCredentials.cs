using Microsoft.Extensions.Options;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Credentials that are not passwords: personal access tokens and robots' secrets.</summary>
sealed class MachineCredentials(AccessTokenCredentials tokens, RobotCredentials robots, IOptions<AccessOptions> options)
{
    /// <summary>Who shows this name and secret; null when it can only be a password.</summary>
    public async ValueTask<Result<Caller>?> VerifyAsync(string name, string secret, Caller caller, CancellationToken cancellation)
    {
        if (name.StartsWith(options.Value.RobotNamePrefix, StringComparison.Ordinal) && await robots.VerifyAsync(name, secret, caller, cancellation) is { } robot) return robot;
        if (AccessTokenText.IsMeant(secret)) return await tokens.VerifyAsync(name, secret, caller, cancellation);
        return null;
    }

    /// <summary>Who shows this token as a bearer.</summary>
    public ValueTask<Result<Caller>> VerifyBearerAsync(string token, Caller caller, CancellationToken cancellation) => tokens.VerifyAsync(null, token, caller, cancellation);
}

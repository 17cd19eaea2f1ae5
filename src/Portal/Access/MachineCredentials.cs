using Microsoft.Extensions.Options;
using Portal.Kernel;

namespace Portal.Access;

/// <summary>Credentials that are not passwords: personal access tokens and robots' secrets.</summary>
sealed class MachineCredentials(AccessTokenCredentials tokens, RobotCredentials robots, IOptions<AccessOptions> options)
{
    /// <summary>Who shows this name and secret; null when it can only be a password.</summary>
    public async ValueTask<Result<Caller>?> VerifyAsync(string name, string secret, Caller caller, CancellationToken cancellation)
    {
        var robotic = name.StartsWith(options.Value.RobotNamePrefix, StringComparison.Ordinal);
        if (robotic && await robots.VerifyAsync(name, secret, caller, cancellation) is { } robot) return robot;
        if (AccessTokenText.IsMeant(secret)) return await tokens.VerifyAsync(name, secret, caller, cancellation);
        // No person can have this name, and that no robot has it either is nobody's business.
        if (robotic && UserRules.Name(name) is not null) return await robots.RefuseAsync(name, secret, caller, cancellation);
        return null;
    }

    /// <summary>Who shows this token as a bearer.</summary>
    public ValueTask<Result<Caller>> VerifyBearerAsync(string token, Caller caller, CancellationToken cancellation) => tokens.VerifyAsync(null, token, caller, cancellation);
}

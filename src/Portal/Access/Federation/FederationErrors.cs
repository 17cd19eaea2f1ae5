using Portal.Kernel;

namespace Portal.Access.Federation;

/// <summary>The refusals of trusts.</summary>
public static class FederationErrors
{
    public static Error NameTaken(string name) => new("CONFLICT", $"The robot has a trust named {name} already.", ErrorKind.Conflict, "name");

    public static Error TooMany { get; } = new("PRECONDITION", $"A robot has at most {TrustRules.MaxPerRobot} trusts.", ErrorKind.Precondition);

    public static Error Missing { get; } = Error.NotFound("The trust");

    /// <summary>What a stranger learns: nothing about which robots or trusts there are.</summary>
    public static Error NoTrust { get; } = new("UNAUTHORIZED", "No robot here trusts this token. Whoever keeps the robot can paste a token into its page to see why.", ErrorKind.Unauthenticated, "subject_token");

    public static Error SeveralRobots { get; } = Error.Invalid("robot", "Several robots trust this token; name one by robot=, or as the user name of docker login.");
}

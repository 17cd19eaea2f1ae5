using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>What a connection fails at.</summary>
public enum ConnectionProblem
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The host name has no address.</summary>
    NameUnknown,
    /// <summary>The outbound rules do not allow the address.</summary>
    AddressNotAllowed,
    /// <summary>Nobody listens.</summary>
    Refused,
    /// <summary>No answer in time.</summary>
    Timeout,
    /// <summary>The connection ends under way.</summary>
    ConnectionLost,
    /// <summary>An authority that is not trusted.</summary>
    UntrustedCertificate,
    /// <summary>A certificate for another host.</summary>
    CertificateOfAnotherHost,
    /// <summary>TLS fails otherwise.</summary>
    Tls,
    /// <summary>The credential is wrong or missing.</summary>
    WrongCredential,
    /// <summary>The credential is right and may not.</summary>
    MissingRight,
    /// <summary>Too many requests.</summary>
    RateLimited,
    /// <summary>Something answers that is no registry.</summary>
    NotARegistry,
    /// <summary>The registry has trouble of its own.</summary>
    Unavailable,
}

/// <summary>The outcome of a connection test.</summary>
/// <param name="Problem">None when it works.</param>
/// <param name="Message">What was found and what to do, for people.</param>
public sealed record ConnectionReport(ConnectionProblem Problem, string Message)
{
    /// <summary>True when it works.</summary>
    public bool Ok => Problem == ConnectionProblem.None;
}

static class ConnectionTest
{
    public static async Task<ConnectionReport> RunAsync(VendorRegistry registry, CancellationToken ct)
    {
        var host = registry.Client.Target.BaseUrl.Authority;
        var probe = await registry.ProbeAsync(ct);
        if (probe.Ok)
            return probe.Value ? new(ConnectionProblem.None, registry.Anonymous ? $"{host} answers; no credential is set." : $"{host} answers and takes the credential.")
                : new(ConnectionProblem.NotARegistry, $"{host} answers, but not as a registry does. Check the address and its port.");
        return Of(probe.Error, host);
    }

    static ConnectionReport Of(Error error, string host)
    {
        var (problem, advice) = error switch
        {
            RateLimited => (ConnectionProblem.RateLimited, "Wait, or use a credential with a higher limit."),
            Outage outage => Of(outage.Cause),
            { Code: "REGISTRY_ANSWER_INVALID" } => (ConnectionProblem.NotARegistry, "Check the address and the vendor."),
            { Kind: ErrorKind.Unauthenticated } => (ConnectionProblem.WrongCredential, "Check the user name and the password or token, and that it has not run out."),
            { Kind: ErrorKind.Forbidden or ErrorKind.Denied } => (ConnectionProblem.MissingRight, "The credential is known there but lacks a right."),
            { Kind: ErrorKind.NotFound } => (ConnectionProblem.NotARegistry, "Check the address: there is no registry at it."),
            { Kind: ErrorKind.Unavailable } => (ConnectionProblem.Unavailable, "Try again later."),
            _ => (ConnectionProblem.NotARegistry, "Check the address and the vendor."),
        };
        return new(problem, $"{host}: {error.Message} {advice}");
    }

    static (ConnectionProblem, string) Of(OutageCause cause) => cause switch
    {
        OutageCause.NameUnknown => (ConnectionProblem.NameUnknown, "Check the spelling of the host name, and the name server."),
        OutageCause.AddressNotAllowed => (ConnectionProblem.AddressNotAllowed, "An operator may allow its network or host."),
        OutageCause.Refused => (ConnectionProblem.Refused, "Nobody listens at this address and port."),
        OutageCause.Timeout => (ConnectionProblem.Timeout, "Check firewalls between here and there."),
        OutageCause.UntrustedCertificate => (ConnectionProblem.UntrustedCertificate, "Its certificate is of an authority that is not trusted here; add the authority's certificate."),
        OutageCause.CertificateOfAnotherHost => (ConnectionProblem.CertificateOfAnotherHost, "Its certificate is for another host name."),
        OutageCause.Tls => (ConnectionProblem.Tls, "TLS failed: does it speak https at this port, and is its certificate in date?"),
        _ => (ConnectionProblem.ConnectionLost, "The connection ended before an answer came."),
    };
}

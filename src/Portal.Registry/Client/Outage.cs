using System.Net.Sockets;
using System.Security.Authentication;
using Portal.Kernel;
using Portal.Registry.Outbound;

namespace Portal.Registry.Client;

/// <summary>Why a registry could not be reached.</summary>
public enum OutageCause
{
    /// <summary>Anything else.</summary>
    Other,
    /// <summary>The name has no address.</summary>
    NameUnknown,
    /// <summary>Nobody listens at the address and port.</summary>
    Refused,
    /// <summary>No answer in time.</summary>
    Timeout,
    /// <summary>The connection ended under way.</summary>
    ConnectionLost,
    /// <summary>The certificate is of an authority that is not trusted.</summary>
    UntrustedCertificate,
    /// <summary>The certificate is for another host.</summary>
    CertificateOfAnotherHost,
    /// <summary>TLS failed otherwise: an expired certificate, or a server that speaks no TLS.</summary>
    Tls,
    /// <summary>The outbound rules do not allow the address.</summary>
    AddressNotAllowed,
}

/// <summary>The registry cannot be reached (<c>REGISTRY_UNREACHABLE</c>).</summary>
/// <param name="Cause">By what.</param>
/// <param name="Message">A sentence for a person.</param>
public sealed record Outage(OutageCause Cause, string Message) : Error("REGISTRY_UNREACHABLE", Message, ErrorKind.Unavailable)
{
    /// <summary>True when the request was one that changes nothing and may be sent again.</summary>
    internal bool OfRead { get; init; }
}

static class OutageCauses
{
    public static OutageCause Of(Exception exception)
    {
        for (var e = exception; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case AddressNotAllowedException:
                    return OutageCause.AddressNotAllowed;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return OutageCause.NameUnknown;
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return OutageCause.Refused;
                case SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException:
                    return OutageCause.Timeout;
                case AuthenticationException tls:
                    return OfTls(tls.Message);
                case HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }:
                    return OutageCause.NameUnknown;
            }
        }
        return exception switch
        {
            OperationCanceledException => OutageCause.Timeout,
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => OutageCause.Tls,
            HttpRequestException or IOException => OutageCause.ConnectionLost,
            _ => OutageCause.Other,
        };
    }

    // the runtime tells the reason in the message alone
    static OutageCause OfTls(string message) =>
        message.Contains("RemoteCertificateNameMismatch", StringComparison.Ordinal) ? OutageCause.CertificateOfAnotherHost
        : message.Contains("UntrustedRoot", StringComparison.Ordinal) || message.Contains("PartialChain", StringComparison.Ordinal) ? OutageCause.UntrustedCertificate
        : OutageCause.Tls;
}

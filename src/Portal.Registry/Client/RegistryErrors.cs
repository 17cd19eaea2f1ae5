using System.Globalization;
using System.Net;
using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>The expected failures of talking to a registry.</summary>
public static class RegistryErrors
{
    const int MaxMessage = 400;

    /// <summary>The registry could not be reached; an <see cref="Outage"/> that says by what.</summary>
    public static Error Unreachable(Uri address, Exception cause) => Outage(address, cause);

    internal static Outage Outage(Uri address, Exception cause) =>
        new(OutageCauses.Of(cause), $"{address.GetLeftPart(UriPartial.Authority)} cannot be reached: {Plain(cause.Message)}");

    /// <summary>The registry answered, but not as the protocol says.</summary>
    public static Error BadAnswer(string message) => new("REGISTRY_ANSWER_INVALID", message, ErrorKind.Unavailable);

    /// <summary>Content did not match its digest.</summary>
    public static Error DigestMismatch(Digest expected, Digest actual) =>
        new("DIGEST_MISMATCH", $"The content has digest {actual} where {expected} was expected; it is not used.", ErrorKind.Unavailable);

    /// <summary>A name that no registry can hold.</summary>
    public static Error RepositoryName(string name) =>
        OciErrors.NameInvalid.Because($"'{(name.Length > 255 ? name[..255] : name)}' is not a repository name: lower-case letters and digits, parted by '.', '_', '-' and '/', at most 255 characters.") with { Field = "repository" };

    internal static bool IsOutage(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested);

    internal static async Task<Error> FromAsync(HttpResponseMessage response, string who, CancellationToken ct)
    {
        var body = await response.ReadCappedAsync(OciErrors.MaxBodyBytes, ct);
        var first = body.Ok && OciErrors.Read(body.Value) is [var entry, ..] ? entry : null;
        var (code, kind) = Of(response.StatusCode);
        var said = first is { Message.Length: > 0 } ? $": {Plain(first.Message)}" : ".";
        if (RateLimited.Read(response, who, said) is { } limited) return limited;
        return new(first is null || first.Code == OciErrors.Unknown.Code ? code : Plain(first.Code),
            string.Create(CultureInfo.InvariantCulture, $"{who} answered {(int)response.StatusCode}{said}"), kind);
    }

    internal static (string Code, ErrorKind Kind) Of(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => (OciErrors.Unauthorized.Code, ErrorKind.Unauthenticated),
        HttpStatusCode.Forbidden => (OciErrors.Denied.Code, ErrorKind.Forbidden),
        HttpStatusCode.NotFound => ("NOT_FOUND", ErrorKind.NotFound),
        HttpStatusCode.MethodNotAllowed => (OciErrors.Unsupported.Code, ErrorKind.Precondition),
        HttpStatusCode.Conflict => ("CONFLICT", ErrorKind.Conflict),
        HttpStatusCode.PreconditionFailed => ("PRECONDITION", ErrorKind.Precondition),
        HttpStatusCode.RequestEntityTooLarge => (OciErrors.TooLarge.Code, ErrorKind.TooLarge),
        HttpStatusCode.RequestedRangeNotSatisfiable => (OciErrors.RangeInvalid.Code, ErrorKind.Invalid),
        HttpStatusCode.TooManyRequests => (OciErrors.TooManyRequests.Code, ErrorKind.TooMany),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => ("BAD_REQUEST", ErrorKind.Invalid),
        _ => (OciErrors.Unavailable.Code, ErrorKind.Unavailable),
    };

    // what a foreign server says is shown to people, so it is one short line of text
    internal static string Plain(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= MaxMessage ? line : line[..MaxMessage] + "…";
    }
}

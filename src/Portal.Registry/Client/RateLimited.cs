using System.Globalization;
using System.Net;
using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>The registry asks to wait (<c>TOOMANYREQUESTS</c>).</summary>
/// <param name="Wait">How long, at most a day; null when it does not say.</param>
/// <param name="Message">A sentence for a person.</param>
public sealed record RateLimited(TimeSpan? Wait, string Message) : Error(OciErrors.TooManyRequests.Code, Message, ErrorKind.TooMany)
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>
    /// Reads an answer that asks to wait; null for any other. <c>Retry-After</c> in seconds or as a date (RFC 9110 section 10.2.3); in seconds since 1970 the Hub's
    /// <c>X-Retry-After</c>, and <c>X-RateLimit-Reset</c> of the Hub and GitHub. GitHub answers 403 with no requests remaining; some answer 503 with <c>Retry-After</c>, which stays an outage.
    /// </summary>
    internal static RateLimited? Read(HttpResponseMessage response, string who, string said)
    {
        var exhausted = response.StatusCode == HttpStatusCode.Forbidden && First(response, "X-RateLimit-Remaining") == "0";
        if (response.StatusCode != HttpStatusCode.TooManyRequests && !exhausted) return null;
        // times are measured from the server's own clock where it tells it
        var now = response.Headers.Date ?? TimeProvider.System.GetUtcNow();
        var wait = response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - now : Epoch(response, "X-Retry-After", now) ?? Epoch(response, "X-RateLimit-Reset", now);
        if (wait is { } w) wait = w < TimeSpan.Zero ? TimeSpan.Zero : w > Longest ? Longest : w;
        var hint = wait is { } known ? string.Create(CultureInfo.InvariantCulture, $" Try again in {(int)Math.Ceiling(known.TotalSeconds)} s.") : "";
        return new(wait, string.Create(CultureInfo.InvariantCulture, $"{who} answered {(int)response.StatusCode}{said}{hint}"));
    }

    static TimeSpan? Epoch(HttpResponseMessage response, string header, DateTimeOffset now) =>
        long.TryParse(First(response, header), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) - now : null;

    static string? First(HttpResponseMessage response, string name) => RegistryTransport.Values(response, name).FirstOrDefault();
}

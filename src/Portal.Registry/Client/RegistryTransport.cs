using System.Net;
using System.Net.Http.Headers;
using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>Sends one request to a registry: authentication, one replay after a challenge, redirects by hand.</summary>
sealed class RegistryTransport
{
    const int MaxRedirects = 5;

    readonly RegistryTarget _target;
    readonly HttpMessageInvoker _http;
    readonly TokenSource _tokens;
    readonly TimeProvider _time;

    public RegistryTransport(HttpMessageInvoker http, RegistryTarget target, TimeProvider time)
    {
        (_http, _target, _time) = (http, target, time);
        _tokens = new(target, SendRawAsync, time);
    }

    /// <summary>Sends what <paramref name="make"/> makes; a body that cannot be made twice gives no replay.</summary>
    /// <param name="make">Makes a fresh request for each attempt.</param>
    /// <param name="scope">Scopes of a token for it, parted by blanks; empty for none.</param>
    /// <param name="canReplay">False when the body can be sent once only.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<Result<HttpResponseMessage>> SendAsync(Func<HttpRequestMessage> make, string scope, bool canReplay, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            var response = await SendOnceAsync(make, scope, canReplay, ct);
            if (attempt >= _target.Retries || !canReplay || !IsPassing(response)) return response;
            if (response.Ok) response.Value.Dispose();
            await Task.Delay(_target.RetryPause * (1 << Math.Min(attempt, 6)), _time, ct);
        }
    }

    // what may be gone the next moment, of a request that changes nothing
    static bool IsPassing(Result<HttpResponseMessage> response) => response.Ok
        ? (int)response.Value.StatusCode is 500 or 502 or 503 or 504 && IsRead(response.Value.RequestMessage?.Method)
        : response.Error is Outage { Cause: OutageCause.ConnectionLost or OutageCause.Timeout, OfRead: true };

    static bool IsRead(HttpMethod? method) => method == HttpMethod.Get || method == HttpMethod.Head;

    async Task<Result<HttpResponseMessage>> SendOnceAsync(Func<HttpRequestMessage> make, string scope, bool canReplay, CancellationToken ct)
    {
        var read = false;
        HttpRequestMessage Make()
        {
            var request = make();
            read = IsRead(request.Method);
            return request;
        }
        try
        {
            var header = await _tokens.CurrentAsync(scope, ct);
            if (!header.Ok) return header.Error;
            var response = await FollowAsync(Make, header.Value, ct);
            if (!response.Ok || response.Value.StatusCode != HttpStatusCode.Unauthorized || !canReplay) return response;
            var challenge = Challenge.Choose(Challenge.Parse(Values(response.Value, "WWW-Authenticate")));
            // Basic that was refused once is refused again
            if (challenge is null || (challenge.Scheme == "basic" && header.Value?.Scheme == "Basic")) return response;
            var answer = await _tokens.ChallengedAsync(challenge, scope, ct);
            if (!answer.Ok)
            {
                response.Value.Dispose();
                return answer.Error;
            }
            if (answer.Value is null) return response;
            response.Value.Dispose();
            return await FollowAsync(Make, answer.Value, ct);
        }
        catch (Exception e) when (RegistryErrors.IsOutage(e, ct))
        {
            return RegistryErrors.Outage(_target.Root, e) with { OfRead = read };
        }
    }

    /// <summary>An address the registry named: relative or absolute, on the registry's own host put back to its scheme and port.</summary>
    public Result<Uri> Resolve(Uri from, Uri named)
    {
        var address = HostRules.Rebase(new Uri(from, named), _target);
        return HostRules.Refuse(address, _target) is { } why
            ? RegistryErrors.BadAnswer($"The registry named {address.GetLeftPart(UriPartial.Path)}, which is not used: {why}.")
            : address;
    }

    async Task<Result<HttpResponseMessage>> FollowAsync(Func<HttpRequestMessage> make, AuthenticationHeaderValue? header, CancellationToken ct)
    {
        Uri? at = null;
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            var request = make();
            if (at is not null) request.RequestUri = at;
            var uri = request.RequestUri!;
            request.Headers.UserAgent.ParseAdd(_target.UserAgent);
            if (HostRules.SameOrigin(uri, _target.Root)) request.Headers.Authorization = header;
            var response = await SendRawAsync(request, ct);
            if (!IsRedirect(response.StatusCode) || request.Method != HttpMethod.Get && request.Method != HttpMethod.Head) return response;
            var location = response.Headers.Location;
            response.Dispose();
            if (location is null) return RegistryErrors.BadAnswer("The registry redirected without saying where.");
            var next = Resolve(uri, location);
            if (!next.Ok) return next.Error;
            at = next.Value;
        }
        return RegistryErrors.BadAnswer($"The registry redirected more than {MaxRedirects} times.");
    }

    static bool IsRedirect(HttpStatusCode status) => (int)status is 301 or 302 or 303 or 307 or 308;

    // an HttpClient would read the whole body into memory unless told otherwise
    Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage request, CancellationToken ct) =>
        _http is HttpClient client ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct) : _http.SendAsync(request, ct);

    public static IEnumerable<string> Values(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values : [];
}

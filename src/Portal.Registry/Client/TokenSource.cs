using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Portal.Kernel;

namespace Portal.Registry.Client;

/// <summary>
/// Remembers how a registry wants to be asked and keeps its tokens, one per scope set, until shortly before they run out.
/// Source: Docker token authentication specification.
/// </summary>
sealed class TokenSource(RegistryTarget target, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, TimeProvider time)
{
    const int MaxTokenBytes = 256 * 1024;
    const int MaxTokens = 256;

    readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Until)> _tokens = new(StringComparer.Ordinal);
    volatile Challenge? _challenge;

    /// <summary>The header to send before anything was demanded; null when none is known to help.</summary>
    public async Task<Result<AuthenticationHeaderValue?>> CurrentAsync(string scope, CancellationToken ct)
    {
        if (_challenge is null) return target.SendBasicUnasked ? Basic() : null;
        return await AnswerAsync(_challenge, scope, null, ct);
    }

    /// <summary>The header that answers a challenge; null when there is nothing to answer it with.</summary>
    public async Task<Result<AuthenticationHeaderValue?>> ChallengedAsync(Challenge challenge, string scope, CancellationToken ct)
    {
        _challenge = challenge;
        _tokens.TryRemove(scope, out _);
        return await AnswerAsync(challenge, scope, challenge["scope"], ct);
    }

    AuthenticationHeaderValue? Basic() => target.Credentials is not { } c ? null
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{c.User}:{c.Secret}")));

    async Task<Result<AuthenticationHeaderValue?>> AnswerAsync(Challenge challenge, string scope, string? demanded, CancellationToken ct)
    {
        if (challenge.Scheme == "basic") return Basic();
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue(scope, out var kept) && kept.Until > now) return new AuthenticationHeaderValue("Bearer", kept.Token);
        var token = await FetchAsync(challenge, Scopes(demanded, scope), now, ct);
        if (!token.Ok) return token.Error;
        if (_tokens.Count >= MaxTokens) _tokens.Clear();
        _tokens[scope] = token.Value;
        return new AuthenticationHeaderValue("Bearer", token.Value.Token);
    }

    // some servers look at the first scope alone, so what was just demanded goes in front
    static IEnumerable<string> Scopes(string? demanded, string scope) =>
        $"{demanded} {scope}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Take(16);

    async Task<Result<(string Token, DateTimeOffset Until)>> FetchAsync(Challenge challenge, IEnumerable<string> scopes, DateTimeOffset now, CancellationToken ct)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm))
            return RegistryErrors.BadAnswer($"The registry's token service '{challenge["realm"]}' is not an address.");
        if (HostRules.Refuse(realm, target) is { } why)
            return RegistryErrors.BadAnswer($"The registry's token service {realm.GetLeftPart(UriPartial.Path)} is not used: {why}.");

        var query = new StringBuilder(realm.Query.TrimStart('?'));
        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Append(query.Length == 0 ? "" : "&").Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }
        Add("service", challenge["service"]);
        foreach (var scope in scopes) Add("scope", scope);
        Add("account", target.Credentials?.User);

        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        request.Headers.UserAgent.ParseAdd(target.UserAgent);
        request.Headers.Authorization = Basic();
        try
        {
            using var response = await send(request, ct);
            if (!response.IsSuccessStatusCode) return await RegistryErrors.FromAsync(response, "The token service", ct);
            var body = await response.ReadCappedAsync(MaxTokenBytes, ct);
            return body.Ok ? Read(body.Value, now) : body.Error;
        }
        catch (Exception e) when (RegistryErrors.IsOutage(e, ct))
        {
            return RegistryErrors.Unreachable(realm, e);
        }
    }

    static Result<(string, DateTimeOffset)> Read(byte[] body, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var token = Text(root, "token") ?? Text(root, "access_token");
            if (token is null) return RegistryErrors.BadAnswer("The token service answered without a token.");
            var seconds = root.TryGetProperty("expires_in", out var e) && e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out var s) ? Math.Clamp(s, 1, 86400) : 60;
            // renewed early, so that a request does not start with a token that ends under way
            return (token, now.AddSeconds(seconds - Math.Min(10, seconds / 4)));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return RegistryErrors.BadAnswer("The token service did not answer with a JSON object.");
        }
    }

    // a token that could not stand in a header is no token
    static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
        && text.All(c => c is > ' ' and < '\x7f') ? text : null;
}

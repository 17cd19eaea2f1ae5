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
        if (_challenge is null) return target.SendBasicUnasked ? await BasicAsync(ct) : (AuthenticationHeaderValue?)null;
        return await AnswerAsync(_challenge, scope, null, ct);
    }

    /// <summary>The header that answers a challenge; null when there is nothing to answer it with.</summary>
    public async Task<Result<AuthenticationHeaderValue?>> ChallengedAsync(Challenge challenge, string scope, CancellationToken ct)
    {
        _challenge = challenge;
        _tokens.TryRemove(scope, out _);
        return await AnswerAsync(challenge, scope, challenge["scope"], ct);
    }

    async Task<Result<RegistryCredentials?>> CredentialsAsync(CancellationToken ct) =>
        target.CredentialSource is { } source ? await source.CurrentAsync(ct) : target.Credentials;

    async Task<Result<AuthenticationHeaderValue?>> BasicAsync(CancellationToken ct)
    {
        var credentials = await CredentialsAsync(ct);
        return credentials.Ok ? Basic(credentials.Value) : credentials.Error;
    }

    static AuthenticationHeaderValue? Basic(RegistryCredentials? credentials) => credentials is not { } c ? null
        : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{c.User}:{c.Secret}")));

    async Task<Result<AuthenticationHeaderValue?>> AnswerAsync(Challenge challenge, string scope, string? demanded, CancellationToken ct)
    {
        if (challenge.Scheme == "basic") return await BasicAsync(ct);
        var now = time.GetUtcNow();
        if (_tokens.TryGetValue(scope, out var kept) && kept.Until > now) return new AuthenticationHeaderValue("Bearer", kept.Token);
        var token = await FetchAsync(challenge, Scopes(demanded, scope), now, ct);
        if (!token.Ok) return token.Error;
        if (_tokens.Count >= MaxTokens) _tokens.Clear();
        _tokens[scope] = token.Value;
        return new AuthenticationHeaderValue("Bearer", token.Value.Token);
    }

    // some servers look at the first scope alone, so what was just demanded goes in front
    IReadOnlyList<string> Scopes(string? demanded, string scope) =>
        [.. $"{demanded} {scope}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => target.MapScope is { } map ? map(s) : s).OfType<string>().Distinct(StringComparer.Ordinal).Take(16)];

    async Task<Result<(string Token, DateTimeOffset Until)>> FetchAsync(Challenge challenge, IReadOnlyList<string> scopes, DateTimeOffset now, CancellationToken ct)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var named))
            return RegistryErrors.BadAnswer($"The registry's token service '{challenge["realm"]}' is not an address.");
        var realm = HostRules.Rebase(named, target);
        if ((HostRules.Refuse(realm, target) ?? HostRules.RefuseCredential(realm, target)) is { } why)
            return RegistryErrors.BadAnswer($"The registry's token service {realm.GetLeftPart(UriPartial.Path)} is not used: {why}.");
        var credentials = await CredentialsAsync(ct);
        if (!credentials.Ok) return credentials.Error;

        using var request = credentials.Value is { IsRefreshToken: true } refresh
            ? Refresh(realm, challenge["service"], scopes, refresh) : Get(realm, challenge["service"], scopes, credentials.Value);
        request.Headers.UserAgent.ParseAdd(target.UserAgent);
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

    static HttpRequestMessage Get(Uri realm, string? service, IReadOnlyList<string> scopes, RegistryCredentials? credentials)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Append(query.Length == 0 ? "" : "&").Append(key).Append('=').Append(Uri.EscapeDataString(value));
        }
        Add("service", service);
        foreach (var scope in scopes) Add("scope", scope);
        Add("account", credentials?.User);
        return new(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri) { Headers = { Authorization = Basic(credentials) } };
    }

    // Docker's OAuth2 variant: all scopes in one value, parted by blanks
    static HttpRequestMessage Refresh(Uri realm, string? service, IReadOnlyList<string> scopes, RegistryCredentials credentials) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent([
            new("grant_type", "refresh_token"), new("service", service ?? ""), new("client_id", "portal"),
            new("scope", string.Join(' ', scopes)), new("refresh_token", credentials.Secret)]),
    };

    static Result<(string, DateTimeOffset)> Read(byte[] body, DateTimeOffset now)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            var token = Text(root, "token") ?? Text(root, "access_token");
            if (token is null) return RegistryErrors.BadAnswer("The token service answered without a token.");
            var seconds = root.TryGetProperty("expires_in", out var e) && e.ValueKind == JsonValueKind.Number && e.TryGetDouble(out var s) ? s
                : JwtTimes.Expiry(token) is { } until ? (until - now).TotalSeconds : 60;
            seconds = Math.Clamp(seconds, 1, 86400);
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

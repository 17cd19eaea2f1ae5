using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Kernel;
using Portal.Registry.Client;

namespace Portal.Registry.Vendors;

/// <summary>Puts the credential on a request whose content is complete; an error when there is none to put.</summary>
/// <param name="request">The request.</param>
/// <param name="body">Its whole body.</param>
/// <param name="ct">Ends it.</param>
delegate Task<Error?> Authorize(HttpRequestMessage request, byte[] body, CancellationToken ct);

/// <summary>An answer of a vendor's own API, read whole.</summary>
/// <param name="Json">The body; <c>Undefined</c> when it was empty or no JSON.</param>
/// <param name="NextLink">The address behind <c>rel="next"</c>.</param>
/// <param name="NextPage">What <c>X-Next-Page</c> says.</param>
sealed record ApiAnswer(JsonElement Json, string? NextLink, string? NextPage)
{
    public string? Text(string name) => Json.Text(name);

    public IEnumerable<JsonElement> Items(string name) => Json.Items(name);

    public IEnumerable<JsonElement> Items() => Json.ValueKind == JsonValueKind.Array ? Json.EnumerateArray() : [];
}

static class LooseJson
{
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static JsonElement Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;

    public static long? Number(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;
}

/// <summary>A vendor's own API: JSON over one origin. Redirects are not followed, so the credential goes nowhere else; answers are bounded.</summary>
sealed class VendorApi(HttpMessageInvoker http, Uri root, string who, Authorize? authorize = null)
{
    const int MaxAnswer = 8 * 1024 * 1024;

    public Uri Root { get; } = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");

    public Task<Result<ApiAnswer>> GetAsync(string path, CancellationToken ct) => SendAsync(HttpMethod.Get, path, null, ct);

    public Task<Result<ApiAnswer>> PostAsync(string path, JsonObject body, CancellationToken ct) => SendAsync(HttpMethod.Post, path, Json(body, "application/json"), ct);

    public Task<Result<ApiAnswer>> PostFormAsync(string path, IEnumerable<KeyValuePair<string, string>> form, CancellationToken ct) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form), ct);

    public async Task<Result> DeleteAsync(string path, CancellationToken ct)
    {
        var answer = await SendAsync(HttpMethod.Delete, path, null, ct);
        return answer.Ok ? Result.Success : answer.Error;
    }

    public static ByteArrayContent Json(JsonObject body, string mediaType) => new(Encoding.UTF8.GetBytes(body.ToJsonString())) { Headers = { ContentType = new(mediaType) } };

    public async Task<Result<ApiAnswer>> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct, params (string Name, string Value)[] headers)
    {
        var address = new Uri(Root, path);
        if (!HostRules.SameOrigin(address, Root)) return RegistryErrors.BadAnswer($"{who} named an address of another server, which is not used.");
        try
        {
            using var request = new HttpRequestMessage(method, address) { Content = content };
            request.Headers.UserAgent.ParseAdd("Portal/0.1");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            if (authorize is not null && await authorize(request, content is null ? [] : await content.ReadAsByteArrayAsync(ct), ct) is { } refusal) return refusal;
            using var response = http is HttpClient client ? await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct) : await http.SendAsync(request, ct);
            var body = await response.ReadCappedAsync(MaxAnswer, ct);
            if (!body.Ok) return body.Error;
            var json = Parse(body.Value);
            if (!response.IsSuccessStatusCode) return Refusal(response, json, body.Value);
            return new ApiAnswer(json, LinkHeader.Next(RegistryTransport.Values(response, "Link")), RegistryTransport.Values(response, "X-Next-Page").FirstOrDefault());
        }
        catch (Exception e) when (RegistryErrors.IsOutage(e, ct))
        {
            return RegistryErrors.Unreachable(Root, e);
        }
    }

    static JsonElement Parse(byte[] body)
    {
        if (body.Length == 0) return default;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // "Pong", a page of HTML, XML: callers see that there is no JSON
            return default;
        }
    }

    // {"errors":[{code,message}]}, {"__type","message"}, {"error":{status,message}}, {"error","error_description"}, {"message"}, {"detail"}
    Error Refusal(HttpResponseMessage response, JsonElement json, byte[] body)
    {
        var first = OciErrors.Read(body) is [var entry, ..] ? entry : null;
        var inner = json.Member("error");
        var said = first?.Message ?? json.Text("message") ?? json.Text("Message") ?? inner.Text("message") ?? json.Text("error_description") ?? json.Text("detail") ?? json.Text("error_message") ?? json.Text("error");
        var text = string.IsNullOrWhiteSpace(said) ? "." : $": {RegistryErrors.Plain(said)}";
        if (RateLimited.Read(response, who, text) is { } limited) return limited;
        var (code, kind) = RegistryErrors.Of(response.StatusCode);
        // namespace#Name:suffix
        var named = json.Text("__type") is { Length: > 0 } type ? type.Split('#')[^1].Split(':')[0] : inner.Text("status") ?? (first?.Code == OciErrors.Unknown.Code ? null : first?.Code);
        if (response.StatusCode is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest) return RegistryErrors.BadAnswer($"{who} redirects elsewhere, which is not followed.");
        return new(named is null ? code : RegistryErrors.Plain(named), string.Create(CultureInfo.InvariantCulture, $"{who} answered {(int)response.StatusCode}{text}"), kind);
    }

    /// <summary>A fixed user and password as Basic.</summary>
    public static Authorize? Basic(RegistryCredentials? credentials) => credentials is not { } c ? null : (request, _, _) =>
    {
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{c.User}:{c.Secret}")));
        return Task.FromResult<Error?>(null);
    };

    /// <summary>A fixed token as Bearer; nothing without one.</summary>
    public static Authorize? Bearer(string? token) => token is null ? null : (request, _, _) =>
    {
        request.Headers.Authorization = new("Bearer", token);
        return Task.FromResult<Error?>(null);
    };

    /// <summary>A token that runs out, as Bearer.</summary>
    public static Authorize Bearer(Expiring<string> token) => async (request, _, ct) =>
    {
        var current = await token.GetAsync(ct);
        if (!current.Ok) return current.Error;
        request.Headers.Authorization = new("Bearer", current.Value);
        return null;
    };
}

/// <summary>Fields that several vendors share.</summary>
static class CommonFields
{
    public static CredentialField User(string hint) => new("username", "User name", hint) { MaxLength = 255 };

    public static CredentialField Secret(string label, string hint) => new("password", label, hint) { Secret = true, MaxLength = 16_384 };

    public static CredentialField ApiUrl(string hint) => new("api_url", "Address of the API", hint) { IsAddress = true };

    public static RegistryCredentials? Credentials(this VendorContext context) =>
        context.Credential["username"] is { } user && context.Credential["password"] is { } secret ? new(user, secret) : null;

    public static IReadOnlySet<string> Hosts(params string?[] addresses) => addresses.OfType<string>()
        .Select(a => Uri.TryCreate(a, UriKind.Absolute, out var uri) ? uri.IsDefaultPort ? uri.IdnHost : $"{uri.IdnHost}:{uri.Port}" : a).ToHashSet(StringComparer.OrdinalIgnoreCase);
}

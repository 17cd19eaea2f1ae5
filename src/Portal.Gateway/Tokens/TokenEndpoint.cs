using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Gateway.Steps;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Gateway.Tokens;

/// <summary>
/// <c>/service/token</c>. GET with Basic or nothing (Docker token authentication), POST with a form (OAuth2, grant <c>password</c>). Refresh tokens
/// are not given out, so clients keep the user's own credentials.
/// </summary>
sealed class TokenEndpoint(TokenService tokens, CredentialService credentials, Answers answers, IOptions<GatewayOptions> options)
{
    const int MaxFormBytes = 64 * 1024;

    public async Task RunAsync(HttpContext http)
    {
        var error = http.Request.Method switch
        {
            "GET" => await GetAsync(http),
            "POST" => await PostAsync(http),
            _ => OciErrors.Unsupported.Because("Tokens are asked for by GET, or by POST with a form."),
        };
        if (error is not null) await answers.RefuseAsync(http, null, error);
    }

    async Task<Error?> GetAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var scopes = query["scope"].SelectMany(s => (s ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (Refuse(query["service"].ToString(), scopes) is { } refusal) return refusal;
        var header = http.Request.Headers.Authorization.ToString();
        var caller = Authenticate.Anonymous(http);
        if (header.Length > 0)
        {
            if (BasicCredentials.Parse(header) is not { } basic) return AccessErrors.WrongCredentials;
            var known = await credentials.VerifyAsync(basic.User, basic.Secret, caller, http.RequestAborted);
            if (!known.Ok) return known.Error;
            caller = known.Value;
        }
        // without a scope this is a login, and nobody logs in as nobody
        else if (scopes.Count == 0) return GatewayErrors.SignIn;
        return await AnswerAsync(http, caller, scopes);
    }

    async Task<Error?> PostAsync(HttpContext http)
    {
        http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = MaxFormBytes;
        if (!http.Request.HasFormContentType) return Error.Invalid("grant_type", "POST takes a form (application/x-www-form-urlencoded).");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(http.RequestAborted);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return Error.Invalid("grant_type", $"The form cannot be read; it has at most {MaxFormBytes} bytes.");
        }
        var scopes = form["scope"].SelectMany(s => (s ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (Refuse(form["service"].ToString(), scopes) is { } refusal) return refusal;
        if (form["grant_type"] != "password") return Error.Invalid("grant_type", "grant_type is 'password'; refresh tokens are not given out.");
        var known = await credentials.VerifyAsync(form["username"].ToString(), form["password"].ToString(), Authenticate.Anonymous(http), http.RequestAborted);
        return known.Ok ? await AnswerAsync(http, known.Value, scopes) : known.Error;
    }

    Error? Refuse(string service, List<string> scopes) =>
        service.Length > 0 && service != options.Value.Service ? Error.Invalid("service", $"The service is '{options.Value.Service}'.")
        : scopes.Count > options.Value.MaxScopes || scopes.Exists(s => s.Length > 600) ? Error.Invalid("scope", $"At most {options.Value.MaxScopes} scopes of 600 characters at a time.")
        : null;

    async Task<Error?> AnswerAsync(HttpContext http, Caller caller, List<string> scopes)
    {
        var issued = await tokens.IssueAsync(caller, scopes, http.RequestAborted);
        if (!issued.Ok) return issued.Error;
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("token", issued.Value.Text);
            json.WriteString("access_token", issued.Value.Text);
            json.WriteNumber("expires_in", issued.Value.LifetimeSeconds);
            json.WriteString("issued_at", issued.Value.IssuedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("scope", string.Join(' ', issued.Value.Access.Select(g => $"{g.Type}:{g.Name}:{string.Join(',', g.Words())}")));
            json.WriteEndObject();
        }
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        await http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
        return null;
    }
}

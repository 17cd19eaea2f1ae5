using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access;
using Portal.Access.Federation;
using Portal.Gateway.Steps;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Gateway.Tokens;

/// <summary>
/// <c>/service/token</c>. GET with Basic or nothing (Docker token authentication), POST with a form (OAuth2, grant <c>password</c>). Refresh tokens
/// are not given out, so clients keep the user's own credentials. In place of a password a workload may show the token of an issuer that a robot trusts.
/// </summary>
sealed class TokenEndpoint(TokenService tokens, CredentialService credentials, WorkloadTokens workloads, Answers answers, IOptions<GatewayOptions> options)
{
    public async Task RunAsync(HttpContext http)
    {
        var error = http.Request.Method switch
        {
            "GET" => await GetAsync(http),
            "POST" => await PostAsync(http),
            _ => NotOffered(http),
        };
        if (error is not null) await answers.RefuseAsync(http, null, error);
    }

    static Error NotOffered(HttpContext http)
    {
        http.Response.Headers.Allow = "GET, POST";
        return OciErrors.Unsupported.Because("Tokens are asked for by GET, or by POST with a form.");
    }

    async Task<Error?> GetAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var scopes = TokenForm.Scopes(query["scope"]);
        if (TokenForm.Refuse(options.Value, query["service"].ToString(), scopes) is { } refusal) return refusal;
        var header = http.Request.Headers.Authorization.ToString();
        if (header.Length > 0) return BasicCredentials.Parse(header) is { } basic ? await AnswerAsync(http, basic.User, basic.Secret, scopes) : AccessErrors.WrongCredentials;
        // without a scope this is a login, and nobody logs in as nobody
        return scopes.Count == 0 ? GatewayErrors.SignIn : await AnswerAsync(http, Authenticate.Anonymous(http), scopes, null);
    }

    async Task<Error?> PostAsync(HttpContext http)
    {
        var (form, error) = await TokenForm.ReadAsync(http);
        if (form is null) return error;
        var scopes = TokenForm.Scopes(form["scope"]);
        if (TokenForm.Refuse(options.Value, form["service"].ToString(), scopes) is { } refusal) return refusal;
        if (form["grant_type"] != "password") return Error.Invalid("grant_type", "grant_type is 'password'; refresh tokens are not given out.");
        return await AnswerAsync(http, form["username"].ToString(), form["password"].ToString(), scopes);
    }

    async Task<Error?> AnswerAsync(HttpContext http, string user, string secret, List<string> scopes)
    {
        var nobody = Authenticate.Anonymous(http);
        if (Jwt.LooksLike(secret))
        {
            var workload = await workloads.AdmitAsync(secret, user, WorkloadDoor.Password, nobody, http.RequestAborted);
            return workload.Ok ? await AnswerAsync(http, workload.Value.Caller, scopes, workload.Value.Until) : workload.Error;
        }
        var known = await credentials.VerifyAsync(user, secret, nobody, http.RequestAborted);
        return known.Ok ? await AnswerAsync(http, known.Value, scopes, null) : known.Error;
    }

    async Task<Error?> AnswerAsync(HttpContext http, Caller caller, List<string> scopes, DateTimeOffset? until)
    {
        var issued = await tokens.IssueAsync(caller, scopes, http.RequestAborted, until);
        if (!issued.Ok) return issued.Error;
        await TokenAnswer.WriteAsync(http, issued.Value, exchanged: false);
        return null;
    }
}

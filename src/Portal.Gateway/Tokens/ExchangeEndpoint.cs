using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Access.Federation;
using Portal.Gateway.Steps;
using Portal.Kernel;

namespace Portal.Gateway.Tokens;

/// <summary>
/// <c>/service/token/exchange</c>: a workload's token for a registry token. Source: RFC 8693. The token answers as a robot that trusts the
/// issuer, holds an hour at most, and never longer than what it was exchanged for.
/// </summary>
sealed class ExchangeEndpoint(TokenService tokens, WorkloadTokens workloads, IOptions<GatewayOptions> options)
{
    public const string Path = "/service/token/exchange";

    const string Grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    const string TypePrefix = "urn:ietf:params:oauth:token-type:";

    public async Task RunAsync(HttpContext http)
    {
        if (http.Request.Method != "POST")
        {
            http.Response.Headers.Allow = "POST";
            await RefuseAsync(http, Error.Invalid("method", "Tokens are exchanged by POST with a form."), StatusCodes.Status405MethodNotAllowed);
            return;
        }
        if (await ExchangeAsync(http) is { } error)
            await RefuseAsync(http, error, error.Kind switch
            {
                ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
                ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status400BadRequest,
            });
    }

    async Task<Error?> ExchangeAsync(HttpContext http)
    {
        var (form, error) = await TokenForm.ReadAsync(http);
        if (form is null) return error;
        var scopes = TokenForm.Scopes(form["scope"]);
        if (form["grant_type"] != Grant) return Error.Invalid("grant_type", $"grant_type is '{Grant}'.");
        if (form["subject_token_type"].ToString() is not (TypePrefix + "jwt" or TypePrefix + "id_token")) return Error.Invalid("subject_token_type", $"subject_token_type is '{TypePrefix}jwt' or '{TypePrefix}id_token'.");
        if (form["requested_token_type"].ToString() is not ("" or TypePrefix + "access_token")) return Error.Invalid("requested_token_type", $"requested_token_type is '{TypePrefix}access_token'.");
        if (form.ContainsKey("actor_token")) return Error.Invalid("actor_token", "actor_token is not taken: a workload acts for itself.");
        if (form["subject_token"].Count != 1) return Error.Invalid("subject_token", "subject_token is given once.");
        if (TokenForm.Refuse(options.Value, form["audience"].ToString(), scopes) is { } refusal) return refusal;
        var robot = form["robot"].ToString();
        var workload = await workloads.AdmitAsync(form["subject_token"].ToString(), robot.Length == 0 ? null : robot, WorkloadDoor.Exchange, Authenticate.Anonymous(http), http.RequestAborted);
        if (!workload.Ok) return workload.Error;
        var issued = await tokens.IssueAsync(workload.Value.Caller, scopes, http.RequestAborted, workload.Value.Until, TokenService.ExchangeLifetime);
        if (!issued.Ok) return issued.Error;
        await TokenAnswer.WriteAsync(http, issued.Value, exchanged: true);
        return null;
    }

    /// <summary>Source: RFC 6749 section 5.2.</summary>
    static async Task RefuseAsync(HttpContext http, Error error, int status)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("error", error.Kind switch { ErrorKind.Unauthenticated => "invalid_grant", ErrorKind.TooMany => "slow_down", ErrorKind.Unavailable => "temporarily_unavailable", _ => "invalid_request" });
            json.WriteString("error_description", error.Message);
            json.WriteEndObject();
        }
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.Length;
        await http.Response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), http.RequestAborted);
    }
}

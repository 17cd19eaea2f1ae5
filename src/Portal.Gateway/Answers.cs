using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Portal.Gateway.Tokens;
using Portal.Kernel;
using Portal.Registry;

namespace Portal.Gateway;

/// <summary>Writes refusals: the protocol's error body, and with 401 the challenge that tells the client how to go on.</summary>
sealed class Answers(IOptions<GatewayOptions> options)
{
    /// <summary>The token service's path.</summary>
    public const string TokenPath = "/service/token";

    public Task RefuseAsync(HttpContext http, GatewayRequest? request, Error error)
    {
        var code = OciErrors.For(error);
        var status = ReferenceEquals(error, GatewayErrors.Route) ? StatusCodes.Status404NotFound : code.Status;
        var response = http.Response;
        response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = Challenge(http, request, error);
        if (status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "5";
        if (status == StatusCodes.Status413PayloadTooLarge) response.Headers.Connection = "close";
        response.ContentType = "application/json; charset=utf-8";
        var body = http.Request.Path == TokenPath ? TokenAnswer.Refusal(code, error) : Body(code, error);
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, 0, body.Length);
    }

    // one entry for each digest that the refusal is about; the first one says all in words
    static byte[] Body(OciErrorCode code, Error error) => error.About.Count == 0 ? code.Body(error.Message)
        : OciErrors.Body(error.About.Select((about, i) => new OciErrorEntry(code.Code, i == 0 ? error.Message : code.Message, new JsonObject { ["digest"] = about })));

    /// <summary><c>Bearer</c> with the address as the client sees it, the service, and the scope that this route needs.</summary>
    string Challenge(HttpContext http, GatewayRequest? request, Error error)
    {
        // the token service itself takes names and passwords; sending its client for a token would be a circle
        if (http.Request.Path == TokenPath) return "Basic realm=\"portal\"";
        var text = new StringBuilder("Bearer realm=\"").Append(http.Request.Scheme).Append("://").Append(http.Request.Host.ToUriComponent()).Append(TokenPath)
            .Append("\",service=\"").Append(options.Value.Service).Append('"');
        if (request is not null && Scope(request) is { } scope) text.Append(",scope=\"").Append(scope).Append('"');
        if (ReferenceEquals(error, GatewayErrors.BadToken)) text.Append(",error=\"invalid_token\"");
        if (ReferenceEquals(error, GatewayErrors.NewToken)) text.Append(",error=\"insufficient_scope\"");
        return text.ToString();
    }

    static string? Scope(GatewayRequest request)
    {
        if (request.Route.Action == OciAction.Catalog) return "registry:catalog:*";
        // a name that breaks the grammar must not get into a header
        if (request.Route.Action == OciAction.None || !RepositoryName.TryParse(request.RawName.ToString(), out var name)) return null;
        var actions = request.Route.Action switch { OciAction.Pull => "pull", OciAction.Push => "pull,push", _ => "delete" };
        var scope = $"repository:{name}:{actions}";
        return request.Route.Resource == OciResource.Uploads && RepositoryName.TryParse(request.Http.Request.Query["from"], out var source) ? $"{scope} repository:{source}:pull" : scope;
    }
}

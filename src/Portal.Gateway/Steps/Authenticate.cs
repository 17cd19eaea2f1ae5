using Microsoft.AspNetCore.Http;
using Portal.Access;
using Portal.Gateway.Tokens;
using Portal.Kernel;

namespace Portal.Gateway.Steps;

/// <summary>Who asks: a token, or a name and password. Without either the answer is a challenge, for public projects too, so that clients fetch a token.</summary>
sealed class Authenticate(TokenVerifier tokens, CredentialService credentials) : IGatewayStep
{
    public async ValueTask<Error?> RunAsync(GatewayRequest request)
    {
        var headers = request.Http.Request.Headers.Authorization;
        if (headers.Count == 0) return GatewayErrors.SignIn;
        var header = headers.ToString();
        if (TokenVerifier.Handles(header))
        {
            if (await tokens.VerifyAsync(header, request.Http.Connection.RemoteIpAddress, request.Aborted) is not { } shown) return GatewayErrors.BadToken;
            (request.Token, request.Caller) = (shown.Token, shown.Caller);
            return null;
        }
        if (BasicCredentials.Parse(header) is not { } basic) return AccessErrors.WrongCredentials;
        var known = await credentials.VerifyAsync(basic.User, basic.Secret, Anonymous(request.Http), request.Aborted);
        if (!known.Ok) return known.Error;
        request.Caller = known.Value;
        return null;
    }

    /// <summary>Nobody yet, with the address that failed attempts count for.</summary>
    public static Caller Anonymous(HttpContext http) => new GatewayRequest(http, GatewayRoutes.All[0]).Describe();
}

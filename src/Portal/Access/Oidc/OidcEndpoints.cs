using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access.Federation;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Access.Oidc;

/// <summary>What to ask.</summary>
[Wire]
public sealed class OidcPingReq
{
    public string? Url { get; init; }
    public bool? VerifyCert { get; init; }
}

/// <summary><c>/system/oidc</c> of the Harbor v2.0 API.</summary>
public static class OidcEndpoints
{
    public static void MapOidc(this IEndpointRouteBuilder api) =>
        api.MapPost("/system/oidc/ping", PingAsync).Describe("pingOIDC", "oidc", "Whether an OIDC provider answers and can be used", 400).Answers();

    static async Task<IResult> PingAsync(HttpContext http, OidcProbe probe, OidcPingReq body, CancellationToken cancellation) =>
        (await probe.PingAsync(http.Caller(), body.Url ?? "", body.VerifyCert ?? true, cancellation)).Reply();
}

/// <summary>Tries a provider before it is put into the settings.</summary>
public sealed class OidcProbe(IAccessPolicy policy, IssuerHttp http)
{
    /// <summary>Fetches the provider's description and keys, always anew, and says what is wrong with them.</summary>
    public async Task<Result> PingAsync(Caller caller, string endpoint, bool verifyCertificate, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        if (!await policy.MayAsync(caller, Permissions.ConfigurationUpdate, AccessTarget.System, cancellation)) return AccessErrors.Lacks(Permissions.ConfigurationUpdate);
        if (http.Refuse("url", endpoint) is { } refusal) return refusal;
        var answer = await http.GetAsync("url", endpoint.TrimEnd('/') + IssuerMetadata.Path, verifyCertificate, null, cancellation);
        var metadata = answer.Ok ? IssuerMetadata.Read(endpoint, answer.Value) : answer.Error;
        if (!metadata.Ok) return Wrong(metadata.Error.Message);
        if (metadata.Value.AuthorizationAddress is null || metadata.Value.TokenAddress is null) return Wrong("The provider names no authorization_endpoint or no token_endpoint.");
        var keys = await http.GetAsync("jwks_uri", metadata.Value.KeysAddress, verifyCertificate, null, cancellation);
        return keys.Ok && JsonWebKeySet.Read(keys.Value.Body) is { Count: > 0 } ? Result.Success : Wrong(keys.Ok ? "The provider publishes no key that can be used (jwks_uri)." : keys.Error.Message);
    }

    static Error Wrong(string message) => Error.Invalid("url", message);
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Oidc;
using Portal.Kernel;

namespace Portal.Web.Account;

/// <summary>The addresses that a browser passes on its way to the identity provider and back. Failures end on the sign-in page, with a code whose words stand there.</summary>
static class OidcPages
{
    public static void MapOidcPages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(PortalUrls.OidcSignIn, BeginAsync).AllowAnonymous();
        routes.MapGet(OidcSignIn.CallbackPath, FinishAsync).AllowAnonymous();
        routes.MapGet(PortalUrls.OidcSignOut, SignOutAsync).AllowAnonymous();
        routes.MapPost(OidcBackChannel.Path, BackChannelAsync).AllowAnonymous();
    }

    static async Task<IResult> BeginAsync(HttpContext http, OidcSignIn oidc, [FromQuery(Name = "redirect_url")] string? wanted)
    {
        http.Response.Headers.CacheControl = "no-store";
        var begun = await oidc.BeginAsync(http, ReturnUrl.OrHome(wanted));
        return begun.Ok ? Results.Redirect(begun.Value) : Failed(begun.Error);
    }

    static async Task<IResult> FinishAsync(HttpContext http, OidcSignIn oidc)
    {
        http.Response.Headers.CacheControl = "no-store";
        var finished = await oidc.FinishAsync(http, new(One(http, "code"), One(http, "state"), One(http, "iss"), One(http, "error")));
        if (!finished.Ok) return Failed(finished.Error);
        return Results.LocalRedirect(finished.Value is { } target ? ReturnUrl.OrHome(target) : PortalUrls.Onboard);
    }

    /// <summary>
    /// Goes on to the provider after the session here has ended. By a page that moves on: browsers hold a form to this site all the way through its
    /// redirects, and signing out begins with one.
    /// </summary>
    static async Task<IResult> SignOutAsync(HttpContext http, OidcSignIn oidc)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (await oidc.SignOutAddressAsync(http, PortalUrls.LocalSignIn) is not { } address) return Results.LocalRedirect(PortalUrls.LocalSignIn);
        http.Response.Headers["Refresh"] = $"0;url={address}";
        return Results.Text("You are signed out here. Going on to your identity provider.", "text/plain; charset=utf-8");
    }

    /// <summary>What the provider tells by itself: somebody has signed out there. Nobody's cookie counts here, only the token. Source: OpenID Connect Back-Channel Logout 1.0 section 2.8.</summary>
    static async Task<IResult> BackChannelAsync(HttpContext http, OidcBackChannel channel)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = OidcBackChannel.MaxBody;
        if (!http.Request.HasFormContentType || http.Request.ContentLength > OidcBackChannel.MaxBody) return Refused("The body is a form with the field logout_token.");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var ended = await channel.EndAsync(form["logout_token"] is [{ } token] ? token : null, http.AnonymousCaller(), http.RequestAborted);
        return ended.Ok ? Results.Ok() : ended.Error.Kind == ErrorKind.Unavailable ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Refused(ended.Error.Message);

        static IResult Refused(string why) => Results.Json(new { error = "invalid_request", error_description = why }, statusCode: StatusCodes.Status400BadRequest);
    }

    static IResult Failed(Error error) => Results.LocalRedirect($"{PortalUrls.LocalSignIn}&oidc={Uri.EscapeDataString(error.Code)}");

    // a parameter that comes twice could be read two ways
    static string? One(HttpContext http, string name) => http.Request.Query[name] is [{ Length: > 0 and <= 8_192 } value] ? value : null;
}

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Oidc;

namespace Portal.Web.Account;

/// <summary>What the account menu posts to.</summary>
static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder routes) => routes.MapPost(PortalUrls.SignOut, SignOutAsync);

    static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery, OidcAccounts users, OidcSignIn oidc)
    {
        // Nobody is signed in any more: a forged request can change nothing, and the person belongs on the sign-in page.
        if (http.User.Identity is not { IsAuthenticated: true }) return Results.LocalRedirect(PortalUrls.SignIn);
        if (!await antiforgery.IsRequestValidAsync(http)) return Results.BadRequest();
        var byProvider = await users.IsOidcAsync(http.Caller(), http.RequestAborted);
        var session = http.Session()?.Id;
        await http.SignOutBrowserAsync(http.RequestAborted);
        if (byProvider && session is { } ended) oidc.Leave(http, ended);
        // with ?local, because the sign-in page may go straight to a provider that still knows the person
        return Results.LocalRedirect(byProvider ? PortalUrls.OidcSignOut : PortalUrls.SignIn);
    }
}

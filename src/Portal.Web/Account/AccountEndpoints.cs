using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;

namespace Portal.Web.Account;

/// <summary>What the account menu posts to.</summary>
static class AccountEndpoints
{
    public static void MapAccount(this IEndpointRouteBuilder routes) => routes.MapPost(PortalUrls.SignOut, SignOutAsync);

    static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        // Nobody is signed in any more: a forged request can change nothing, and the person belongs on the sign-in page.
        if (http.User.Identity is not { IsAuthenticated: true }) return Results.LocalRedirect(PortalUrls.SignIn);
        if (!await antiforgery.IsRequestValidAsync(http)) return Results.BadRequest();
        await http.SignOutBrowserAsync(http.RequestAborted);
        return Results.LocalRedirect(PortalUrls.SignIn);
    }
}

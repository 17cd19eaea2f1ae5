using System.Security.Claims;

namespace Portal.Web.Layout;

/// <summary>
/// What the shell reads from the signed-in user. They decide what is shown, never what is allowed: each page and each
/// event asks for the right again.
/// </summary>
public static class AccountClaims
{
    /// <summary>The claim with the name a person is shown by; the user name stands in when it is missing.</summary>
    public const string DisplayName = "display_name";

    /// <summary>The role (<see cref="ClaimTypes.Role"/>) of those who see Administration.</summary>
    public const string AdministratorRole = "administrator";

    /// <summary>The name to show; null when nobody is signed in.</summary>
    public static string? NameOf(ClaimsPrincipal user) => user.Identity is { IsAuthenticated: true } identity
        ? user.FindFirstValue(DisplayName) is { Length: > 0 } name ? name : identity.Name ?? "?"
        : null;
}

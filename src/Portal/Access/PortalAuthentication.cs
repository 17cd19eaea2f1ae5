using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Access;

/// <summary>Signing browsers in and out, and finding out who a request is from.</summary>
public static class PortalAuthentication
{
    public const string CookieName = "portal-session";
    /// <summary>Claims that the shell draws from; they decide nothing.</summary>
    public const string DisplayNameClaim = "display_name";
    public const string AdministratorRole = "administrator";
    const string SessionClaim = "sid";
    static readonly object CallerItem = new();
    static readonly object SessionItem = new();

    /// <summary>Adds the cookie scheme. The cookie carries a session id; every request asks whether that session is alive.</summary>
    public static IServiceCollection AddPortalAuthentication(this IServiceCollection services)
    {
        services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(o =>
        {
            o.Cookie.Name = CookieName;
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            o.LoginPath = "/sign-in";
            o.AccessDeniedPath = "/not-found";
            o.ReturnUrlParameter = "return";
            o.ExpireTimeSpan = TimeSpan.FromDays(90); // the session row decides
            o.Events.OnValidatePrincipal = ValidateAsync;
        });
        services.AddAuthorization();
        return services;
    }

    /// <summary>Starts a session for verified credentials and sets the cookie.</summary>
    public static async Task SignInBrowserAsync(this HttpContext http, Caller caller, CancellationToken cancellation, ProviderSession? provider = null)
    {
        var sessions = http.RequestServices.GetRequiredService<SessionService>();
        var id = await sessions.StartAsync(caller, cancellation, provider);
        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, caller.Id.ToString(CultureInfo.InvariantCulture)),
                new(ClaimTypes.Name, caller.Name),
                new(SessionClaim, id.ToString()),
            ], CookieAuthenticationDefaults.AuthenticationScheme);
        await http.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity), new() { IsPersistent = true });
    }

    /// <summary>Ends the browser's session and removes the cookie.</summary>
    public static async Task SignOutBrowserAsync(this HttpContext http, CancellationToken cancellation)
    {
        if (SessionId(http.User) is { } id) await http.RequestServices.GetRequiredService<SessionService>().EndAsync(http.Caller(), id, cancellation);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    /// <summary>Who the request is from: the signed-in person, or anonymous, always with address and client.</summary>
    public static Caller Caller(this HttpContext http)
    {
        if (http.Items.TryGetValue(CallerItem, out var set) && set is Caller caller) return caller;
        var anonymous = http.AnonymousCaller();
        return http.User.Identity is { IsAuthenticated: true } && int.TryParse(http.User.FindFirstValue(ClaimTypes.NameIdentifier), CultureInfo.InvariantCulture, out var id)
            ? anonymous with { Kind = SubjectKind.User, Id = id, Name = http.User.Identity.Name ?? "" }
            : anonymous;
    }

    /// <summary>Says who the request is from, for doors with credentials of their own.</summary>
    public static void SetCaller(this HttpContext http, Caller caller) => http.Items[CallerItem] = caller;

    /// <summary>Nobody, from the request's address and client.</summary>
    public static Caller AnonymousCaller(this HttpContext http)
    {
        var client = http.Request.Headers.UserAgent.ToString();
        return Access.Caller.Anonymous with { Address = http.Connection.RemoteIpAddress?.ToString() ?? "", Client = client.Length > 256 ? client[..256] : client };
    }

    /// <summary>The session behind the request's cookie; null without one.</summary>
    public static SessionEntry? Session(this HttpContext http) => http.Items.TryGetValue(SessionItem, out var item) ? item as SessionEntry : null;

    /// <summary>The session id in a principal; null without one.</summary>
    public static Guid? SessionId(ClaimsPrincipal principal) => Guid.TryParse(principal.FindFirstValue(SessionClaim), out var id) ? id : null;

    static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionService>();
        // A circuit that polls or reconnects by itself is nobody at work; what a person does in it counts where the page asks who they are.
        var active = !context.HttpContext.Request.Path.StartsWithSegments("/_blazor");
        var entry = SessionId(context.Principal!) is { } id ? await sessions.CheckAsync(id, active, context.HttpContext.RequestAborted) : null;
        if (entry is null)
        {
            context.RejectPrincipal();
            return;
        }
        context.HttpContext.Items[SessionItem] = entry;
        // What the shell draws is as fresh as the session: names and the administration section follow a change at once.
        var identity = new ClaimsIdentity(context.Principal!.Identity);
        identity.AddClaim(new(DisplayNameClaim, entry.DisplayName));
        var policy = context.HttpContext.RequestServices.GetRequiredService<IAccessPolicy>();
        var caller = Access.Caller.Anonymous with { Kind = SubjectKind.User, Id = entry.UserId, Name = entry.Name };
        if (await policy.MayAsync(caller, Permissions.UserList, AccessTarget.System, context.HttpContext.RequestAborted)) identity.AddClaim(new(ClaimTypes.Role, AdministratorRole));
        context.ReplacePrincipal(new(identity));
    }
}

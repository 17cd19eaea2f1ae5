using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Portal.Access;

namespace Portal.Web;

/// <summary>Who a page or an event is from. In a circuit the session is asked again each time, so that a withdrawn sign-in is noticed at the next event.</summary>
public sealed class CurrentCaller(AuthenticationStateProvider authentication, SessionService sessions, IHttpContextAccessor http)
{
    /// <summary>The signed-in person, or anonymous.</summary>
    public async ValueTask<Caller> GetAsync(CancellationToken cancellation = default)
    {
        if (http.HttpContext is { WebSockets.IsWebSocketRequest: false } request) return request.Caller();
        var state = await authentication.GetAuthenticationStateAsync();
        if (PortalAuthentication.SessionId(state.User) is not { } id) return Caller.Anonymous;
        return await sessions.CheckAsync(id, active: true, cancellation) is { } session
            ? Caller.Anonymous with { Kind = SubjectKind.User, Id = session.UserId, Name = session.Name }
            : Caller.Anonymous;
    }
}

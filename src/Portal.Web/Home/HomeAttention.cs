using Portal.Access;
using Portal.Audit;
using Portal.Kernel;

namespace Portal.Web.Home;

/// <summary>What the home page asks a person to look at. Each question is asked only for who may act on the answer.</summary>
public sealed class HomeAttention(AuditQueries audit, IAccessPolicy policy, TimeProvider time)
{
    /// <summary>How many sign-ins were refused since the beginning of yesterday (UTC), and since when; 0 for who may not read the system's audit log.</summary>
    public async Task<(long Count, DateTimeOffset Since)> RefusedSignInsAsync(Caller caller, CancellationToken cancellation)
    {
        var since = new DateTimeOffset(time.GetUtcNow().UtcDateTime.Date.AddDays(-1), TimeSpan.Zero);
        if (!await policy.MayAsync(caller, Permissions.AuditLogList, AccessTarget.System, cancellation)) return (0, since);
        var page = await audit.PageAsync(new(Action: AuditActions.SignIn, Success: false, From: since), null, new(0, 1), cancellation);
        return (page.Total, since);
    }
}

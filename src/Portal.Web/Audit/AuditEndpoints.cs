using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Audit;
using Portal.Projects;

namespace Portal.Web.Audit;

/// <summary>The audit log as a file, with the filters of the page in its address.</summary>
static class AuditEndpoints
{
    /// <summary>The most rows in a file; the newest are taken.</summary>
    public const int MaxRows = 50_000;

    public static void MapAuditExport(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/projects/{project}/audit.csv", ProjectAsync).RequireAuthorization();
        routes.MapGet(PortalUrls.AdministrationAuditExport, SystemAsync).RequireAuthorization();
    }

    static async Task ProjectAsync(string project, HttpContext http, ProjectQueries projects, AuditQueries audit, TimeProvider time)
    {
        var found = await projects.ResolveAsync(http.Caller(), project, Permissions.LogList, http.RequestAborted);
        if (!found.Ok)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        await WriteAsync(http, audit, AuditView.Filter(name => http.Request.Query[name], found.Value.Id), found.Value.Name, time);
    }

    static async Task SystemAsync(HttpContext http, IAccessPolicy policy, AuditQueries audit, TimeProvider time)
    {
        if (!await policy.MayAsync(http.Caller(), Permissions.AuditLogList, AccessTarget.System, http.RequestAborted))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        await WriteAsync(http, audit, AuditView.Filter(name => http.Request.Query[name], null), "portal", time);
    }

    static async Task WriteAsync(HttpContext http, AuditQueries audit, AuditFilter filter, string name, TimeProvider time)
    {
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}-audit-{time.GetUtcNow():yyyyMMdd-HHmmss}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(Csv.Line("time", "actor", "action", "type", "resource", "result", "address", "client", "before", "after"), http.RequestAborted);
        await foreach (var row in audit.StreamAsync(filter, MaxRows, http.RequestAborted))
            await http.Response.WriteAsync(Csv.Line(row.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), row.Actor, row.Action, row.ResourceType, row.Resource, row.Success ? "ok" : "refused", row.Address, row.Client, row.Before, row.After), http.RequestAborted);
    }
}

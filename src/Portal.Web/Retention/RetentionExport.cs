using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Projects;
using Portal.Retention;
using Portal.Web.Audit;

namespace Portal.Web.Retention;

/// <summary>The verdicts of a run as a file.</summary>
static class RetentionExport
{
    public static void MapRetentionExport(this IEndpointRouteBuilder routes) => routes.MapGet("/projects/{project}/retention/runs/{plan:long}/verdicts.csv", WriteAsync).RequireAuthorization();

    static async Task WriteAsync(string project, long plan, HttpContext http, ProjectQueries projects, RetentionQueries retention)
    {
        var found = await projects.ResolveAsync(http.Caller(), project, Permissions.RetentionList, http.RequestAborted);
        var stored = found.Ok ? await retention.PlanAsync(http.Caller(), found.Value, plan, http.RequestAborted) : found.Error;
        if (!found.Ok || !stored.Ok)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = string.Create(CultureInfo.InvariantCulture, $"attachment; filename=\"{found.Value.Name}-retention-{plan}.csv\"");
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(Csv.Line("repository", "tag", "digest", "verdict", "rule", "reason", "pushed", "bytes"), http.RequestAborted);
        await foreach (var v in retention.AllVerdictsAsync(stored.Value, null, http.RequestAborted))
            await http.Response.WriteAsync(Csv.Line(v.Repository, v.Tag, v.Digest, v.Verdict.ToString().ToLowerInvariant(), v.Rule, v.Reason, v.PushedAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                v.Bytes.ToString(CultureInfo.InvariantCulture)), http.RequestAborted);
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Kernel;
using Portal.Projects;
using Portal.Web.Audit;

namespace Portal.Web.Projects;

/// <summary>The answer of an access page as a file, with the question in its address.</summary>
static class AccessExport
{
    /// <summary>The most holders in a file; the first by name are taken.</summary>
    public const int MaxRows = 10_000;

    public static void MapAccessExport(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/projects/{project}/access.csv", ProjectAsync).RequireAuthorization();
        routes.MapGet(PortalUrls.AdministrationAccessExport, SystemAsync).RequireAuthorization();
    }

    static async Task ProjectAsync(string project, HttpContext http, ProjectQueries projects, AccessAnswers answers, TimeProvider time)
    {
        var found = await projects.ResolveAsync(http.Caller(), project, Permissions.MemberList, http.RequestAborted);
        if (found.Ok) await WriteAsync(http, answers, found.Value, time);
        else http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    static async Task SystemAsync(HttpContext http, IAccessPolicy policy, AccessAnswers answers, TimeProvider time)
    {
        if (await policy.MayAsync(http.Caller(), Permissions.UserList, AccessTarget.System, http.RequestAborted)) await WriteAsync(http, answers, null, time);
        else http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    static async Task WriteAsync(HttpContext http, AccessAnswers answers, ProjectEntry? inside, TimeProvider time)
    {
        var question = AccessQuestion.From(name => http.Request.Query[name] is [{ Length: > 0 } value] ? value : null);
        var first = await answers.AnswerAsync(http.Caller(), question, inside, new PageRequest(0, PageRequest.MaxTake, "name"), http.RequestAborted);
        if (first.Rights is null && first.Holders is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var place = inside is null ? question.Place : question.Place.Length == 0 ? inside.Name : $"{inside.Name}/{question.Place}";
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{inside?.Name ?? "portal"}-access-{time.GetUtcNow():yyyyMMdd-HHmmss}.csv\"";
        http.Response.Headers.CacheControl = "no-store";
        await http.Response.WriteAsync(Csv.Line("subject", "kind", "right", "place", "allowed", "source", "role", "group", "binding", "until"), http.RequestAborted);
        if (first.Rights is { } rights) await WriteRightsAsync(http, rights, first.InProject, place);
        else await WriteHoldersAsync(http, answers, question, inside, first, place);
    }

    static async Task WriteRightsAsync(HttpContext http, EffectiveRights rights, bool inProject, string place)
    {
        foreach (var right in rights.Rights.Where(r => !inProject || PermissionWords.OfProjects.Has(r.Permission)))
            foreach (var reason in right.Reasons.Count > 0 ? right.Reasons : [null!])
                await http.Response.WriteAsync(Line(rights.Name, rights.Kind, right.Permission, place, right.Allowed, reason), http.RequestAborted);
    }

    static async Task WriteHoldersAsync(HttpContext http, AccessAnswers answers, AccessQuestion question, ProjectEntry? inside, AccessAnswer answer, string place)
    {
        for (var skip = 0; skip < MaxRows && answer.Holders is { } holders && holders.Page.Items.Count > 0; skip += PageRequest.MaxTake)
        {
            foreach (var holder in holders.Page.Items)
                foreach (var reason in holder.Reasons)
                    await http.Response.WriteAsync(Line(holder.Name, holder.Kind, question.Right!.Value, place, true, reason), http.RequestAborted);
            if (skip + PageRequest.MaxTake >= holders.Page.Total) return;
            answer = await answers.AnswerAsync(http.Caller(), question, inside, new PageRequest(skip + PageRequest.MaxTake, PageRequest.MaxTake, "name"), http.RequestAborted);
        }
    }

    static string Line(string subject, SubjectKind kind, Permission right, string place, bool allowed, AccessReason? reason) => Csv.Line(subject, kind.ToString().ToLowerInvariant(), right.ToString(), place.Length > 0 ? place : "system",
        allowed ? "yes" : "no", reason?.Source.ToString().ToLowerInvariant(), reason?.Role, reason?.Group, reason?.BindingId?.ToString(CultureInfo.InvariantCulture), reason?.Until?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
}

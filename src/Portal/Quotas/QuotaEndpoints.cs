using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Api;

namespace Portal.Quotas;

/// <summary><c>/quotas</c> of the Harbor v2.0 API, and Portal's own additions under <c>/api/portal</c>.</summary>
public static class QuotaEndpoints
{
    const string Tag = "quota";
    const string Storage = "storage";

    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal)
    {
        ["hard.storage"] = "limit",
        ["used.storage"] = "size",
        ["creation_time"] = "created",
        ["update_time"] = "changed",
    };

    public static void MapQuotas(this IEndpointRouteBuilder api)
    {
        api.MapGet("/quotas", ListAsync).Describe("listQuotas", Tag, "List the quotas of all projects", 400, 422).Answers<QuotaJson[]>();
        api.MapGet("/quotas/{id}", GetAsync).Describe("getQuota", Tag, "One quota", 404).Answers<QuotaJson>();
        api.MapPut("/quotas/{id}", UpdateAsync).Describe("updateQuota", Tag, "Set the limit of a project", 400, 404).Answers();
    }

    /// <summary>What Harbor's API has no place for.</summary>
    public static void MapQuotaExtras(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/quotas/{id}", DetailsAsync).Describe("getQuotaDetails", Tag, "The limits of a project and where its bytes are", 404).Answers<QuotaDetailsJson>();
        portal.MapPut("/quotas/{id}/repositories", RepositoriesAsync).Describe("updateRepositoryLimits", Tag, "Set the limits of each repository of a project", 400, 404).Answers();
        portal.MapPost("/quotas/{id}/recount", RecountAsync).Describe("recountQuota", Tag, "Count a project's bytes anew and mend the account", 404).Answers<RecountJson>();
        portal.MapPost("/quotas/{id}/requests", AskAsync).Describe("createQuotaRequest", Tag, "Ask for a higher limit", 400, 404, 409).Answers(201);
        portal.MapGet("/quota-requests", RequestsAsync).Describe("listQuotaRequests", Tag, "List requests for higher limits, open ones first", 422).Answers<QuotaRequestJson[]>();
        portal.MapPut("/quota-requests/{id}", DecideAsync).Describe("decideQuotaRequest", Tag, "Grant or decline a request", 400, 404, 409).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, QuotaQueries quotas, [AsParameters] ListQuery list, [FromQuery, Description("project, the only kind there is.")] string? reference,
        [FromQuery, Description("The project's id.")] string? reference_id, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts, "-created");
        if (!asked.Ok) return asked.Error.Reply();
        // what nothing can match is asked for as a project that there is not
        int? project = reference is not (null or "" or "project") ? 0 : string.IsNullOrEmpty(reference_id) ? null : int.TryParse(reference_id, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
        var page = await quotas.ListAsync(http.Caller(), asked.Value.Page, project, cancellation);
        return page.Ok ? http.List(asked.Value, page.Value, QuotaJson.From) : page.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, QuotaQueries quotas, int id, CancellationToken cancellation) =>
        (await quotas.FindAsync(http.Caller(), id, cancellation)).Reply(QuotaJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, QuotaService quotas, IAccessPolicy policy, int id, QuotaUpdateReq body, CancellationToken cancellation)
    {
        if (body.Hard is { Count: 1 } hard && hard.TryGetValue(Storage, out var bytes)) return (await quotas.UpdateAsync(http.Caller(), id, new(bytes), cancellation)).Reply();
        return (await policy.RefuseAsync(http.Caller(), Permissions.QuotaUpdate, cancellation) ?? QuotaErrors.Hard).Reply();
    }

    static async Task<IResult> DetailsAsync(HttpContext http, QuotaQueries quotas, int id, CancellationToken cancellation)
    {
        var row = await quotas.OfProjectAsync(http.Caller(), id, cancellation);
        if (!row.Ok) return row.Error.Reply();
        return (await quotas.UsageAsync(http.Caller(), id, cancellation)).Reply(usage => new QuotaDetailsJson
        {
            ProjectId = id,
            Limit = row.Value.Limit,
            UniqueBytes = usage.Unique,
            LogicalBytes = usage.Logical,
            SharedBytes = usage.Shared,
            RepositoryStorage = row.Value.RepositoryLimit,
            RepositoryTags = row.Value.TagLimit,
        });
    }

    static async Task<IResult> RepositoriesAsync(HttpContext http, QuotaService quotas, int id, RepositoryLimitsReq body, CancellationToken cancellation) =>
        (await quotas.UpdateAsync(http.Caller(), id, new(null, body.RepositoryStorage, body.RepositoryTags, Inherit: true), cancellation)).Reply();

    static async Task<IResult> RecountAsync(HttpContext http, QuotaService quotas, int id, CancellationToken cancellation) =>
        (await quotas.RecountAsync(http.Caller(), id, cancellation)).Reply(r => new RecountJson { Booked = r.Booked, Counted = r.Counted, Mended = r.Differed });

    static async Task<IResult> AskAsync(HttpContext http, QuotaRequestService requests, int id, QuotaRequestReq body, CancellationToken cancellation)
    {
        var made = await requests.AskAsync(http.Caller(), id, body.Bytes, body.Reason, cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/quota-requests/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> RequestsAsync(HttpContext http, QuotaQueries quotas, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts);
        if (!asked.Ok) return asked.Error.Reply();
        var page = await quotas.RequestsAsync(http.Caller(), asked.Value.Page, cancellation);
        return page.Ok ? http.List(asked.Value, page.Value, QuotaRequestJson.From) : page.Error.Reply();
    }

    static async Task<IResult> DecideAsync(HttpContext http, QuotaRequestService requests, int id, QuotaDecisionReq body, CancellationToken cancellation) =>
        (await requests.DecideAsync(http.Caller(), id, body.Grant, body.Answer, cancellation)).Reply();
}

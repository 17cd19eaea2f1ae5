using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Artifacts;

namespace Portal.Trash;

/// <summary>The trash under <c>/api/portal</c>: Harbor's API has none.</summary>
public static class TrashEndpoints
{
    const string Tag = "trash";

    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal)
    {
        ["name"] = "name",
        ["deleted_at"] = "deleted",
        ["expires_at"] = "expires",
        ["size"] = "size",
        ["deleted_by"] = "actor",
    };

    public static void MapTrash(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/trash", ListAllAsync).Describe("listTrash", Tag, "List the trash of all projects", 400, 422).Answers<TrashJson[]>();
        portal.MapGet("/trash/settings", SettingsAsync).Describe("getTrashSettings", Tag, "The defaults of the trash").Answers<TrashSettingsJson>();
        portal.MapPut("/trash/settings", ConfigureAsync).Describe("updateTrashSettings", Tag, "Set the defaults of the trash", 400).Answers();
        portal.MapGet("/trash/{id}", FindAsync).Describe("getTrashEntry", Tag, "One deletion with what is in it", 404, 422).Answers<TrashDetailJson>();
        portal.MapPost("/trash/{id}/restore", RestoreAsync).Describe("restoreTrashEntry", Tag, "Take a deletion back, under other names where asked", 400, 404, 409, 412).Answers<RestoreJson>();
        portal.MapPost("/trash/{id}/destroy", DestroyAsync).Describe("destroyTrashEntry", Tag, "Take a deletion out of the trash for good", 400, 404, 409).Answers();
        portal.MapPost("/trash/batches/{batch}/restore", RestoreBatchAsync).Describe("restoreTrashBatch", Tag, "Take a bulk deletion back", 404, 409, 412).Answers<RestoreJson>();
        portal.MapGet("/projects/{project_name}/trash", ListAsync).Describe("listProjectTrash", Tag, "List the trash of a project", 400, 404, 422).Answers<TrashJson[]>();
        portal.MapGet("/projects/{project_name}/trash/totals", TotalsAsync).Describe("getProjectTrashTotals", Tag, "How much lies in the trash of a project", 404).Answers<TrashTotalsJson>();
        portal.MapPut("/projects/{project_name}/trash/window", WindowAsync).Describe("updateProjectTrashWindow", Tag, "Set how long deletions of a project can be taken back", 400, 404).Answers();
        portal.MapPost("/projects/{project_name}/bulk-deletion/preview", PreviewAsync).Describe("previewBulkDeletion", Tag, "What a bulk deletion would take and leave", 400, 404).Answers<BulkJson>();
        portal.MapPost("/projects/{project_name}/bulk-deletion", BulkAsync).Describe("createBulkDeletion", Tag, "Move what patterns choose to the trash", 400, 404, 409).Answers<BulkJson>();
    }

    static Task<IResult> ListAllAsync(HttpContext http, TrashQueries trash, [AsParameters] ListQuery list, [AsParameters] TrashQuery query, CancellationToken cancellation) => ListAsync(http, trash, null!, list, query, cancellation);

    static async Task<IResult> ListAsync(HttpContext http, TrashQueries trash, string project_name, [AsParameters] ListQuery list, [AsParameters] TrashQuery query, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts, "-deleted");
        if (!asked.Ok) return asked.Error.Reply();
        if (query.Kind is { Length: > 0 } && !Enum.TryParse<DeletionKind>(query.Kind, true, out _)) return Kernel.Error.Invalid("kind", "kind is tag, artifact, repository or project.").Reply();
        if (query.Cause is { Length: > 0 } && !Enum.TryParse<DeletionCause>(query.Cause, true, out _)) return Kernel.Error.Invalid("cause", "cause is asked, retention, untagged or bulk.").Reply();
        var filter = new TrashFilter(string.IsNullOrEmpty(query.Kind) ? null : Enum.Parse<DeletionKind>(query.Kind, true), string.IsNullOrEmpty(query.Cause) ? null : Enum.Parse<DeletionCause>(query.Cause, true), query.Batch);
        var page = await trash.ListAsync(http.Caller(), project_name, filter, asked.Value.Page with { Filter = query.Text }, cancellation);
        return page.Ok ? http.List(asked.Value, page.Value, TrashJson.From) : page.Error.Reply();
    }

    static async Task<IResult> FindAsync(HttpContext http, TrashQueries trash, long id, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts);
        return asked.Ok ? (await trash.FindAsync(http.Caller(), id, asked.Value.Page, cancellation)).Reply(TrashDetailJson.From) : asked.Error.Reply();
    }

    static async Task<IResult> TotalsAsync(HttpContext http, TrashQueries trash, string project_name, CancellationToken cancellation) =>
        (await trash.TotalsAsync(http.Caller(), project_name, cancellation)).Reply(TrashTotalsJson.From);

    static async Task<IResult> SettingsAsync(HttpContext http, TrashQueries trash, CancellationToken cancellation) =>
        (await trash.TotalsAsync(http.Caller(), null, cancellation)).Reply(t => new TrashSettingsJson { Days = t.Days, CountsAgainstQuota = t.Counted });

    static async Task<IResult> ConfigureAsync(HttpContext http, TrashService trash, TrashSettingsJson body, CancellationToken cancellation) =>
        (await trash.ConfigureAsync(http.Caller(), new(body.Days, body.CountsAgainstQuota), cancellation)).Reply();

    static async Task<IResult> RestoreAsync(HttpContext http, TrashService trash, long id, RestoreReq body, CancellationToken cancellation) =>
        (await trash.RestoreAsync(http.Caller(), id, new(body.Tags, body.Repository), body.Project, cancellation)).Reply(RestoreJson.From);

    static async Task<IResult> RestoreBatchAsync(HttpContext http, TrashService trash, Guid batch, CancellationToken cancellation) =>
        (await trash.RestoreBatchAsync(http.Caller(), batch, cancellation)).Reply(RestoreJson.From);

    static async Task<IResult> DestroyAsync(HttpContext http, TrashService trash, long id, DestroyReq body, CancellationToken cancellation) =>
        (await trash.DestroyAsync(http.Caller(), id, body.Name, cancellation)).Reply();

    static async Task<IResult> WindowAsync(HttpContext http, TrashService trash, string project_name, TrashWindowReq body, CancellationToken cancellation) =>
        (await trash.SetWindowAsync(http.Caller(), project_name, body.Days, cancellation)).Reply();

    static async Task<IResult> PreviewAsync(HttpContext http, BulkDeletion bulk, string project_name, BulkReq body, CancellationToken cancellation) =>
        (await bulk.PreviewAsync(http.Caller(), project_name, Request(body), cancellation)).Reply(p => new BulkJson { Lines = [.. p.Lines.Select(BulkLineJson.From)], FreedBytes = p.FreedBytes, Fingerprint = p.Fingerprint });

    static async Task<IResult> BulkAsync(HttpContext http, BulkDeletion bulk, string project_name, BulkReq body, CancellationToken cancellation) =>
        (await bulk.ExecuteAsync(http.Caller(), project_name, Request(body), body.Fingerprint, cancellation)).Reply(o => new BulkJson { Lines = [.. o.Lines.Select(BulkLineJson.From)], Batch = o.Batch, Fingerprint = body.Fingerprint ?? "" });

    static BulkRequest Request(BulkReq body) => new(body.Repositories ?? "", body.Tags ?? "", body.Reason ?? "");
}

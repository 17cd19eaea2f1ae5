using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Jobs.Upkeep;

/// <summary><c>/system/purgeaudit</c> of the Harbor v2.0 API.</summary>
public static class AuditPurgeEndpoints
{
    const string Tag = "purge";
    const string Root = "/system/purgeaudit";

    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["id"] = "id", ["creation_time"] = "id", ["job_status"] = "status", ["update_time"] = "started" };

    public static void MapAuditPurge(this IEndpointRouteBuilder api)
    {
        api.MapGet(Root, ListAsync).Describe("getPurgeHistory", Tag, "Purges of the audit log", 422).Answers<ExecHistoryJson[]>();
        api.MapGet(Root + "/schedule", ScheduleAsync).Describe("getPurgeSchedule", Tag, "The schedule of purges; empty when there is none").Answers<ExecHistoryJson>();
        api.MapPost(Root + "/schedule", (HttpContext http, AuditPurgeService purges, IAccessPolicy policy, PurgeReq body, CancellationToken cancellation) => SetAsync(http, purges, policy, body, AuditPurgeService.CreateRight, 201, cancellation))
            .Describe("createPurgeSchedule", Tag, "Set the schedule, or purge now", 400).Answers(201);
        api.MapPut(Root + "/schedule", (HttpContext http, AuditPurgeService purges, IAccessPolicy policy, PurgeReq body, CancellationToken cancellation) => SetAsync(http, purges, policy, body, AuditPurgeService.UpdateRight, 200, cancellation))
            .Describe("updatePurgeSchedule", Tag, "Change the schedule, or purge now", 400).Answers();
        api.MapGet(Root + "/{purge_id}", GetAsync).Describe("getPurgeJob", Tag, "One purge", 404).Answers<ExecHistoryJson>();
        api.MapPut(Root + "/{purge_id}", StopAsync).Describe("stopPurge", Tag, "Stop a purge", 404).Answers();
        api.MapGet(Root + "/{purge_id}/log", LogAsync).Describe("getPurgeJobLog", Tag, "The log of a purge", 404).Answers<string>();
    }

    static async Task<IResult> ListAsync(HttpContext http, JobQueries queries, IAccessPolicy policy, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), AuditPurgeService.ListRight, cancellation) is { } refusal) return refusal.Reply();
        var asked = list.Read(Sorts, "-id");
        if (!asked.Ok) return asked.Error.Reply();
        var page = await queries.RunsAsync(new(AuditPurge.Name, Sort: asked.Value.Page.Sort ?? "-id", Page: asked.Value.Number, PageSize: asked.Value.Page.Take), cancellation);
        return http.List(asked.Value, new Page<JobRunRow>(page.Rows, page.Total), ExecHistoryJson.From);
    }

    static async Task<IResult> GetAsync(HttpContext http, AuditPurgeService purges, long purge_id, CancellationToken cancellation) =>
        (await purges.FindAsync(http.Caller(), purge_id, cancellation)).Reply(ExecHistoryJson.From);

    static async Task<IResult> StopAsync(HttpContext http, AuditPurgeService purges, long purge_id, CancellationToken cancellation) => (await purges.StopAsync(http.Caller(), purge_id, cancellation)).Reply();

    static async Task<IResult> LogAsync(HttpContext http, AuditPurgeService purges, JobQueries queries, long purge_id, CancellationToken cancellation)
    {
        var run = await purges.FindAsync(http.Caller(), purge_id, cancellation);
        return run.Ok ? Results.Text(await queries.LogAsync(purge_id, cancellation) ?? "") : run.Error.Reply();
    }

    static async Task<IResult> ScheduleAsync(HttpContext http, JobQueries queries, IAccessPolicy policy, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), AuditPurgeService.ReadRight, cancellation) is { } refusal) return refusal.Reply();
        return await queries.ScheduleAsync(AuditPurge.Name, 0, cancellation) is { } row ? Results.Ok(ExecHistoryJson.From(row)) : Results.Ok();
    }

    static async Task<IResult> SetAsync(HttpContext http, AuditPurgeService purges, IAccessPolicy policy, PurgeReq body, Permission right, int done, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (await policy.RefuseAsync(caller, right, cancellation) is { } refusal) return refusal.Reply();
        var cron = ScheduleTypes.CronOf(body.Schedule);
        if (!cron.Ok) return cron.Error.Reply();
        if (body.Schedule!.Type == ScheduleTypes.None) return Answer(await purges.ScheduleAsync(caller, null, null, cancellation), done);
        var asked = body.Parameters ?? new();
        var parameters = AuditPurgeParameters.Create(asked.AuditRetentionHour, asked.IncludeEventTypes, asked.DryRun);
        if (!parameters.Ok) return parameters.Error.Reply();
        if (cron.Value is not null) return Answer(await purges.ScheduleAsync(caller, cron.Value, parameters.Value, cancellation), done);
        var run = await purges.StartAsync(caller, parameters.Value, cancellation);
        return !run.Ok ? run.Error.Reply() : done == 200 ? Results.Ok() : ResultReplies.Created(FormattableString.Invariant($"/api/v2.0{Root}/{run.Value}"));
    }

    static IResult Answer(Result result, int done) => !result.Ok ? result.Error.Reply() : done == 201 ? ResultReplies.Created($"/api/v2.0{Root}/schedule") : Results.Ok();
}

/// <summary>A purge or the schedule of purges.</summary>
[Wire]
public sealed class ExecHistoryJson
{
    public long Id { get; init; }
    public string JobName { get; init; } = "";

    /// <summary>MANUAL or SCHEDULE.</summary>
    public string JobKind { get; init; } = "";
    public string JobParameters { get; init; } = "";
    public ScheduleObjJson? Schedule { get; init; }
    public string JobStatus { get; init; } = "";
    public bool Deleted { get; init; }
    public DateTimeOffset CreationTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    internal static ExecHistoryJson From(JobRunRow row) => new()
    {
        Id = row.Id,
        JobName = row.Kind,
        JobKind = row.Trigger.ToString().ToUpperInvariant(),
        JobParameters = row.Parameters,
        Schedule = new() { Type = row.Trigger == JobTrigger.Schedule ? "Schedule" : ScheduleTypes.Manual },
        JobStatus = row.Status.ToString(),
        CreationTime = row.QueuedAt,
        UpdateTime = row.EndedAt ?? row.StartedAt ?? row.QueuedAt,
    };

    internal static ExecHistoryJson From(JobScheduleRow row) => new()
    {
        Id = row.Id,
        JobName = row.Kind,
        JobKind = "SCHEDULE",
        JobParameters = row.Parameters,
        Schedule = new() { Type = ScheduleTypes.Of(row.Cron), Cron = row.Cron, NextScheduledTime = row.Next.Count > 0 ? row.Next[0] : null },
        CreationTime = row.CreatedAt,
        UpdateTime = row.UpdatedAt,
    };
}

[Wire]
public sealed class PurgeReq
{
    public ScheduleObjJson? Schedule { get; init; }
    public PurgeParametersJson? Parameters { get; init; }
}

[Wire]
public sealed class PurgeParametersJson
{
    /// <summary>Rows younger than this stay, 1 to 240000.</summary>
    public int AuditRetentionHour { get; init; }

    /// <summary>A list parted by commas such as create_artifact,pull_artifact; other stands for all but the first three; all when left out.</summary>
    public string? IncludeEventTypes { get; init; }
    public bool DryRun { get; init; }
}

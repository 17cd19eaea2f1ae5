using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Jobs;
using Portal.Kernel;

namespace Portal.GarbageCollection;

/// <summary><c>/system/gc</c> of the Harbor v2.0 API, and Portal's own additions under <c>/api/portal</c>.</summary>
public static class GarbageEndpoints
{
    const string Tag = "gc";

    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["id"] = "id", ["creation_time"] = "id", ["job_status"] = "status", ["update_time"] = "started" };

    public static void MapGarbageCollection(this IEndpointRouteBuilder api)
    {
        api.MapGet("/system/gc", ListAsync).Describe("getGCHistory", Tag, "List garbage collections", 400, 422).Answers<GcHistoryJson[]>();
        api.MapGet("/system/gc/{gc_id}", FindAsync).Describe("getGC", Tag, "One garbage collection", 404).Answers<GcHistoryJson>();
        api.MapPut("/system/gc/{gc_id}", StopAsync).Describe("stopGC", Tag, "Stop a garbage collection", 404).Answers();
        api.MapGet("/system/gc/{gc_id}/log", LogAsync).Describe("getGCLog", Tag, "The log of a garbage collection", 404).Answers<string>();
        api.MapGet("/system/gc/schedule", ScheduleAsync).Describe("getGCSchedule", Tag, "The schedule of garbage collection").Answers<GcHistoryJson>();
        api.MapPost("/system/gc/schedule", SetAsync).Describe("createGCSchedule", Tag, "Set the schedule, or start a run now", 400).Answers(201);
        api.MapPut("/system/gc/schedule", UpdateAsync).Describe("updateGCSchedule", Tag, "Change the schedule, or start a run now", 400).Answers();
    }

    /// <summary>What Harbor's API has no place for.</summary>
    public static void MapGarbageExtras(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/garbage-collection/runs/{id}/report", ReportAsync).Describe("getGarbageReport", Tag, "What a garbage collection found and did", 404).Answers<GarbageReportJson[]>();
        portal.MapGet("/garbage-collection/settings", SettingsAsync).Describe("getGarbageSettings", Tag, "Pace, hours and grace of garbage collection").Answers<GarbageSettingsJson>();
        portal.MapPut("/garbage-collection/settings", ConfigureAsync).Describe("updateGarbageSettings", Tag, "Set pace, hours and grace of garbage collection", 400).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, GarbageQueries garbage, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var asked = list.Read(Sorts, "-id");
        if (!asked.Ok) return asked.Error.Reply();
        var (status, _) = asked.Value.Take("job_status");
        JobStatus? only = null;
        if (status is { Values: [var text, ..] })
        {
            if (!Enum.TryParse<JobStatus>(text, true, out var known)) return Error.Invalid("job_status", "job_status is Pending, Running, Success, Error or Stopped.").Reply();
            only = known;
        }
        var page = asked.Value.Page;
        var runs = await garbage.RunsAsync(http.Caller(), only, page.Sort ?? "-id", asked.Value.Number, page.Take, cancellation);
        return runs.Ok ? http.List(asked.Value, new Page<JobRunRow>(runs.Value.Rows, (int)runs.Value.Total), GcHistoryJson.From) : runs.Error.Reply();
    }

    static async Task<IResult> FindAsync(HttpContext http, GarbageQueries garbage, long gc_id, CancellationToken cancellation) => (await garbage.RunAsync(http.Caller(), gc_id, cancellation)).Reply(GcHistoryJson.From);

    static async Task<IResult> StopAsync(HttpContext http, GarbageService garbage, long gc_id, CancellationToken cancellation) => (await garbage.StopAsync(http.Caller(), gc_id, cancellation)).Reply();

    static async Task<IResult> LogAsync(HttpContext http, GarbageQueries garbage, long gc_id, CancellationToken cancellation)
    {
        var log = await garbage.LogAsync(http.Caller(), gc_id, cancellation);
        return log.Ok ? Results.Text(log.Value) : log.Error.Reply();
    }

    static async Task<IResult> ScheduleAsync(HttpContext http, GarbageQueries garbage, CancellationToken cancellation)
    {
        var schedule = await garbage.ScheduleAsync(http.Caller(), cancellation);
        if (!schedule.Ok) return schedule.Error.Reply();
        return schedule.Value is [var row] ? Results.Ok(GcHistoryJson.From(row)) : Results.Ok();
    }

    static async Task<IResult> SetAsync(HttpContext http, GarbageService garbage, GcScheduleReq body, CancellationToken cancellation)
    {
        var set = await ApplyAsync(http, garbage, body, cancellation);
        if (!set.Ok) return set.Error.Reply();
        return set.Value > 0 ? ResultReplies.Created(FormattableString.Invariant($"/api/v2.0/system/gc/{set.Value}")) : Results.Created();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, GarbageService garbage, GcScheduleReq body, CancellationToken cancellation)
    {
        var set = await ApplyAsync(http, garbage, body, cancellation);
        return set.Ok ? Results.Ok() : set.Error.Reply();
    }

    // the id of a run that was started; 0 for a schedule
    static async Task<Result<long>> ApplyAsync(HttpContext http, GarbageService garbage, GcScheduleReq body, CancellationToken cancellation)
    {
        var asked = body.Parameters ?? new();
        if (asked.Workers is < 1 or > 10) return GarbageErrors.Workers;
        var parameters = new GarbageParameters(asked.DeleteUntagged, asked.DryRun);
        if (body.Schedule?.Type is "Manual") return await garbage.StartAsync(http.Caller(), parameters, cancellation);
        var schedule = body.Schedule is { Type: { } type and not "None" } ? new GarbageSchedule(type, body.Schedule.Cron) : null;
        if (body.Schedule?.Type is null) return GarbageErrors.Type;
        var set = await garbage.ScheduleAsync(http.Caller(), schedule, parameters, cancellation);
        return set.Ok ? 0 : set.Error;
    }

    static async Task<IResult> ReportAsync(HttpContext http, GarbageQueries garbage, long id, CancellationToken cancellation) =>
        (await garbage.ReportAsync(http.Caller(), id, cancellation)).Reply(r => r.Select(GarbageReportJson.From));

    static async Task<IResult> SettingsAsync(HttpContext http, GarbageQueries garbage, CancellationToken cancellation) => (await garbage.SettingsAsync(http.Caller(), cancellation)).Reply(s => new GarbageSettingsJson
    {
        GraceMinutes = s.GraceMinutes,
        ItemsPerSecond = s.ItemsPerSecond,
        FromHour = s.FromHour,
        ToHour = s.ToHour,
        SampledTags = s.SampledTags,
    });

    static async Task<IResult> ConfigureAsync(HttpContext http, GarbageService garbage, GarbageSettingsJson body, CancellationToken cancellation) =>
        (await garbage.ConfigureAsync(http.Caller(), new(body.GraceMinutes, body.ItemsPerSecond, body.FromHour, body.ToHour, body.SampledTags), cancellation)).Reply();
}

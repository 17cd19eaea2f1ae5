using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary><c>/jobservice</c> and <c>/schedules</c> of the Harbor v2.0 API.</summary>
public static class JobEndpoints
{
    const string Tag = "jobservice";
    const string All = "all";

    public static void MapJobs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/jobservice/pools", PoolsAsync).Describe("getWorkerPools", Tag, "The nodes that take runs").Answers<WorkerPoolJson[]>();
        api.MapGet("/jobservice/pools/{pool_id}/workers", WorkersAsync).Describe("getWorkers", Tag, "The workers of a node, or of all", 404).Answers<WorkerJson[]>();
        api.MapPut("/jobservice/jobs/{job_id}", StopAsync).Describe("stopRunningJob", Tag, "Stop a run, or all that are under way or wait", 404).Answers();
        api.MapGet("/jobservice/jobs/{job_id}/log", LogAsync).Describe("actionGetJobLog", Tag, "The log of a run", 404).Answers<string>();
        api.MapGet("/jobservice/queues", QueuesAsync).Describe("listJobQueues", Tag, "What waits, by kind").Answers<JobQueueJson[]>();
        api.MapPut("/jobservice/queues/{job_type}", ActAsync).Describe("actionPendingJobs", Tag, "Stop what waits of a kind or of all, or pause or resume it", 400, 404).Answers();
        api.MapGet("/schedules", SchedulesAsync).Describe("listSchedules", "schedule", "All schedules", 422).Answers<ScheduleTaskJson[]>();
        api.MapGet("/schedules/{job_type}/paused", PausedAsync).Describe("getSchedulePaused", "schedule", "Whether schedules are paused", 400).Answers<SchedulerStatusJson>();
    }

    static async Task<IResult> PoolsAsync(HttpContext http, IAccessPolicy policy, WorkQueries work, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Oversee, cancellation) is { } refusal) return refusal.Reply();
        return Results.Ok((await work.NodesAsync(cancellation)).Select(WorkerPoolJson.From));
    }

    static async Task<IResult> WorkersAsync(HttpContext http, IAccessPolicy policy, WorkQueries work, string pool_id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Oversee, cancellation) is { } refusal) return refusal.Reply();
        var nodes = (await work.NodesAsync(cancellation)).Where(n => pool_id == All || n.Id == pool_id).ToList();
        return nodes.Count == 0 && pool_id != All ? JobErrors.PoolNotFound.Reply() : Results.Ok(nodes.SelectMany(WorkerJson.From));
    }

    static async Task<IResult> StopAsync(HttpContext http, IAccessPolicy policy, JobService jobs, string job_id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Operate, cancellation) is { } refusal) return refusal.Reply();
        if (job_id != All) return long.TryParse(job_id, NumberStyles.None, CultureInfo.InvariantCulture, out var run) ? (await jobs.StopAsync(http.Caller(), run, cancellation)).Reply() : JobErrors.RunNotFound.Reply();
        await jobs.StopAllAsync(http.Caller(), null, false, cancellation);
        return Results.Ok();
    }

    static async Task<IResult> LogAsync(HttpContext http, IAccessPolicy policy, JobQueries queries, string job_id, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Oversee, cancellation) is { } refusal) return refusal.Reply();
        if (!long.TryParse(job_id, NumberStyles.None, CultureInfo.InvariantCulture, out var run)) return JobErrors.RunNotFound.Reply();
        return await queries.LogAsync(run, cancellation) is { } log ? Results.Text(log) : JobErrors.RunNotFound.Reply();
    }

    static async Task<IResult> QueuesAsync(HttpContext http, IAccessPolicy policy, WorkQueries work, TimeProvider time, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Oversee, cancellation) is { } refusal) return refusal.Reply();
        var now = time.GetUtcNow();
        return Results.Ok((await work.QueuesAsync(cancellation)).Select(q => JobQueueJson.From(q, now)));
    }

    static async Task<IResult> ActAsync(HttpContext http, IAccessPolicy policy, JobService jobs, QueueService queues, WorkQueries work, string job_type, ActionReq body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (await policy.RefuseAsync(caller, JobRights.Operate, cancellation) is { } refusal) return refusal.Reply();
        if (body.Action is "pause" or "resume")
        {
            var paused = body.Action == "pause";
            return (job_type == All ? await queues.PauseAllAsync(caller, paused, cancellation) : await queues.PauseAsync(caller, job_type, paused, cancellation)).Reply();
        }
        if (body.Action != "stop") return JobErrors.Action.Reply();
        if (job_type != All && !(await work.QueuesAsync(cancellation)).Any(q => q.Kind == job_type)) return JobErrors.KindNotFound.Reply();
        await jobs.StopAllAsync(caller, job_type == All ? null : job_type, true, cancellation);
        return Results.Ok();
    }

    static async Task<IResult> SchedulesAsync(HttpContext http, IAccessPolicy policy, JobQueries queries, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        if (await policy.RefuseAsync(http.Caller(), JobRights.Oversee, cancellation) is { } refusal) return refusal.Reply();
        var asked = list.Read(new Dictionary<string, string>());
        if (!asked.Ok) return asked.Error.Reply();
        return http.List(asked.Value, await queries.SchedulesAsync(asked.Value.Page, cancellation), ScheduleTaskJson.From);
    }

    static async Task<IResult> PausedAsync(HttpContext http, JobQueries queries, string job_type, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (job_type != All) return JobErrors.JobType.Reply();
        return Results.Ok(new SchedulerStatusJson { Paused = await queries.SchedulesPausedAsync(cancellation) });
    }
}

using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Jobs;

/// <summary>Runs under <c>/api/portal</c>: overseers of the system see all, others those of the projects whose record they may read. Missing and foreign answer alike.</summary>
public static class RunEndpoints
{
    const string Tag = "jobs";

    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["id"] = "id", ["status"] = "status", ["started_at"] = "started" };

    public static void MapRuns(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/jobs/runs", ListAsync).Describe("listJobRuns", Tag, "Runs, newest first", 400, 422).Answers<JobRunJson[]>();
        portal.MapGet("/jobs/runs/{id}", GetAsync).Describe("getJobRun", Tag, "One run", 404).Answers<JobRunJson>();
        portal.MapGet("/jobs/runs/{id}/tasks", TasksAsync).Describe("listJobTasks", Tag, "The parts of a run", 404, 422).Answers<JobTaskJson[]>();
        portal.MapGet("/jobs/runs/{id}/log", LogAsync).Describe("getJobRunLog", Tag, "The log of a run", 404).Answers<string>();
        portal.MapPost("/jobs/runs/{id}/stop", StopAsync).Describe("stopJobRun", Tag, "Stop a run", 404).Answers();
        portal.MapPost("/jobs/runs/{id}/retry", RetryAsync).Describe("retryJobRun", Tag, "Do the work of an ended run again", 404, 409).Answers(201);
    }

    static async Task<IResult> ListAsync(HttpContext http, JobRights rights, JobQueries queries, JobCatalogue kinds, [AsParameters] ListQuery list, [FromQuery, Description("The kind, such as RETENTION.")] string? kind,
        [FromQuery, Description("Pending, Running, Success, Error or Stopped.")] string? status, [FromQuery, Description("Only of this project.")] int? project_id, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var asked = list.Read(Sorts, "-id");
        if (!asked.Ok) return asked.Error.Reply();
        JobStatus? wanted = null;
        if (status is not null)
        {
            if (!Enum.TryParse<JobStatus>(status, true, out var read) || int.TryParse(status, out _)) return Error.Invalid("status", "status is Pending, Running, Success, Error or Stopped.").Reply();
            wanted = read;
        }
        var (text, _) = asked.Value.Take("text");
        var page = asked.Value.Page;
        var found = await queries.RunsAsync(new(kind, null, project_id, wanted, page.Sort ?? "-id", asked.Value.Number, page.Take)
        {
            Projects = await rights.SeenProjectsAsync(http.Caller(), cancellation),
            Text = text is { Kind: ConditionKind.Contains or ConditionKind.Equal } ? text.Value : null,
        }, cancellation);
        return http.List(asked.Value, new Page<JobRunRow>(found.Rows, found.Total), row => JobRunJson.From(row, kinds.Title(row.Kind)));
    }

    static async Task<IResult> GetAsync(HttpContext http, RunDoor door, JobCatalogue kinds, long id, CancellationToken cancellation) =>
        (await door.FindAsync(http.Caller(), id, cancellation)).Reply(row => JobRunJson.From(row, kinds.Title(row.Kind)));

    static async Task<IResult> TasksAsync(HttpContext http, RunDoor door, JobQueries queries, long id, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var run = await door.FindAsync(http.Caller(), id, cancellation);
        if (!run.Ok) return run.Error.Reply();
        var asked = list.Read(Sorts);
        if (!asked.Ok) return asked.Error.Reply();
        var tasks = await queries.TasksAsync(id, asked.Value.Number, asked.Value.Page.Take, cancellation);
        return http.List(asked.Value, new Page<JobTaskRow>(tasks.Rows, tasks.Total), JobTaskJson.From);
    }

    static async Task<IResult> LogAsync(HttpContext http, RunDoor door, JobQueries queries, long id, CancellationToken cancellation)
    {
        var run = await door.FindAsync(http.Caller(), id, cancellation);
        return run.Ok ? Results.Text(await queries.LogAsync(id, cancellation) ?? "") : run.Error.Reply();
    }

    static async Task<IResult> StopAsync(HttpContext http, RunDoor door, long id, CancellationToken cancellation) => (await door.StopAsync(http.Caller(), id, cancellation)).Reply();

    static async Task<IResult> RetryAsync(HttpContext http, RunDoor door, long id, CancellationToken cancellation)
    {
        var made = await door.RetryAsync(http.Caller(), id, cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/jobs/runs/{made.Value}")) : made.Error.Reply();
    }
}

/// <summary>One run for whoever may see it, and stopping and retrying for whoever may do that.</summary>
public sealed class RunDoor(JobService jobs, JobQueries queries, JobRights rights)
{
    /// <summary>The run; missing and foreign alike not found.</summary>
    public async Task<Result<JobRunRow>> FindAsync(Caller caller, long id, CancellationToken cancellation)
    {
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded;
        return await queries.RunAsync(id, cancellation) is { } run && await rights.MaySeeAsync(caller, run.Kind, run.ProjectId, cancellation) ? run : JobErrors.RunNotFound;
    }

    public async Task<Result> StopAsync(Caller caller, long id, CancellationToken cancellation)
    {
        var run = await OperableAsync(caller, id, cancellation);
        return run.Ok ? await jobs.StopAsync(caller, id, cancellation) : run.Error;
    }

    public async Task<Result<long>> RetryAsync(Caller caller, long id, CancellationToken cancellation)
    {
        var run = await OperableAsync(caller, id, cancellation);
        return run.Ok ? await jobs.RetryAsync(caller, id, cancellation) : run.Error;
    }

    async Task<Result<JobRunRow>> OperableAsync(Caller caller, long id, CancellationToken cancellation)
    {
        var run = await FindAsync(caller, id, cancellation);
        if (!run.Ok) return run.Error;
        return await rights.MayStopAsync(caller, run.Value.Kind, run.Value.ProjectId, cancellation) ? run : AccessErrors.Lacks(JobRights.Operate);
    }
}

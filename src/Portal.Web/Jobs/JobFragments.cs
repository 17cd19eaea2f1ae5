using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Jobs;

namespace Portal.Web.Jobs;

/// <summary>The parts of pages that move by themselves, for the script that asks for them again.</summary>
static class JobFragments
{
    /// <summary>Lines of the end of a log on a page.</summary>
    public const int LogLines = 200;

    public static void MapJobFragments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/jobs/live", BoardAsync).RequireAuthorization();
        routes.MapGet("/jobs/{id:long}/live", RunAsync).RequireAuthorization();
    }

    static async Task<IResult> BoardAsync(HttpContext http, JobBoards boards, JobRights rights)
    {
        if (!await rights.MayOverseeAsync(http.Caller(), http.RequestAborted)) return Results.NotFound();
        http.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<JobsLive>(new { Board = await boards.LoadAsync(http.Caller(), http.RequestAborted) });
    }

    static async Task<IResult> RunAsync(HttpContext http, RunDoor door, JobQueries queries, long id, bool? log)
    {
        var run = await door.FindAsync(http.Caller(), id, http.RequestAborted);
        if (!run.Ok) return Results.NotFound();
        http.Response.Headers.CacheControl = "no-store";
        return new RazorComponentResult<RunLive>(new { Run = run.Value, Log = log == true ? await queries.LogEndAsync(id, LogLines, http.RequestAborted) : null });
    }
}

/// <summary>What is under way and what waits, as the dashboard shows it.</summary>
/// <param name="MayOperate">Whether the reader may stop, pause and resume.</param>
public sealed record JobBoard(IReadOnlyList<JobRunRow> Running, long RunningTotal, IReadOnlyList<JobQueueRow> Queues, IReadOnlyList<JobNodeRow> Nodes, bool MayOperate);

/// <summary>Reads the board.</summary>
public sealed class JobBoards(JobQueries queries, WorkQueries work, JobRights rights)
{
    /// <summary>Runs under way that are listed.</summary>
    public const int MostRunning = 50;

    public async Task<JobBoard> LoadAsync(Caller caller, CancellationToken cancellation)
    {
        var running = await queries.RunsAsync(new(Status: JobStatus.Running, Sort: "id", PageSize: MostRunning), cancellation);
        var queues = (await work.QueuesAsync(cancellation)).Where(q => q.Kind != JobQueue.Schedules).ToList();
        return new(running.Rows, running.Total, queues, await work.NodesAsync(cancellation), await rights.MayOperateAsync(caller, cancellation));
    }
}

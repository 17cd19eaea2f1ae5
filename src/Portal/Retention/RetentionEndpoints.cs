using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention.Evaluation;

namespace Portal.Retention;

/// <summary><c>/retentions</c> of the Harbor v2.0 API.</summary>
public static class RetentionEndpoints
{
    const string Tag = "retention";
    static readonly Dictionary<string, string> NoSorts = [];

    public static void MapRetentions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/retentions/metadatas", Metadata).Describe("getRentenitionMetadata", Tag, "What retention rules can be made of").Answers<RetentionMetadataJson>();
        api.MapPost("/retentions", CreateAsync).Describe("createRetention", Tag, "Make the retention policy of a project", 400, 404, 409, 412).Answers(201);
        api.MapGet("/retentions/{id}", GetAsync).Describe("getRetention", Tag, "One retention policy", 404).Answers<RetentionPolicyJson>();
        api.MapPut("/retentions/{id}", UpdateAsync).Describe("updateRetention", Tag, "Replace a retention policy", 400, 404, 409, 412).Answers();
        api.MapDelete("/retentions/{id}", DeleteAsync).Describe("deleteRetention", Tag, "Remove a retention policy", 404).Answers();
        api.MapPost("/retentions/{id}/executions", StartAsync).Describe("triggerRetentionExecution", Tag, "Run a retention policy", 404, 412).Answers(201);
        api.MapGet("/retentions/{id}/executions", ExecutionsAsync).Describe("listRetentionExecutions", Tag, "The runs of a retention policy", 404, 422).Answers<RetentionExecutionJson[]>();
        api.MapMethods("/retentions/{id}/executions/{eid}", ["PATCH"], StopAsync).Describe("operateRetentionExecution", Tag, "Stop a run", 400, 404).Answers();
        api.MapGet("/retentions/{id}/executions/{eid}/tasks", TasksAsync).Describe("listRetentionTasks", Tag, "The repositories of a run", 404, 422).Answers<RetentionTaskJson[]>();
        api.MapGet("/retentions/{id}/executions/{eid}/tasks/{tid}", LogAsync).Describe("getRetentionTaskLog", Tag, "The verdicts on one repository of a run as text", 404).Answers<string>();
    }

    static IResult Metadata(HttpContext http) => http.Caller().IsAnonymous ? AccessErrors.SignInNeeded.Reply() : Results.Ok(new RetentionMetadataJson());

    static async Task<IResult> CreateAsync(HttpContext http, ProjectQueries projects, RetentionService service, RetentionPolicyJson body, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (body.Scope is not { Level: "project" } scope) return Error.Invalid("scope", "The level of scope is project, and ref its id.").Reply();
        var project = await projects.ResolveAsync(http.Caller(), scope.Ref, Permissions.RetentionCreate, cancellation);
        if (!project.Ok) return project.Error.Reply();
        var draft = body.Read(null);
        if (!draft.Ok) return draft.Error.Reply();
        var made = await service.SaveAsync(http.Caller(), project.Value, draft.Value, true, cancellation);
        return made.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/v2.0/retentions/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, RetentionQueries retention, long id, CancellationToken cancellation) =>
        (await retention.FindAsync(http.Caller(), id, Permissions.RetentionRead, cancellation)).Reply(RetentionPolicyJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, RetentionQueries retention, RetentionService service, long id, RetentionPolicyJson body, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, Permissions.RetentionUpdate, cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (body.Id != 0 && body.Id != id) return Error.Invalid("id", "the id in the body is the one in the path").Reply();
        // a policy stays with its project: what the body says of another one is refused
        if (body.Scope is { } scope && scope.Ref != (found.Value.Project?.Id ?? 0)) return Error.Invalid("scope", "A policy stays with its project.").Reply();
        var policy = found.Value.Policy;
        var draft = body.Read(new(EffectivePolicy.Read(policy), policy.Mode, policy.Cron, policy.Locked, policy.BrakePercent, policy.BrakeBytes));
        if (!draft.Ok) return draft.Error.Reply();
        var saved = await service.SaveAsync(http.Caller(), found.Value.Project, draft.Value, false, cancellation);
        return saved.Ok ? Results.Ok() : saved.Error.Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, RetentionQueries retention, RetentionService service, long id, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, Permissions.RetentionDelete, cancellation);
        return found.Ok ? (await service.DeleteAsync(http.Caller(), found.Value.Project, cancellation)).Reply() : found.Error.Reply();
    }

    static async Task<IResult> StartAsync(HttpContext http, RetentionQueries retention, RetentionService service, long id, RetentionRunReq body, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, Permissions.RetentionUpdate, cancellation);
        if (!found.Ok) return found.Error.Reply();
        var run = await service.StartAsync(http.Caller(), found.Value.Project, body.DryRun, cancellation);
        return run.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/v2.0/retentions/{id}/executions/{run.Value}")) : run.Error.Reply();
    }

    static async Task<IResult> ExecutionsAsync(HttpContext http, RetentionQueries retention, long id, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, Permissions.RetentionList, cancellation);
        if (!found.Ok) return found.Error.Reply();
        var asked = list.Read(NoSorts);
        if (!asked.Ok) return asked.Error.Reply();
        var page = await retention.RunsAsync(found.Value, asked.Value.Number, asked.Value.Page.Take, cancellation);
        return page.Ok ? http.List(asked.Value, new Page<Jobs.JobRunRow>(page.Value.Rows, page.Value.Total), RetentionExecutionJson.From) : page.Error.Reply();
    }

    static async Task<IResult> StopAsync(HttpContext http, RetentionQueries retention, RetentionService service, long id, long eid, RetentionActionReq body, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, Permissions.RetentionUpdate, cancellation);
        if (!found.Ok) return found.Error.Reply();
        if (body.Action != "stop") return Error.Invalid("action", "action is stop.").Reply();
        var run = await retention.RunAsync(found.Value, eid, cancellation);
        return run.Ok ? (await service.StopAsync(http.Caller(), found.Value.Project, eid, cancellation)).Reply() : run.Error.Reply();
    }

    static async Task<IResult> TasksAsync(HttpContext http, RetentionQueries retention, long id, long eid, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var run = await RunAsync(http, retention, id, eid, Permissions.RetentionList, cancellation);
        if (!run.Ok) return run.Error.Reply();
        var asked = list.Read(NoSorts);
        if (!asked.Ok) return asked.Error.Reply();
        var page = await retention.TasksAsync([.. run.Value.Plans.Select(p => p.Id)], asked.Value.Page, cancellation);
        return http.List(asked.Value, page, r => new RetentionTaskJson
        {
            Id = r.Id,
            ExecutionId = eid,
            Repository = r.Repository,
            Status = r.Refusal.Length > 0 ? "Error" : "Success",
            StartTime = RetentionExecutionJson.Text(run.Value.Row.StartedAt),
            EndTime = RetentionExecutionJson.Text(run.Value.Row.EndedAt),
            Total = r.Total,
            Retained = r.Retained,
        });
    }

    static async Task<IResult> LogAsync(HttpContext http, RetentionQueries retention, long id, long eid, long tid, CancellationToken cancellation)
    {
        var run = await RunAsync(http, retention, id, eid, Permissions.RetentionRead, cancellation);
        if (!run.Ok) return run.Error.Reply();
        if (await retention.TaskAsync([.. run.Value.Plans.Select(p => p.Id)], tid, cancellation) is not { } task) return RetentionErrors.PlanNotFound.Reply();
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"Repository: {task.Repository}\nTotal: {task.Total}, retained: {task.Retained}\n");
        if (task.Refusal.Length > 0) text.Append(CultureInfo.InvariantCulture, $"Nothing was deleted: {task.Refusal}\n");
        text.Append("Digest\tTag\tPushedTime\tRetention\tRule\tReason\n");
        await foreach (var v in retention.AllVerdictsAsync(run.Value.Plans.Single(p => p.Id == task.PlanId), task.Repository, cancellation))
            text.Append(CultureInfo.InvariantCulture, $"{v.Digest}\t{v.Tag}\t{RetentionExecutionJson.Text(v.PushedAt)}\t{Word(v.Verdict, task.Refusal)}\t{v.Rule}\t{v.Reason}\n");
        return Results.Text(text.ToString());
    }

    static string Word(Verdict verdict, string refusal) => verdict switch { Verdict.Delete => refusal.Length > 0 ? "ERR" : "DEL", Verdict.Immutable or Verdict.Locked => "IMMUTABLE", _ => "RETAIN" };

    static async Task<Result<(Jobs.JobRunRow Row, IReadOnlyList<RetentionPlan> Plans)>> RunAsync(HttpContext http, RetentionQueries retention, long id, long eid, Permission needed, CancellationToken cancellation)
    {
        var found = await retention.FindAsync(http.Caller(), id, needed, cancellation);
        if (!found.Ok) return found.Error;
        var run = await retention.RunAsync(found.Value, eid, cancellation);
        return run.Ok ? (run.Value, await retention.OfRunAsync(found.Value, eid, cancellation)) : run.Error;
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Access.Groups;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;
using Portal.Retention.Clusters;

namespace Portal.Retention;

/// <summary>What Harbor's API has no place for: the ordered form, inheritance, previews, plans and their confirmation, clusters.</summary>
public static class PortalRetentionEndpoints
{
    const string Tag = "retention";
    static readonly Dictionary<string, string> NoSorts = [];

    public static void MapPortalRetention(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/retention", SystemAsync).Describe("getSystemRetention", Tag, "The system's retention policy").Answers<PolicyJson>();
        portal.MapPut("/retention", SaveSystemAsync).Describe("updateSystemRetention", Tag, "Set the system's retention policy", 400).Answers();
        portal.MapDelete("/retention", DeleteSystemAsync).Describe("deleteSystemRetention", Tag, "Remove the system's retention policy", 404).Answers();
        portal.MapPost("/retention/runs", RunSystemAsync).Describe("runSystemRetention", Tag, "Run the system's retention policy in all projects that follow it", 412).Answers(201);
        var project = portal.MapProject("/projects/{project_name_or_id}/retention");
        project.MapGet("", GetAsync).Describe("getProjectRetention", Tag, "The retention policy of a project, and what counts there", 404).Answers<PolicyJson>();
        project.MapPut("", SaveAsync).Describe("updateProjectRetention", Tag, "Set the retention policy of a project", 400, 404, 412).Answers();
        project.MapDelete("", DeleteAsync).Describe("deleteProjectRetention", Tag, "Remove the retention policy of a project, which inherits again", 404).Answers();
        project.MapPost("/preview", PreviewAsync).Describe("previewRetention", Tag, "What rules would do now, without saving them", 400, 404).Answers<PreviewJson>();
        project.MapPost("/runs", RunAsync).Describe("runProjectRetention", Tag, "Run what counts in a project", 404, 412).Answers(201);
        project.MapGet("/plans", PlansAsync).Describe("listRetentionPlans", Tag, "What runs found in a project and did", 404, 422).Answers<PlanJson[]>();
        project.MapGet("/plans/{plan}", PlanAsync).Describe("getRetentionPlan", Tag, "What one run found in a project and did", 404).Answers<PlanJson>();
        project.MapGet("/plans/{plan}/verdicts", VerdictsAsync).Describe("listRetentionVerdicts", Tag, "The verdicts of a run", 404, 422).Answers<VerdictJson[]>();
        project.MapPost("/plans/{plan}/confirm", ConfirmAsync).Describe("confirmRetentionPlan", Tag, "Carry out a run that stopped to ask", 404, 409).Answers(201);
        portal.MapGet("/clusters", ClustersAsync).Describe("listClusters", Tag, "The clusters that report what they run", 422).Answers<ClusterJson[]>();
        portal.MapPut("/clusters/{name}/in-use", ReportAsync).Describe("reportInUse", Tag, "Report what a cluster runs, in the place of its last report", 400).Answers<InUseJson>();
        portal.MapDelete("/clusters/{name}", DeleteClusterAsync).Describe("deleteCluster", Tag, "Take a cluster and its report off", 404).Answers();
    }

    static async Task<IResult> SystemAsync(HttpContext http, RetentionQueries retention, CancellationToken cancellation) =>
        (await retention.EffectiveAsync(http.Caller(), null, cancellation)).Reply(e => PolicyJson.From(e, e.System));

    static Task<IResult> SaveSystemAsync(HttpContext http, RetentionService service, IAccessPolicy policy, PolicyReq body, CancellationToken cancellation) => StoreAsync(http, service, policy, null, body, cancellation);

    static async Task<IResult> DeleteSystemAsync(HttpContext http, RetentionService service, CancellationToken cancellation) => (await service.DeleteAsync(http.Caller(), null, cancellation)).Reply();

    static async Task<IResult> RunSystemAsync(HttpContext http, RetentionService service, RetentionRunReq body, CancellationToken cancellation) => Started(await service.StartAsync(http.Caller(), null, body.DryRun, cancellation));

    static async Task<IResult> GetAsync(HttpContext http, ProjectQueries projects, RetentionQueries retention, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionRead, cancellation);
        return project.Ok ? (await retention.EffectiveAsync(http.Caller(), project.Value, cancellation)).Reply(e => PolicyJson.From(e, e.Own)) : project.Error.Reply();
    }

    static async Task<IResult> SaveAsync(HttpContext http, ProjectQueries projects, RetentionService service, IAccessPolicy policy, [AsParameters] ProjectPath path, PolicyReq body, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionUpdate, cancellation);
        return project.Ok ? await StoreAsync(http, service, policy, project.Value, body, cancellation) : project.Error.Reply();
    }

    static async Task<IResult> StoreAsync(HttpContext http, RetentionService service, IAccessPolicy policy, ProjectEntry? project, PolicyReq body, CancellationToken cancellation)
    {
        // who may not is told so whatever the body says
        if (project is null && await policy.RefuseAsync(http.Caller(), Permissions.RetentionUpdate, cancellation) is { } refusal) return refusal.Reply();
        var draft = body.Read();
        if (!draft.Ok) return draft.Error.Reply();
        var saved = await service.SaveAsync(http.Caller(), project, draft.Value, null, cancellation);
        return saved.Ok ? Results.Ok() : saved.Error.Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, RetentionService service, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionDelete, cancellation);
        return project.Ok ? (await service.DeleteAsync(http.Caller(), project.Value, cancellation)).Reply() : project.Error.Reply();
    }

    static async Task<IResult> PreviewAsync(HttpContext http, ProjectQueries projects, RetentionQueries retention, [AsParameters] ProjectPath path, PreviewReq body, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionRead, cancellation);
        if (!project.Ok) return project.Error.Reply();
        var request = body.Read();
        return request.Ok ? (await retention.PreviewAsync(http.Caller(), project.Value, request.Value, cancellation)).Reply(PreviewJson.From) : request.Error.Reply();
    }

    static async Task<IResult> RunAsync(HttpContext http, ProjectQueries projects, RetentionService service, [AsParameters] ProjectPath path, RetentionRunReq body, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionUpdate, cancellation);
        return project.Ok ? Started(await service.StartAsync(http.Caller(), project.Value, body.DryRun, cancellation)) : project.Error.Reply();
    }

    static async Task<IResult> PlansAsync(HttpContext http, ProjectQueries projects, RetentionQueries retention, [AsParameters] ProjectPath path, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionList, cancellation);
        if (!project.Ok) return project.Error.Reply();
        var asked = list.Read(NoSorts);
        if (!asked.Ok) return asked.Error.Reply();
        var page = await retention.PlansAsync(http.Caller(), project.Value, asked.Value.Page, cancellation);
        return page.Ok ? http.List(asked.Value, page.Value, PlanJson.From) : page.Error.Reply();
    }

    static async Task<IResult> PlanAsync(HttpContext http, ProjectQueries projects, RetentionQueries retention, [AsParameters] ProjectPath path, long plan, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionList, cancellation);
        return project.Ok ? (await retention.PlanAsync(http.Caller(), project.Value, plan, cancellation)).Reply(PlanJson.From) : project.Error.Reply();
    }

    static async Task<IResult> VerdictsAsync(HttpContext http, ProjectQueries projects, RetentionQueries retention, [AsParameters] ProjectPath path, long plan, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionList, cancellation);
        if (!project.Ok) return project.Error.Reply();
        var asked = list.Read(NoSorts);
        if (!asked.Ok) return asked.Error.Reply();
        var found = await retention.PlanAsync(http.Caller(), project.Value, plan, cancellation);
        return found.Ok ? http.List(asked.Value, await retention.VerdictsAsync(found.Value, null, asked.Value.Page, cancellation), VerdictJson.From) : found.Error.Reply();
    }

    static async Task<IResult> ConfirmAsync(HttpContext http, ProjectQueries projects, RetentionService service, [AsParameters] ProjectPath path, long plan, CancellationToken cancellation)
    {
        var project = await projects.ResolveAsync(http.Caller(), path, Permissions.RetentionUpdate, cancellation);
        return project.Ok ? Started(await service.ConfirmAsync(http.Caller(), project.Value, plan, cancellation)) : project.Error.Reply();
    }

    static async Task<IResult> ClustersAsync(HttpContext http, ClusterQueries clusters, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var asked = list.Read(NoSorts);
        if (!asked.Ok) return asked.Error.Reply();
        var page = await clusters.ListAsync(http.Caller(), asked.Value.Page, cancellation);
        return page.Ok ? http.List(asked.Value, page.Value, ClusterJson.From) : page.Error.Reply();
    }

    static async Task<IResult> ReportAsync(HttpContext http, ClusterService clusters, string name, InUseReq body, CancellationToken cancellation) =>
        (await clusters.ReportAsync(http.Caller(), name, body.Images, body.FreshHours, [http.Request.Host.Value ?? "", .. (body.Hosts ?? []).Take(InUseReq.MaxHosts)], cancellation)).Reply(r => new InUseJson { Taken = r.Taken, Foreign = r.Foreign });

    static async Task<IResult> DeleteClusterAsync(HttpContext http, ClusterService clusters, string name, CancellationToken cancellation) => (await clusters.DeleteAsync(http.Caller(), name, cancellation)).Reply();

    static IResult Started(Result<long> run) => run.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/portal/jobs/{run.Value}")) : run.Error.Reply();
}

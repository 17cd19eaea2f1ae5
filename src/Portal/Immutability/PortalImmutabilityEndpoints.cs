using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Immutability;

/// <summary>Rules, defaults, exemptions and previews on <c>/api/portal</c>.</summary>
public static class PortalImmutabilityEndpoints
{
    const string Tag = "immutability";
    static readonly Dictionary<string, string> NoSorts = [];
    static readonly RuleDraft Everything = new(NameSelector.All, NameSelector.All);

    public static void MapPortalImmutability(this IEndpointRouteBuilder api)
    {
        api.MapGet("/immutability-rules", DefaultsAsync).Describe("listDefaultRules", Tag, "The rules that every project inherits that is not exempt").Answers<RuleJson[]>();
        api.MapPost("/immutability-rules", CreateDefaultAsync).Describe("createDefaultRule", Tag, "Add a rule that every project inherits", 400, 409, 412).Answers(201);
        api.MapPut("/immutability-rules/{rule_id}", UpdateDefaultAsync).Describe("updateDefaultRule", Tag, "Change such a rule; what is not sent stays", 400, 404, 409).Answers();
        api.MapDelete("/immutability-rules/{rule_id}", DeleteDefaultAsync).Describe("deleteDefaultRule", Tag, "Delete such a rule", 404).Answers();
        api.MapGet("/immutability-exemptions", ExemptionsAsync).Describe("listExemptions", Tag, "The projects that do not inherit, and why", 400, 422).Answers<ExemptionJson[]>();
        var project = api.MapProject("/projects/{project_name_or_id}");
        project.MapGet("/immutability-rules", ListAsync).Describe("listProjectRules", Tag, "Every rule that counts in the project, inherited ones too", 404).Answers<ProjectRulesJson>();
        project.MapPost("/immutability-rules", CreateAsync).Describe("createProjectRule", Tag, "Add a rule", 400, 404, 409, 412).Answers(201);
        project.MapPut("/immutability-rules/{rule_id}", UpdateAsync).Describe("updateProjectRule", Tag, "Change a rule; what is not sent stays", 400, 404, 409).Answers();
        project.MapGet("/immutability-rules/preview", PreviewAsync).Describe("previewRule", Tag, "Which tags of the project two selectors choose", 400, 404, 422).Answers<PreviewJson>();
        project.MapPut("/immutability-exemption", ExemptAsync).Describe("exemptProject", Tag, "Let the project go without the system's rules", 400, 404).Answers();
        project.MapDelete("/immutability-exemption", EndExemptionAsync).Describe("endExemption", Tag, "Make the project inherit again", 404).Answers();
    }

    static async Task<IResult> DefaultsAsync(HttpContext http, ImmutabilityQueries rules, CancellationToken cancellation) =>
        (await rules.DefaultsAsync(http.Caller(), cancellation)).Reply(all => all.Select(RuleJson.From));

    static async Task<IResult> CreateDefaultAsync(HttpContext http, IAccessPolicy policy, ImmutabilityService service, RuleReqJson body, CancellationToken cancellation)
    {
        // whether the caller may comes first, so that nobody else learns what a rule is made of
        var draft = await policy.MayAsync(http.Caller(), Permissions.ImmutableTagCreate, AccessTarget.System, cancellation) ? body.Read(Everything) : Everything;
        if (!draft.Ok) return draft.Error.Reply();
        var made = await service.CreateAsync(http.Caller(), null, draft.Value, cancellation);
        return made.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/portal/immutability-rules/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> UpdateDefaultAsync(HttpContext http, ImmutabilityService service, int rule_id, RuleReqJson body, CancellationToken cancellation) =>
        (await service.UpdateAsync(http.Caller(), null, rule_id, body.Read, cancellation)).Reply();

    static async Task<IResult> DeleteDefaultAsync(HttpContext http, ImmutabilityService service, int rule_id, CancellationToken cancellation) =>
        (await service.DeleteAsync(http.Caller(), null, rule_id, cancellation)).Reply();

    static async Task<IResult> ExemptionsAsync(HttpContext http, ImmutabilityQueries rules, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(NoSorts);
        if (!request.Ok) return request.Error.Reply();
        var page = await rules.ExemptionsAsync(http.Caller(), request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, ExemptionJson.From) : page.Error.Reply();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, ImmutabilityQueries rules, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagList, cancellation);
        return entry.Ok ? (await rules.OfProjectAsync(http.Caller(), entry.Value, cancellation)).Reply(ProjectRulesJson.From) : entry.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, RuleReqJson body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagCreate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var draft = body.Read(Everything);
        if (!draft.Ok) return draft.Error.Reply();
        var made = await service.CreateAsync(http.Caller(), entry.Value, draft.Value, cancellation);
        return made.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/v2.0/projects/{path.Text}/immutabletagrules/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, int rule_id, RuleReqJson body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagUpdate, cancellation);
        return entry.Ok ? (await service.UpdateAsync(http.Caller(), entry.Value, rule_id, body.Read, cancellation)).Reply() : entry.Error.Reply();
    }

    static async Task<IResult> PreviewAsync(HttpContext http, ProjectQueries projects, ImmutabilityQueries rules, [AsParameters] ProjectPath path, [AsParameters] PreviewQuery query, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var request = list.Read(NoSorts);
        if (!request.Ok) return request.Error.Reply();
        var repositories = SelectorText.Read("repositories", query.RepositoryKind, query.RepositoriesExcluded == true, query.Repositories);
        if (!repositories.Ok) return repositories.Error.Reply();
        var tags = SelectorText.Read("tags", query.TagKind, query.TagsExcluded == true, query.Tags);
        if (!tags.Ok) return tags.Error.Reply();
        return (await rules.PreviewAsync(http.Caller(), entry.Value, repositories.Value, tags.Value, request.Value.Page, cancellation)).Reply(PreviewJson.From);
    }

    static async Task<IResult> ExemptAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, ExemptionReqJson body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        return entry.Ok ? (await service.ExemptAsync(http.Caller(), entry.Value, body.Reason, cancellation)).Reply() : entry.Error.Reply();
    }

    static async Task<IResult> EndExemptionAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ProjectRead, cancellation);
        return entry.Ok ? (await service.EndExemptionAsync(http.Caller(), entry.Value, cancellation)).Reply() : entry.Error.Reply();
    }
}

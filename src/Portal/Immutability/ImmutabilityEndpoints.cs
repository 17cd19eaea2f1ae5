using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;
using Portal.Projects;

namespace Portal.Immutability;

/// <summary><c>immutabletagrules</c> of the Harbor v2.0 API, and on <c>/api/portal</c> what that lacks: names, inheritance, exemptions, previews.</summary>
public static class ImmutabilityEndpoints
{
    const string Tag = "immutable";
    static readonly Dictionary<string, string> NoSorts = [];

    public static void MapImmutability(this IEndpointRouteBuilder api)
    {
        var project = api.MapProject("/projects/{project_name_or_id}/immutabletagrules");
        project.MapGet("", ListAsync).Describe("ListImmuRules", Tag, "The project's own immutability rules", 400, 404, 422).Answers<ImmutableRuleJson[]>();
        project.MapPost("", CreateAsync).Describe("CreateImmuRule", Tag, "Add an immutability rule", 400, 404, 409, 412).Answers(201);
        project.MapPut("/{immutable_rule_id}", UpdateAsync).Describe("UpdateImmuRule", Tag, "Change a rule; where disabled differs from what is stored, only switch it", 400, 404, 409).Answers();
        project.MapDelete("/{immutable_rule_id}", DeleteAsync).Describe("DeleteImmuRule", Tag, "Delete a rule", 400, 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, ProjectQueries projects, ImmutabilityQueries rules, [AsParameters] ProjectPath path, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagList, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var request = list.Read(NoSorts);
        if (!request.Ok) return request.Error.Reply();
        var all = await rules.OfProjectAsync(http.Caller(), entry.Value, cancellation);
        if (!all.Ok) return all.Error.Reply();
        // a project has at most fifty, so the page is cut here; inherited ones cannot be changed by this API and are not shown
        var own = all.Value.Rules.Where(r => !r.Inherited).ToList();
        return http.List(request.Value, new Page<RuleRow>([.. own.Skip(request.Value.Page.Skip).Take(request.Value.Page.Take)], own.Count), ImmutableRuleJson.From);
    }

    static async Task<IResult> CreateAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, ImmutableRuleReq body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagCreate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        var draft = body.Read();
        if (!draft.Ok) return draft.Error.Reply();
        // by the contract a new rule is on
        var made = await service.CreateAsync(http.Caller(), entry.Value, draft.Value with { Disabled = false }, cancellation);
        return made.Ok ? ResultReplies.Created(string.Create(CultureInfo.InvariantCulture, $"/api/v2.0/projects/{path.Text}/immutabletagrules/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, int immutable_rule_id, ImmutableRuleReq body, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagUpdate, cancellation);
        if (!entry.Ok) return entry.Error.Reply();
        if (body.Id != 0 && body.Id != immutable_rule_id) return Error.Invalid("id", "the id in the body is the one in the path").Reply();
        return (await service.UpdateAsync(http.Caller(), entry.Value, immutable_rule_id, present => body.Disabled == present.Disabled ? body.Read() : present with { Disabled = body.Disabled }, cancellation)).Reply();
    }

    static async Task<IResult> DeleteAsync(HttpContext http, ProjectQueries projects, ImmutabilityService service, [AsParameters] ProjectPath path, int immutable_rule_id, CancellationToken cancellation)
    {
        var entry = await projects.ResolveAsync(http.Caller(), path, Permissions.ImmutableTagDelete, cancellation);
        return entry.Ok ? (await service.DeleteAsync(http.Caller(), entry.Value, immutable_rule_id, cancellation)).Reply() : entry.Error.Reply();
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Api;

namespace Portal.Access.Groups;

/// <summary>Mapping rules under <c>/api/portal</c>.</summary>
public static class MappingRuleEndpoints
{
    const string Tag = "usergroup";

    public static void MapMappingRules(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/group-mapping-rules", ListAsync).Describe("listGroupMappingRules", Tag, "List the mapping rules in order").Answers<MappingRuleJson[]>();
        portal.MapPost("/group-mapping-rules", CreateAsync).Describe("createGroupMappingRule", Tag, "Add a mapping rule behind the others", 400).Answers(201);
        portal.MapGet("/group-mapping-rules/try", TryAsync).Describe("tryGroupName", Tag, "What the rules say of a group name", 400).Answers<TriedNameJson>();
        portal.MapPut("/group-mapping-rules/{id}", UpdateAsync).Describe("updateGroupMappingRule", Tag, "Change a mapping rule where it stands", 400, 404).Answers();
        portal.MapPost("/group-mapping-rules/{id}/move", MoveAsync).Describe("moveGroupMappingRule", Tag, "Move a mapping rule one place up or down", 404).Answers();
        portal.MapDelete("/group-mapping-rules/{id}", DeleteAsync).Describe("deleteGroupMappingRule", Tag, "Delete a mapping rule", 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, MappingRuleService rules, CancellationToken cancellation) =>
        (await rules.ListAsync(http.Caller(), cancellation)).Reply(list => list.Items.Select(MappingRuleJson.From));

    static async Task<IResult> CreateAsync(HttpContext http, MappingRuleService rules, MappingRuleJson body, CancellationToken cancellation)
    {
        var made = await rules.CreateAsync(http.Caller(), Draft(body), cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/group-mapping-rules/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> TryAsync(HttpContext http, MappingRuleService rules, [FromQuery] string? source, [FromQuery] string? name, CancellationToken cancellation) =>
        (await rules.TryAsync(http.Caller(), GroupWords.TryRead(source, out var read) ? read ?? GroupSource.Oidc : GroupSource.Local, name ?? "", cancellation)).Reply(TriedNameJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, MappingRuleService rules, int id, MappingRuleJson body, CancellationToken cancellation)
    {
        var changed = await rules.UpdateAsync(http.Caller(), id, Draft(body), cancellation);
        return changed.Ok ? Results.Ok() : changed.Error.Reply();
    }

    static async Task<IResult> MoveAsync(HttpContext http, MappingRuleService rules, int id, MoveReq body, CancellationToken cancellation) =>
        (await rules.MoveAsync(http.Caller(), id, body.Up, cancellation)).Reply();

    static async Task<IResult> DeleteAsync(HttpContext http, MappingRuleService rules, int id, CancellationToken cancellation) =>
        (await rules.DeleteAsync(http.Caller(), id, cancellation)).Reply();

    // An unknown word becomes the source that the service refuses, after it has asked who the caller is.
    static MappingRuleDraft Draft(MappingRuleJson body) =>
        new(GroupWords.TryRead(body.Source, out var read) ? read : GroupSource.Local, body.Pattern ?? "", body.Project ?? "", body.Role ?? "");
}

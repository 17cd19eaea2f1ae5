using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Api;

namespace Portal.Access.Federation;

/// <summary>The trusts of robots, under <c>/api/portal</c>.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "Names of the contract.")]
public static class TrustEndpoints
{
    const string Tag = "federation";

    public static void MapTrusts(this IEndpointRouteBuilder api)
    {
        api.MapGet("/robots/{robot_id}/trusts", ListAsync).Describe("listRobotTrusts", Tag, "Issuers whose workloads may act as the robot", 404).Answers<TrustJson[]>();
        api.MapPost("/robots/{robot_id}/trusts", CreateAsync).Describe("createRobotTrust", Tag, "Trust an issuer's workloads", 400, 404, 409, 412).Answers(201);
        api.MapPost("/robots/{robot_id}/trusts/test", TestAsync).Describe("testRobotTrusts", Tag, "Say which trust matches a token, and why the others do not", 400, 404).Answers<TrustVerdictJson[]>();
        api.MapGet("/robots/{robot_id}/trusts/{trust_id}", GetAsync).Describe("getRobotTrust", Tag, "One trust", 404).Answers<TrustJson>();
        api.MapPut("/robots/{robot_id}/trusts/{trust_id}", UpdateAsync).Describe("updateRobotTrust", Tag, "Replace what a trust says", 400, 404, 409).Answers();
        api.MapDelete("/robots/{robot_id}/trusts/{trust_id}", DeleteAsync).Describe("deleteRobotTrust", Tag, "Remove a trust and what it gave out", 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, FederationService service, int robot_id, CancellationToken cancellation) =>
        (await service.ListAsync(http.Caller(), robot_id, cancellation)).Reply(all => all.Select(TrustJson.From).ToArray());

    static async Task<IResult> GetAsync(HttpContext http, FederationService service, int robot_id, int trust_id, CancellationToken cancellation) =>
        (await service.FindAsync(http.Caller(), robot_id, trust_id, cancellation)).Reply(TrustJson.From);

    static async Task<IResult> CreateAsync(HttpContext http, FederationService service, int robot_id, TrustReq body, CancellationToken cancellation)
    {
        var made = await service.CreateAsync(http.Caller(), robot_id, TrustWords.Draft(body), cancellation);
        return made.Ok ? ResultReplies.Created(FormattableString.Invariant($"/api/portal/robots/{robot_id}/trusts/{made.Value}")) : made.Error.Reply();
    }

    static async Task<IResult> UpdateAsync(HttpContext http, FederationService service, int robot_id, int trust_id, TrustReq body, CancellationToken cancellation) =>
        (await service.UpdateAsync(http.Caller(), robot_id, trust_id, TrustWords.Draft(body), cancellation)).Reply();

    static async Task<IResult> DeleteAsync(HttpContext http, FederationService service, int robot_id, int trust_id, CancellationToken cancellation) =>
        (await service.DeleteAsync(http.Caller(), robot_id, trust_id, cancellation)).Reply();

    static async Task<IResult> TestAsync(HttpContext http, FederationService service, int robot_id, TrustTestReq body, CancellationToken cancellation) =>
        (await service.TestAsync(http.Caller(), robot_id, body.Token, cancellation)).Reply(all => all.Select(TrustVerdictJson.From).ToArray());
}

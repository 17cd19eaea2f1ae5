using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Data;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary><c>/robots</c> of the Harbor v2.0 API, and what Portal adds to it: secrets that overlap.</summary>
public static class RobotEndpoints
{
    const string Tag = "robot";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["name"] = "name", ["creation_time"] = "created", ["expires_at"] = "expires" };

    public static void MapRobots(this IEndpointRouteBuilder api)
    {
        api.MapGet("/robots", ListAsync).Describe("ListRobot", Tag, "List the robots of the system, or with q=Level=project,ProjectID=n of a project", 400, 404, 422).Answers<RobotJson[]>();
        api.MapPost("/robots", CreateAsync).Describe("CreateRobot", Tag, "Make a robot; the answer is the only one that holds the secret", 400, 404, 409).Answers<RobotCreatedJson>(201);
        api.MapGet("/robots/{robot_id}", GetAsync).Describe("GetRobotByID", Tag, "One robot", 404).Answers<RobotJson>();
        api.MapPut("/robots/{robot_id}", UpdateAsync).Describe("UpdateRobot", Tag, "Change description, duration, state and rights", 400, 404, 409).Answers();
        api.MapPatch("/robots/{robot_id}", SecretAsync).Describe("RefreshSec", Tag, "Give a robot a new secret, a random one when none is sent; the old one dies at once", 400, 404).Answers<RobotSecJson>();
        api.MapDelete("/robots/{robot_id}", DeleteAsync).Describe("DeleteRobot", Tag, "Delete a robot", 404).Answers();
    }

    /// <summary>Portal's own calls, under <c>/api/portal</c>.</summary>
    public static void MapRobotSecrets(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/robots/{robot_id}/secrets", SecretsAsync).Describe("listRobotSecrets", Tag, "The secrets that work now, and when each was last used", 404).Answers<RobotSecretJson[]>();
        portal.MapPost("/robots/{robot_id}/secrets", RotateAsync).Describe("rotateRobotSecret", Tag, "Give a robot a new secret; the old one works for the overlap beside it", 400, 404).Answers<RobotRotationJson>();
        portal.MapDelete("/robots/{robot_id}/secrets/old", EndOverlapAsync).Describe("endRobotSecretOverlap", Tag, "End an overlap: the old secret dies now", 404, 412).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, RobotQueries robots, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "name");
        if (!request.Ok) return request.Error.Reply();
        var (level, others) = request.Value.Take("Level");
        var (project, rest) = others.Take("ProjectID");
        int? projectId = null;
        if (level is { Kind: not ConditionKind.Equal } || level is { Value: not (RobotLevels.System or RobotLevels.Project) }) return Error.Invalid("q", "Level is system or project").Reply();
        if (level?.Value == RobotLevels.Project)
        {
            if (project is not { Kind: ConditionKind.Equal } || !int.TryParse(project.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return Error.Invalid("q", "must with project ID when to query project robots").Reply();
            projectId = id;
        }
        var page = await robots.ListAsync(http.Caller(), projectId, rest.Page, rest.Where, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, RobotJson.From) : page.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, RobotRequests requests, RobotService service, RobotCreateReq body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        var home = await requests.HomeAsync(caller, body.Level, body.Permissions, cancellation);
        if (!home.Ok) return home.Error.Reply();
        var rights = await requests.RightsAsync(caller, body.Permissions, cancellation);
        if (!rights.Ok) return rights.Error.Reply();
        var made = await service.CreateAsync(caller, home.Value?.Id, home.Value?.Name, new(body.Name ?? "", body.Description ?? "", Days(body.Duration) ?? 0, rights.Value), cancellation);
        return made.Ok ? Results.Created(FormattableString.Invariant($"/api/v2.0/robots/{made.Value.Id}"), RobotCreatedJson.From(made.Value)) : made.Error.Reply();
    }

    static async Task<IResult> GetAsync(HttpContext http, RobotQueries robots, int robot_id, CancellationToken cancellation) =>
        (await robots.FindAsync(http.Caller(), robot_id, cancellation)).Reply(RobotJson.From);

    static async Task<IResult> UpdateAsync(HttpContext http, RobotQueries robots, RobotRequests requests, RobotService service, int robot_id, RobotReq body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        var present = await robots.FindAsync(caller, robot_id, cancellation);
        if (!present.Ok) return present.Error.Reply();
        // Whether this caller may change it at all comes before what is wrong with the change.
        if (await service.RefuseChangeAsync(caller, present.Value.ProjectId, cancellation) is { } refusal) return refusal.Reply();
        if (body.Level != RobotLevels.Of(present.Value.ProjectId) || body.Name != present.Value.Login) return Error.Invalid("name", "cannot update the level or name of robot").Reply();
        var rights = await requests.RightsAsync(caller, body.Permissions, cancellation);
        if (!rights.Ok) return rights.Error.Reply();
        var change = new RobotChange(body.Description ?? "", Days(body.Duration), body.Disable == true, rights.Value);
        return (await service.UpdateAsync(caller, robot_id, change, cancellation)).Reply();
    }

    static async Task<IResult> SecretAsync(HttpContext http, RobotSecretService secrets, int robot_id, RobotSecJson body, CancellationToken cancellation) =>
        (await secrets.RotateAsync(http.Caller(), robot_id, body.Secret, TimeSpan.Zero, cancellation)).Reply(s => new RobotSecJson { Secret = s.Text });

    static async Task<IResult> DeleteAsync(HttpContext http, RobotService service, int robot_id, CancellationToken cancellation) =>
        (await service.DeleteAsync(http.Caller(), robot_id, cancellation)).Reply();

    static async Task<IResult> SecretsAsync(HttpContext http, RobotQueries robots, int robot_id, CancellationToken cancellation) =>
        (await robots.SecretsAsync(http.Caller(), robot_id, cancellation)).Reply(list => list.Select(s => new RobotSecretJson
        {
            Id = s.Id,
            CreationTime = s.CreatedAt,
            ValidUntil = s.ValidUntil,
            LastUsedAt = s.LastUsedAt,
            LastUsedFrom = s.LastUsedFrom,
        }));

    static async Task<IResult> RotateAsync(HttpContext http, RobotSecretService secrets, int robot_id, RobotRotationReq body, CancellationToken cancellation) =>
        (await secrets.RotateAsync(http.Caller(), robot_id, body.Secret, TimeSpan.FromMinutes(body.OverlapMinutes ?? 0), cancellation))
            .Reply(s => new RobotRotationJson { Secret = s.Text, OldValidUntil = s.OldUntil });

    static async Task<IResult> EndOverlapAsync(HttpContext http, RobotSecretService secrets, int robot_id, CancellationToken cancellation) =>
        (await secrets.EndOverlapAsync(http.Caller(), robot_id, cancellation)).Reply();

    // A number beyond the bound stays beyond it: 0 is refused where a duration is needed.
    static int? Days(long? duration) => duration switch { null => null, > int.MaxValue or < -1 => 0, var days => (int)days };
}

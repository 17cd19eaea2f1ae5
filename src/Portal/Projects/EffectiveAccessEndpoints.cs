using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary><c>/api/portal/access</c>: what somebody may do somewhere and why, and who may do something there.</summary>
public static class EffectiveAccessEndpoints
{
    const string Tag = "access";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["name"] = "name" };
    static readonly Dictionary<string, string> ReachSorts = new(StringComparer.Ordinal) { ["project"] = "project", ["until"] = "until" };

    public static void MapEffectiveAccess(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/access/effective", ExplainAsync).Describe("explainAccess", Tag, "Every right of a subject on the system, a project, a repository or a tag, with what gives it", 400, 404).Answers<EffectiveRightsJson>();
        portal.MapGet("/access/reach", ReachAsync).Describe("listReach", Tag, "The places that a user or group reaches by roles, one's own when nobody is named; what a robot holds itself is on the robot", 400, 404, 422).Answers<ReachJson[]>();
        portal.MapGet("/access/holders", HoldersAsync).Describe("listHolders", Tag, "The users and robots who may do something there, with what lets them; q knows name", 400, 404, 422).Answers<HoldersJson>();
    }

    static async Task<IResult> ExplainAsync(HttpContext http, EffectiveAccess access, ProjectDirectory projects, [AsParameters] AccessTargetQuery query,
        [FromQuery(Name = "subject_kind"), Description("user, group or robot; with subject_id. The caller when not given.")] string? kind,
        [FromQuery(Name = "subject_id")] int? id, [FromQuery(Name = "token_id"), Description("A personal access token, instead of a subject: what its owner may do with it.")] int? token, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (token is not null && kind is not null) return Error.Invalid("token_id", "token_id stands alone: a token's owner is its subject.").Reply();
        if (kind is null != id is null) return Error.Invalid("subject_kind", "subject_kind and subject_id are given together.").Reply();
        var subject = kind is null ? caller.Kind : Kind(kind);
        if (subject is null) return Error.Invalid("subject_kind", "subject_kind is user, group or robot.").Reply();
        var target = await query.ReadAsync(projects, cancellation);
        if (!target.Ok) return target.Error.Reply();
        return (token is { } shown ? await access.ExplainTokenAsync(caller, shown, target.Value, cancellation) : await access.ExplainAsync(caller, subject.Value, id ?? caller.Id, target.Value, cancellation)).Reply(EffectiveRightsJson.From);
    }

    static async Task<IResult> ReachAsync(HttpContext http, ReachQueries reach, [FromQuery(Name = "subject_kind"), Description("user, group or robot; with subject_id.")] string? kind,
        [FromQuery(Name = "subject_id")] int? id, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (kind is null != id is null) return Error.Invalid("subject_kind", "subject_kind and subject_id are given together.").Reply();
        if ((kind is null ? caller.Kind : Kind(kind)) is not { } subject) return Error.Invalid("subject_kind", "subject_kind is user, group or robot.").Reply();
        var request = list.Read(ReachSorts, "project");
        if (!request.Ok) return request.Error.Reply();
        var page = await reach.ListAsync(caller, subject, id ?? caller.Id, request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, ReachJson.From) : page.Error.Reply();
    }

    static async Task<IResult> HoldersAsync(HttpContext http, EffectiveAccess access, ProjectDirectory projects, [AsParameters] AccessTargetQuery query,
        [FromQuery, Description("The right, such as repository:push.")] string action, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        if (http.Caller().IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        if (!Permissions.TryParse(action, out var permission)) return Error.Invalid("action", $"'{action}' is not in the catalogue of rights; they are written resource:action.").Reply();
        var request = list.Read(Sorts, "name");
        if (!request.Ok) return request.Error.Reply();
        var (name, asked) = request.Value.Take("name");
        var target = await query.ReadAsync(projects, cancellation);
        if (!target.Ok) return target.Error.Reply();
        var found = await access.HoldersAsync(http.Caller(), permission, target.Value, asked.Page with { Filter = name?.Value }, cancellation);
        if (!found.Ok) return found.Error.Reply();
        // the page's total and links are in the headers, as on every list
        http.List(asked, found.Value.Page, h => h);
        return Results.Ok(HoldersJson.From(found.Value));
    }

    static SubjectKind? Kind(string text) => text switch { "user" => SubjectKind.User, "group" => SubjectKind.Group, "robot" => SubjectKind.Robot, _ => null };
}

/// <summary>What a question about access is about; the system when no project is named.</summary>
public sealed class AccessTargetQuery
{
    [FromQuery(Name = "project"), Description("The project's name; the system when not given.")]
    public string? Project { get; init; }

    [FromQuery(Name = "repository"), Description("The repository's path within the project; it need not exist.")]
    public string? Repository { get; init; }

    [FromQuery(Name = "tag"), Description("A tag of the repository; it need not exist.")]
    public string? Tag { get; init; }

    internal async ValueTask<Result<AccessTarget>> ReadAsync(ProjectDirectory projects, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(Project)) return string.IsNullOrEmpty(Repository) && string.IsNullOrEmpty(Tag) ? AccessTarget.System : Error.Invalid("project", "A repository or tag needs its project.");
        if (!string.IsNullOrEmpty(Tag) && string.IsNullOrEmpty(Repository)) return Error.Invalid("repository", "A tag needs its repository.");
        if (!string.IsNullOrEmpty(Repository) && !RepositoryName.TryCreate(Project, Repository, out _)) return Error.Invalid("repository", "A repository's path is lower-case letters and digits, parted by '.', '_', '-' and '/'.");
        if (!string.IsNullOrEmpty(Tag) && !TagName.TryParse(Tag, out _)) return Error.Invalid("tag", $"A tag has 1 to {TagName.MaxLength} letters, digits, '_', '.', '-'.");
        if (await projects.FindAsync(Project, cancellation) is not { } entry) return ProjectErrors.NotFound;
        return string.IsNullOrEmpty(Repository) ? entry.Target : string.IsNullOrEmpty(Tag) ? entry.TargetOf(Repository) : entry.TargetOf(Repository, Tag);
    }
}

using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>A project in a path, by name or by id. A whole number is an id unless the header says that it is a name.</summary>
public sealed class ProjectPath
{
    [FromRoute(Name = "project_name_or_id"), Description("The project's name, or its id.")]
    public required string Text { get; init; }

    [FromHeader(Name = "X-Is-Resource-Name"), Description("true when a number in the path is a name.")]
    public bool? IsName { get; init; }

    internal int? Id => IsName != true && int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}

static class ProjectPaths
{
    public static Task<Result<ProjectEntry>> ResolveAsync(this ProjectQueries projects, Caller caller, ProjectPath path, Permission needed, CancellationToken cancellation) =>
        path.Id is { } id ? projects.ResolveAsync(caller, id, needed, cancellation) : projects.ResolveAsync(caller, path.Text, needed, cancellation);

    /// <summary>
    /// A group below one project. Somebody who has not signed in is asked to, whether the project is missing or merely not for everybody;
    /// somebody who has gets "not found" for both.
    /// </summary>
    public static RouteGroupBuilder MapProject(this IEndpointRouteBuilder api, string prefix)
    {
        var group = api.MapGroup(prefix);
        group.AddEndpointFilter(static async (context, next) =>
        {
            var answer = await next(context);
            return answer is ApiRefusal refusal && refusal.Error == ProjectErrors.NotFound && context.HttpContext.Caller().IsAnonymous ? AccessErrors.SignInNeeded.Reply() : answer;
        });
        return group;
    }
}

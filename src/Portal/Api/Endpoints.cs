using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Portal.Api;

/// <summary>What endpoints say of themselves in the OpenAPI document.</summary>
static class EndpointDescriptions
{
    /// <summary>Names the operation, says what it is for, and what it refuses beside 401, 403 and 500.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string operation, string tag, string summary, params ReadOnlySpan<int> refusals)
    {
        endpoint.WithName(operation).WithTags(tag).WithSummary(summary);
        foreach (var status in (ReadOnlySpan<int>)[401, 403, .. refusals, 500]) endpoint.Produces<ErrorsJson>(status);
        return endpoint;
    }

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status200OK) => endpoint.Produces<T>(status);

    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status200OK) => endpoint.Produces(status);
}

/// <summary>Names in paths.</summary>
static class PathNames
{
    /// <summary>A repository's name arrives encoded twice, or once: <c>a%252Fb</c> or <c>a%2Fb</c> for <c>a/b</c>.</summary>
    public static string Repository(string text) => Uri.UnescapeDataString(text);

    /// <summary>The same the other way round, for links in answers.</summary>
    public static string Encode(string repository) => repository.Replace("/", "%252F", StringComparison.Ordinal);
}

static class ResultReplies
{
    /// <summary>200 without a body, or the refusal.</summary>
    public static IResult Reply(this Kernel.Result result) => result.Ok ? Results.Ok() : result.Error.Reply();

    /// <summary>200 with the value in its wire shape, or the refusal.</summary>
    public static IResult Reply<T, TWire>(this Kernel.Result<T> result, Func<T, TWire> wire) => result.Ok ? Results.Ok(wire(result.Value)) : result.Error.Reply();

    /// <summary>201 with a <c>Location</c> and no body.</summary>
    public static IResult Created(string location) => Results.Created(location, (object?)null);
}

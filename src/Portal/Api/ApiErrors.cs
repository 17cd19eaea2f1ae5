using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Portal.Access;
using Portal.Kernel;

namespace Portal.Api;

/// <summary>The error list of <c>/api/v2.0</c>.</summary>
[Wire]
public sealed class ErrorsJson
{
    public IReadOnlyList<ErrorJson> Errors { get; init; } = [];
}

/// <summary>One error: a stable code and a sentence.</summary>
[Wire]
public sealed class ErrorJson
{
    [Always] public string Code { get; init; } = "";
    [Always] public string Message { get; init; } = "";
}

/// <summary>A refusal as an answer.</summary>
sealed class ApiRefusal(Error error) : IResult
{
    public Error Error => error;

    public Task ExecuteAsync(HttpContext httpContext) => ApiErrors.WriteAsync(httpContext, error);
}

/// <summary>Turns refusals into answers: the error list on <c>/api/v2.0</c>, RFC 9457 problem details on <c>/api/portal</c>.</summary>
static class ApiErrors
{
    static readonly object SignInItem = new();

    // Codes of the contract that are not the plain name of their status.
    static readonly Dictionary<string, int> Codes = new(StringComparer.Ordinal)
    {
        ["UNPROCESSABLE_ENTITY"] = 422,
        ["UNSUPPORTED_MEDIA_TYPE"] = 415,
        ["METHOD_NOT_ALLOWED"] = 405,
        ["DIGEST_INVALID"] = 400,
        ["MANIFEST_INVALID"] = 400,
        ["UNSUPPORTED"] = 400,
        ["DENIED"] = 403,
        ["VIOLATE_FOREIGN_KEY_CONSTRAINT"] = 412,
        ["PROJECTPOLICYVIOLATION"] = 412,
    };

    public static IResult Reply(this Error error) => new ApiRefusal(error);

    /// <summary>The refusal of a framework check, such as <c>page_size in query should be less than or equal to 100</c>.</summary>
    public static Error Unprocessable(string message) => new("UNPROCESSABLE_ENTITY", message, ErrorKind.Invalid);

    /// <summary>Keeps why the request's credentials were refused: it is the better answer when the request turns out to need some.</summary>
    public static void KeepSignInRefusal(HttpContext http, Error refusal) => http.Items[SignInItem] = refusal;

    public static Task WriteAsync(HttpContext http, Error error)
    {
        if (error.Kind == ErrorKind.Unauthenticated && http.Items.TryGetValue(SignInItem, out var kept) && kept is Error refusal) error = refusal;
        var (status, code) = StatusOf(error);
        return WriteAsync(http, status, code, status >= 500 ? "internal server error" : error.Message, error.Field);
    }

    public static Task WriteAsync(HttpContext http, int status, string? message = null) =>
        status >= 500 ? WriteAsync(http, status, "UNKNOWN", "internal server error", null) : WriteAsync(http, status, CodeOf(status), message ?? TextOf(http, status), null);

    static Task WriteAsync(HttpContext http, int status, string code, string message, string? field)
    {
        http.Response.StatusCode = status;
        if (HttpMethods.IsHead(http.Request.Method)) return Task.CompletedTask;
        if (http.Request.Path.StartsWithSegments("/api/portal"))
        {
            var problem = new ProblemDetails { Status = status, Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), Detail = message, Extensions = { ["code"] = code } };
            if (field is not null) problem.Extensions["field"] = field;
            return http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", http.RequestAborted);
        }
        return http.Response.WriteAsJsonAsync(new ErrorsJson { Errors = [new() { Code = code, Message = message }] }, WireJson.Options, http.RequestAborted);
    }

    static (int Status, string Code) StatusOf(Error error)
    {
        if (Codes.TryGetValue(error.Code, out var known)) return (known, error.Code);
        return error.Kind switch
        {
            ErrorKind.Invalid => (400, "BAD_REQUEST"),
            ErrorKind.Unauthenticated => (401, "UNAUTHORIZED"),
            ErrorKind.Forbidden => (403, "FORBIDDEN"),
            ErrorKind.Denied => (412, "PROJECTPOLICYVIOLATION"),
            ErrorKind.NotFound => (404, "NOT_FOUND"),
            ErrorKind.Conflict => (409, "CONFLICT"),
            ErrorKind.Precondition => (412, "PRECONDITION"),
            ErrorKind.TooLarge => (413, "REQUEST_ENTITY_TOO_LARGE"),
            ErrorKind.TooMany => (429, "TOO_MANY_REQUEST"),
            _ => (503, "UNKNOWN"),
        };
    }

    static string CodeOf(int status) => status switch
    {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        403 => "FORBIDDEN",
        404 => "NOT_FOUND",
        405 => "METHOD_NOT_ALLOWED",
        413 => "REQUEST_ENTITY_TOO_LARGE",
        415 => "UNSUPPORTED_MEDIA_TYPE",
        422 => "UNPROCESSABLE_ENTITY",
        429 => "TOO_MANY_REQUEST",
        _ => "BAD_REQUEST",
    };

    static string TextOf(HttpContext http, int status) => status switch
    {
        401 => AccessErrors.SignInNeeded.Message,
        403 when http.Session() is { MustChangePassword: true } => AccessErrors.PasswordChangeRequired.Message,
        404 => $"path {http.Request.Path} was not found",
        405 => $"method {http.Request.Method} is not allowed",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
    };
}

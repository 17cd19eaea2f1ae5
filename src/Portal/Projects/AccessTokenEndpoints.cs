using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Api;
using Portal.Kernel;

namespace Portal.Projects;

/// <summary>One's own personal access tokens, under <c>/api/portal</c>.</summary>
public static class AccessTokenEndpoints
{
    const string Tag = "access token";
    static readonly Dictionary<string, string> Sorts = new(StringComparer.Ordinal) { ["name"] = "name", ["creation_time"] = "created", ["expires_at"] = "expires", ["last_used_at"] = "used" };

    public static void MapAccessTokens(this IEndpointRouteBuilder portal)
    {
        portal.MapGet("/tokens", ListAsync).Describe("listAccessTokens", Tag, "List one's own access tokens", 422).Answers<AccessTokenJson[]>();
        portal.MapPost("/tokens", CreateAsync).Describe("createAccessToken", Tag, "Make an access token; the answer is the only one that holds it", 400, 404, 409, 412).Answers<AccessTokenCreatedJson>(201);
        portal.MapDelete("/tokens/{token_id}", RevokeAsync).Describe("revokeAccessToken", Tag, "End an access token at once", 404).Answers();
    }

    static async Task<IResult> ListAsync(HttpContext http, AccessTokenQueries tokens, [AsParameters] ListQuery list, CancellationToken cancellation)
    {
        var request = list.Read(Sorts, "-created");
        if (!request.Ok) return request.Error.Reply();
        var page = await tokens.ListAsync(http.Caller(), request.Value.Page, cancellation);
        return page.Ok ? http.List(request.Value, page.Value, AccessTokenJson.From) : page.Error.Reply();
    }

    static async Task<IResult> CreateAsync(HttpContext http, ProjectQueries projects, AccessTokenService service, AccessTokenReq body, CancellationToken cancellation)
    {
        var caller = http.Caller();
        if (caller.IsAnonymous) return AccessErrors.SignInNeeded.Reply();
        int? projectId = null;
        if (body.Project is { Length: > 0 } name)
        {
            var project = await projects.ResolveAsync(caller, name, Permissions.ProjectRead, cancellation);
            if (!project.Ok) return project.Error.Reply();
            projectId = project.Value.Id;
        }
        var made = await service.CreateAsync(caller, new(body.Name ?? "", body.Scopes ?? [], projectId, string.Join(' ', body.AllowedFrom ?? []), body.Days == -1 ? null : body.Days ?? 0), cancellation);
        return made.Ok
            ? Results.Created((string?)null, new AccessTokenCreatedJson { Id = made.Value.Id, Token = made.Value.Text, ExpiresAt = made.Value.ExpiresAt })
            : made.Error.Reply();
    }

    static async Task<IResult> RevokeAsync(HttpContext http, AccessTokenService service, int token_id, CancellationToken cancellation) =>
        (await service.RevokeAsync(http.Caller(), token_id, cancellation)).Reply();
}

[Wire]
public sealed class AccessTokenJson
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string Hint { get; init; } = "";

    /// <summary><c>full</c>, or the rights it carries at most.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
    public string? Project { get; init; }
    public IReadOnlyList<string> AllowedFrom { get; init; } = [];
    public DateTimeOffset CreationTime { get; init; }

    /// <summary>Missing for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
    public string LastUsedFrom { get; init; } = "";
    public string LastUsedBy { get; init; } = "";

    internal static AccessTokenJson From(AccessTokenRow row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Hint = row.Hint,
        Scopes = row.Scopes.Length == 0 ? ["full"] : row.Scopes.Split(' '),
        Project = row.Project,
        AllowedFrom = row.AllowedFrom.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        CreationTime = row.CreatedAt,
        ExpiresAt = row.ExpiresAt,
        RevokedAt = row.RevokedAt,
        LastUsedAt = row.LastUsedAt,
        LastUsedFrom = row.LastUsedFrom,
        LastUsedBy = row.LastUsedBy,
    };
}

[Wire]
public sealed class AccessTokenReq
{
    public string? Name { get; init; }

    /// <summary><c>read</c>, <c>write</c>, <c>delete</c>, <c>full</c>, or single rights such as <c>repository:pull</c>.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }

    /// <summary>The only project it should work in.</summary>
    public string? Project { get; init; }

    /// <summary>Addresses and networks it may be used from; none for any.</summary>
    public IReadOnlyList<string>? AllowedFrom { get; init; }

    /// <summary>How long it lives; -1 for without an end, where the server allows it.</summary>
    public int? Days { get; init; }
}

[Wire]
public sealed class AccessTokenCreatedJson
{
    public int Id { get; init; }
    public string Token { get; init; } = "";
    public DateTimeOffset? ExpiresAt { get; init; }
}

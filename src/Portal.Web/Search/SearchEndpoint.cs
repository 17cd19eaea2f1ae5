using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Portal.Access;
using Portal.Artifacts;
using Portal.Web.Kit;

namespace Portal.Web.Search;

/// <summary>What the command palette reads while somebody types; the README has its shape.</summary>
static class SearchEndpoint
{
    /// <summary>Rows a group.</summary>
    const int Take = 8;

    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void MapSearch(this IEndpointRouteBuilder app) =>
        app.MapGet(PortalUrls.SearchApi, SearchAsync).WithName("portalSearch").WithTags("portal").WithSummary("What the search box finds, at most 8 a group").Produces<PaletteAnswer>();

    static async Task<IResult> SearchAsync(HttpContext http, SearchQueries search, string? q, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var found = await search.SearchAsync(http.Caller(), q, Take, cancellation);
        PaletteGroup[] groups =
        [
            new("Projects", [.. found.Projects.Select(p => new PaletteItem(p.Name, p.Public ? "public project" : "private project", PortalUrls.Project(p.Name), "folder", null))]),
            new("Repositories", [.. found.Repositories.Select(r => new PaletteItem(r.FullName, null, PortalUrls.Repository(r.ProjectName, r.Name), "deployed_code", null))]),
            new("Tags", [.. found.Tags.Select(t => new PaletteItem($"{t.Repository}:{t.Tag}", Format.ShortDigest(t.Digest), Artifact(t.Repository, t.Digest), "sell", $"docker pull {http.Request.Host}/{t.Repository}:{t.Tag}"))]),
            new("Digests", [.. found.Digests.Select(d => new PaletteItem(d.Repository, Format.ShortDigest(d.Digest), Artifact(d.Repository, d.Digest), "data_object", $"docker pull {http.Request.Host}/{d.Repository}@{d.Digest}"))]),
        ];
        return Results.Json(new PaletteAnswer([.. groups.Where(g => g.Items.Count > 0)], (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds), Json);
    }

    static string Artifact(string repository, string digest)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        return PortalUrls.Artifact(repository[..slash], repository[(slash + 1)..], digest);
    }
}

sealed record PaletteAnswer(IReadOnlyList<PaletteGroup> Groups, long ElapsedMs);

sealed record PaletteGroup(string Title, IReadOnlyList<PaletteItem> Items);

sealed record PaletteItem(string Title, string? Detail, string Url, string Icon, string? Copy);

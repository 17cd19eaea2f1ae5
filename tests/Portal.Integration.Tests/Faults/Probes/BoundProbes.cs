using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Access;
using Portal.Registry.Manifests;
using Xunit;
using static Portal.Integration.Tests.Faults.Target;

namespace Portal.Integration.Tests.Faults.Probes;

/// <summary>What can be asked for, or sent, without end.</summary>
static class BoundProbes
{
    /// <summary>Pages, bodies, nesting and headers of any size.</summary>
    public static async Task AskWithoutEndAsync(Target target)
    {
        await FillAsync(target);
        using var admin = target.Http("admin");
        foreach (var n in (string[])["2000", "999999999", "99999999999999999999", ""])
        {
            var tags = JsonNode.Parse((await AskAsync(admin, HttpMethod.Get, $"v2/own/team/app/tags/list?n={n}")).Text)!["tags"]!.AsArray();
            Flaw.If(tags.Count > 1_000, $"a page of the registry has {tags.Count} entries");
            Assert.Equal(1_000, tags.Count);
        }
        foreach (var size in (string[])["1000", "999999999", "-1"])
        {
            var (status, text) = await AskAsync(admin, HttpMethod.Get, $"api/v2.0/users?page_size={size}");
            Flaw.If(status == 200 && JsonNode.Parse(text)!.AsArray().Count > 100, "a page of the API has more than 100 entries");
            Assert.True(status is 200 or 422, text);
        }
        using var pusher = target.Http("maintainer");
        foreach (var declared in (bool[])[true, false])
        {
            using var body = new StreamContent(new MemoryStream(new byte[5 * 1024 * 1024])) { Headers = { ContentType = new(MediaTypes.OciManifest), ContentLength = declared ? 5 * 1024 * 1024 : null } };
            using var request = new HttpRequestMessage(HttpMethod.Put, $"v2/own/{Name("large")}/manifests/1") { Content = body };
            request.Headers.TransferEncodingChunked = declared ? null : true;
            Flaw.Unless(413, await SentAsync(pusher, request), "a manifest of any size is read");
        }
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200);
        Flaw.Unless(400, await StatusAsync(admin, HttpMethod.Post, "api/v2.0/projects", Json($$"""{"project_name":"{{Name("deep")}}","x":{{deep}}}""")), "a body is nested without end");
        using var large = new HttpRequestMessage(HttpMethod.Post, "api/v2.0/projects") { Content = Json($$"""{"project_name":"{{Name("large")}}","x":"{{new string('x', 5 * 1024 * 1024)}}"}""") };
        Flaw.Unless(413, await SentAsync(admin, large), "a body of any size is read");
        using var headers = target.Http("admin");
        headers.DefaultRequestHeaders.TryAddWithoutValidation("X-Long", new string('x', 40 * 1024));
        Flaw.Unless(431, await GetAsync(headers, "api/v2.0/ping"), "headers of any size are read");
        var scopes = string.Concat(Enumerable.Range(0, 25).Select(i => $"&scope=repository:own/r{i}:pull"));
        Flaw.Unless(400, await GetAsync(admin, "service/token?service=portal-registry" + scopes), "a token for any number of scopes is made");
        Flaw.Unless(400, await StatusAsync(admin, HttpMethod.Put, "api/v2.0/projects/own/repositories/team%252Fapp", Json($$"""{"description":"{{new string('x', 100_000)}}"}""")), "a description of any length is kept");
    }

    static async Task<int> SentAsync(HttpClient client, HttpRequestMessage request)
    {
        try
        {
            using var answer = await client.SendAsync(request);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException e) when (e.InnerException is IOException)
        {
            // the server hung up in the middle of the body: it has said so, and its answer was lost on the way
            return 413;
        }
    }

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    // more tags and people than any page may have
    static Task FillAsync(Target target) => target.DatabaseAsync(async db =>
    {
        var (artifact, model) = (await db.Artifacts.FirstAsync(a => a.ProjectId == target.Api.Own.Id && a.Digest == Api.ApiFixture.Digest), await db.Users.FirstAsync(u => u.UserName == "guest"));
        db.Tags.AddRange(Enumerable.Range(0, 1_100).Select(i => new Portal.Artifacts.Tag { RepositoryId = artifact.RepositoryId, ArtifactId = artifact.Id, Name = $"many-{i}", PushedAt = artifact.PushedAt, PushedBy = "admin" }));
        db.Users.AddRange(Enumerable.Range(0, 120).Select(i => new User { UserName = $"many-{i}", NormalizedUserName = $"MANY-{i}", SecurityStamp = model.SecurityStamp, PasswordHash = model.PasswordHash }));
        return await db.SaveChangesAsync();
    });
}

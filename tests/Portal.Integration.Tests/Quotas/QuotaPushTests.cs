using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Projects;
using Portal.Quotas;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Quotas;

/// <summary>Limits as a push meets them: early, while bytes stream, per repository, and told once.</summary>
public sealed class QuotaPushTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    const int Pushers = 32;
    const string Words = "will exceed the configured upper limit";

    QuotaService Quotas => portal.Host.Services.GetRequiredService<QuotaService>();

    [Fact]
    public async Task Upload_ThatCannotFit_IsRefusedBeforeItIsStored_AndToldOnce()
    {
        var project = await LimitedAsync("early", 1_000);
        using var http = portal.Http("admin");
        var digest = Digest.Sha256(new byte[5_000]);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var content = new ByteArrayContent(new byte[5_000]);
            using var answer = await http.PostAsync(new Uri($"v2/early/app/blobs/uploads/?digest={digest}", UriKind.Relative), content);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains("adding 4.9 KiB of storage resource, which when updated to current usage of 0.0 B will exceed the configured upper limit of 1000.0 B.", text, StringComparison.Ordinal);
            Assert.Equal("DENIED", (string)JsonNode.Parse(text)!["errors"]![0]!["code"]!);
        }
        Assert.False(await portal.DatabaseAsync(db => db.Blobs.AnyAsync(b => b.Digest == digest.Text)));
        Assert.Single(await AuditAsync(project.Id, AuditActions.QuotaExceeded));
    }

    [Fact]
    public async Task Upload_WithoutALength_EndsWhereTheLimitIs_AndGivesTheRoomBack()
    {
        var project = await LimitedAsync("stream", 300_000);
        using var http = portal.Http("admin");
        var first = await StartAsync(http, "stream/a");
        using var kept = await PatchAsync(http, first, 200_000);
        Assert.Equal(HttpStatusCode.Accepted, kept.StatusCode);
        Assert.Equal(200_000, Kept(project));

        using (var refused = await PatchAsync(http, await StartAsync(http, "stream/b"), 200_000))
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains(Words, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.Equal(200_000, Kept(project));

        using (var cancelled = await http.DeleteAsync(kept.Headers.Location)) Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal(0, Kept(project));
        using (var fits = await PatchAsync(http, await StartAsync(http, "stream/c"), 200_000)) Assert.Equal(HttpStatusCode.Accepted, fits.StatusCode);
    }

    [Fact]
    public async Task Upload_OfABlobThatTheProjectHolds_FitsAFullProject()
    {
        var project = await portal.Host.CreateProjectAsync("full");
        var image = Image(900);
        Assert.True((await PushAsync("full/a", image, "v1")).Ok);
        await SetAsync(project, new(image.Blobs.Sum(b => b.Size)));

        Assert.True((await PushAsync("full/b", image, "v1")).Ok);
        using var http = portal.Http("admin");
        using var streamed = await PatchAsync(http, await StartAsync(http, "full/c"), 200_000);
        Assert.Equal(HttpStatusCode.Accepted, streamed.StatusCode);
        using var larger = await PatchAsync(http, await StartAsync(http, "full/c"), 250_000);
        Assert.Equal(HttpStatusCode.Forbidden, larger.StatusCode);
    }

    [Fact]
    public async Task Mount_ThatDoesNotFit_IsRefused()
    {
        var image = Image(901);
        await portal.Host.CreateProjectAsync("mount-source");
        Assert.True((await PushAsync("mount-source/a", image, "v1")).Ok);
        await LimitedAsync("mount-target", 1_000);
        using var http = portal.Http("admin");
        var layer = image.Blobs.MaxBy(b => b.Size)!;

        using var mounted = await http.PostAsync(new Uri($"v2/mount-target/a/blobs/uploads/?mount={layer.Digest}&from=mount-source/a", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.Forbidden, mounted.StatusCode);
        Assert.Contains(Words, await mounted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Marks_AreToldOncePerCrossing()
    {
        var images = Enumerable.Range(910, 10).Select(Image).ToList();
        var one = images[0].Blobs.Sum(b => b.Size);
        var project = await LimitedAsync("marks", one * 10);
        for (var i = 0; i < 10; i++) Assert.True((await PushAsync("marks/app", images[i], $"v{i}")).Ok);
        Assert.Equal([80, 95], await MarksAsync(project));
        Assert.True((await PushAsync("marks/app", images[0], "again")).Ok);
        Assert.Equal([80, 95], await MarksAsync(project));

        var deleter = portal.Host.Services.GetRequiredService<ArtifactDeleter>();
        foreach (var image in images.Take(3)) Assert.True((await deleter.DeleteArtifactAsync(portal.Host.Admin, Name("marks/app"), image.Digest, CancellationToken.None)).Ok);
        Assert.True((await PushAsync("marks/app", images[0], "v0")).Ok);
        Assert.Equal([80, 95, 80], await MarksAsync(project));
    }

    [Fact]
    public async Task Tags_ManyAtOnceNearTheLimit_StopExactlyThere_AlsoByRetagAndCopy()
    {
        var project = await portal.Host.CreateProjectAsync("tagged");
        await SetAsync(project, new(RepositoryTags: 5));
        var images = Enumerable.Range(0, Pushers).Select(i => GatewayFixture.Image($"tagged {i}")).ToList();

        var results = await Task.WhenAll(images.Select((image, i) => PushAsync("tagged/app", image, $"v{i}")));

        Assert.Equal(5, results.Count(r => r.Ok));
        Assert.All(results.Where(r => !r.Ok), r => Assert.Contains("has 5 tags already", r.Error!.Message, StringComparison.Ordinal));
        var tags = await TagsAsync("tagged", "app");
        Assert.Equal(5, tags.Count);
        // one that is there already may still be moved, and a new one set once another has gone
        Assert.True((await PushAsync("tagged/app", GatewayFixture.Image("tagged again"), tags[0])).Ok);
        using var http = portal.Http("admin");
        using (var retag = await http.PostAsync(new Uri($"api/v2.0/projects/tagged/repositories/app/artifacts/{tags[0]}/tags", UriKind.Relative), Json("""{"name":"extra"}""")))
        {
            Assert.False(retag.IsSuccessStatusCode);
            Assert.Contains("has 5 tags already", await retag.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await portal.Host.CreateProjectAsync("tag-source");
        Assert.True((await PushAsync("tag-source/app", GatewayFixture.Image("copied"), "extra")).Ok);
        using (var copy = await http.PostAsync(new Uri("api/v2.0/projects/tagged/repositories/app/artifacts?from=tag-source/app:extra", UriKind.Relative), null)) Assert.False(copy.IsSuccessStatusCode);
        using (var deleted = await http.DeleteAsync(new Uri($"api/v2.0/projects/tagged/repositories/app/artifacts/{tags[1]}/tags/{tags[1]}", UriKind.Relative))) Assert.True(deleted.IsSuccessStatusCode);
        Assert.True((await PushAsync("tagged/app", GatewayFixture.Image("copied"), "extra")).Ok);
        Assert.Equal(5, (await TagsAsync("tagged", "app")).Count);
        Assert.Single(await AuditAsync(project.Id, AuditActions.QuotaExceeded));
    }

    [Fact]
    public async Task RepositoryBytes_ManyAtOnceNearTheLimit_TakeWhatFits()
    {
        var project = await portal.Host.CreateProjectAsync("narrow");
        var images = Enumerable.Range(1_000, Pushers).Select(Image).ToList();
        var one = images[0].Blobs.Sum(b => b.Size);
        await SetAsync(project, new(RepositoryStorage: (one * 4) + (one / 2)));

        var results = await Task.WhenAll(images.Select((image, i) => PushAsync($"narrow/app{i % 2}", image, $"v{i}")));

        Assert.Equal(8, results.Count(r => r.Ok));
        Assert.All(results.Where(r => !r.Ok), r => Assert.Contains("for one repository", r.Error!.Message, StringComparison.Ordinal));
        Assert.Equal(one * 8, (await portal.DatabaseAsync(db => db.ProjectStorages.AsNoTracking().SingleAsync(s => s.ProjectId == project.Id))).Used);
        var recount = await Quotas.RecountAsync(portal.Host.Admin, project.Id, CancellationToken.None);
        Assert.False(recount.Value.Differed);
    }

    [Fact]
    public async Task PushesAndDeletesAndRecounts_AtOnce_LeaveNothingToMend()
    {
        var project = await LimitedAsync("recounted", 2_000_000);
        var deleter = portal.Host.Services.GetRequiredService<ArtifactDeleter>();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async worker =>
        {
            for (var round = 0; round < 5; round++)
            {
                var image = Image(1_100 + ((worker + round) % 4));
                var repository = $"recounted/app{worker}";
                Assert.True((await PushAsync(repository, image, $"v{round}")).Ok);
                Assert.False((await Quotas.RecountAsync(portal.Host.Admin, project.Id, CancellationToken.None)).Value.Differed);
                if (round % 2 == 0) Assert.True((await deleter.DeleteArtifactAsync(portal.Host.Admin, Name(repository), image.Digest, CancellationToken.None)).Ok);
            }
        }));
        Assert.False((await Quotas.RecountAsync(portal.Host.Admin, project.Id, CancellationToken.None)).Value.Differed);
        Assert.Equal(0, Kept(project));
    }

    [Fact]
    public async Task SwitchedOff_NoLimitHolds()
    {
        await LimitedAsync("off", 1_000);
        Assert.False((await PushAsync("off/app", Image(1_200), "v1")).Ok);
        using var http = portal.Http("admin");
        using (var off = await http.PutAsync(new Uri("api/v2.0/configurations", UriKind.Relative), Json("""{"quota_per_project_enable":false}"""))) Assert.True(off.IsSuccessStatusCode);
        var pushed = await PushAsync("off/app", Image(1_200), "v1");
        using (var on = await http.PutAsync(new Uri("api/v2.0/configurations", UriKind.Relative), Json("""{"quota_per_project_enable":true}"""))) Assert.True(on.IsSuccessStatusCode);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    async Task<ProjectEntry> LimitedAsync(string name, long limit)
    {
        var project = await portal.Host.CreateProjectAsync(name);
        await SetAsync(project, new(limit));
        return project;
    }

    async Task SetAsync(ProjectEntry project, QuotaChange change)
    {
        var set = await Quotas.UpdateAsync(portal.Host.Admin, project.Id, change, CancellationToken.None);
        Assert.True(set.Ok, set.Error?.ToString());
    }

    long Kept(ProjectEntry project) => portal.Host.Services.GetRequiredService<UploadReservations>().KeptFor(project.Id);

    Task<Result> PushAsync(string repository, BuiltArtifact image, string tag) => ImagePusher.PushAsync(portal.Client("admin"), repository, image, [TagName.TryParse(tag, out var name) ? name : throw new ArgumentException(tag)]);

    static async Task<Uri> StartAsync(HttpClient http, string repository)
    {
        using var started = await http.PostAsync(new Uri($"v2/{repository}/blobs/uploads/", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        return started.Headers.Location!;
    }

    // chunked, so that nobody knows the length before the end
    static async Task<HttpResponseMessage> PatchAsync(HttpClient http, Uri upload, int bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = new StreamContent(new MemoryStream(new byte[bytes])) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await http.SendAsync(request);
    }

    async Task<List<int>> MarksAsync(ProjectEntry project) => [.. (await AuditAsync(project.Id, AuditActions.QuotaNear)).Select(e => (int)JsonNode.Parse(e.After!)!["percent"]!)];

    Task<List<AuditEvent>> AuditAsync(int project, string action) =>
        portal.DatabaseAsync(db => db.AuditEvents.AsNoTracking().Where(e => e.ProjectId == project && e.Action == action).OrderBy(e => e.Id).ToListAsync());

    Task<List<string>> TagsAsync(string project, string repository) =>
        portal.DatabaseAsync(db => db.Tags.Where(t => db.Repositories.Any(r => r.Id == t.RepositoryId && r.Name == repository && r.Project!.Name == project)).Select(t => t.Name).ToListAsync());

    static StringContent Json(string text) => new(text, System.Text.Encoding.UTF8, "application/json");

    static BuiltArtifact Image(int seed) => new OciImageBuilder(DateTimeOffset.UnixEpoch).On("linux", "amd64").RandomLayer(200_000, seed).Build();

    static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}

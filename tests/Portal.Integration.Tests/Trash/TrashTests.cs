using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Access;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Projects;
using Portal.Quotas;
using Portal.Registry.Images;
using Portal.Trash;
using Xunit;

namespace Portal.Integration.Tests.Trash;

/// <summary>The trash as people use it: what lies there and why, coming back under old and other names, going for good, and many at once.</summary>
public sealed class TrashTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    T Service<T>() where T : notnull => portal.Host.Services.GetRequiredService<T>();

    TrashService Trash => Service<TrashService>();

    Caller Admin => portal.Host.Admin;

    static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new FormatException(text);

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    static BuiltArtifact NewImage() => GatewayFixture.Image(Guid.NewGuid().ToString());

    async Task PushAsync(string repository, BuiltArtifact image, params string[] tags)
    {
        var pushed = await ImagePusher.PushAsync(portal.Client("admin"), repository, image, [.. tags.Select(Tag)]);
        Assert.True(pushed.Ok, pushed.Error?.ToString());
    }

    async Task<DeletionSummary> DeleteAsync(string repository, Reference reference)
    {
        var done = await Service<ArtifactDeleter>().DeleteArtifactAsync(Admin, Name(repository), reference, default);
        Assert.True(done.Ok, done.Error?.ToString());
        return done.Value;
    }

    async Task<TrashRow> RowAsync(string project, long id) => (await Service<TrashQueries>().ListAsync(Admin, project, new(), new(0, 100), default)).Value.Items.Single(r => r.Id == id);

    [Fact]
    public async Task Deletion_IsInTheTrash_WithWhoWhyWhatAndHowMuch()
    {
        await portal.Host.CreateProjectAsync("told");
        var (shared, image) = (NewImage(), NewImage());
        var index = OciArtifacts.Index([shared, image]);
        await PushAsync("told/app", index, "all", "latest");
        await PushAsync("told/app", shared, "one");
        var sbom = OciArtifacts.Sbom(index, [], GatewayFixture.Time);
        await PushAsync("told/app", sbom);
        var deleted = await Service<ArtifactDeleter>().DeleteArtifactAsync(Admin, Name("told/app"), index.Digest, default, DeletionCause.Retention, new("newest 3 of all"));
        var row = await RowAsync("told", deleted.Value.DeletionId);
        Assert.Equal((DeletionKind.Artifact, DeletionCause.Retention, "newest 3 of all", "admin", "app", 3, 2), (row.Kind, row.Cause, row.Reason, row.Actor, row.Repository, row.Artifacts, row.Tags));
        Assert.Equal($"told/app@{index.Digest}", row.Name);
        Assert.Equal(image.Blobs.Concat(sbom.Blobs).DistinctBy(b => b.Digest).Where(b => shared.Blobs.All(s => s.Digest != b.Digest)).Sum(b => b.Size), row.OwnBytes);
        Assert.Equal(14, Math.Round((row.ExpiresAt - row.At).TotalDays));
        var detail = (await Service<TrashQueries>().FindAsync(Admin, row.Id, new(0, 10), default)).Value;
        Assert.Equal(["all", "latest"], detail.Items.Items.Single(i => i.Digest == index.Digest.Text).Tags);
        Assert.Equal(3, detail.Items.Total);
        Assert.Empty(detail.TagsUsed);
    }

    [Fact]
    public async Task Restore_WhoseTagIsUsedAgain_TakesAnotherName_AndLeavesTheNewOne()
    {
        await portal.Host.CreateProjectAsync("clash");
        var (old, now) = (NewImage(), NewImage());
        await PushAsync("clash/app", old, "v1", "v2");
        var deleted = await DeleteAsync("clash/app", Tag("v1"));
        await PushAsync("clash/app", now, "v1");
        Assert.Equal(["v1"], (await Service<TrashQueries>().FindAsync(Admin, deleted.DeletionId, new(0, 10), default)).Value.TagsUsed);
        Assert.Equal("tag", (await Trash.RestoreAsync(Admin, deleted.DeletionId, new(new Dictionary<string, string> { ["v1"] = "not a tag" }), null, default)).Error!.Field);
        var back = await Trash.RestoreAsync(Admin, deleted.DeletionId, new(new Dictionary<string, string> { ["v1"] = "v1-old" }), null, default);
        Assert.Equal((1, 2), (back.Value.Artifacts, back.Value.Tags));
        Assert.Empty(back.Value.TagsTaken);
        var client = portal.Client("admin");
        Assert.Equal(old.Digest, (await client.GetManifestAsync("clash/app", Tag("v1-old"))).Value.Digest);
        Assert.Equal(old.Digest, (await client.GetManifestAsync("clash/app", Tag("v2"))).Value.Digest);
        Assert.Equal(now.Digest, (await client.GetManifestAsync("clash/app", Tag("v1"))).Value.Digest);
        Assert.Equal("CONFLICT", (await Trash.RestoreAsync(Admin, deleted.DeletionId, new(), null, default)).Error!.Code);
    }

    [Fact]
    public async Task Restore_AsAnotherRepository_IsPulledThere()
    {
        await portal.Host.CreateProjectAsync("moved");
        var index = OciArtifacts.Index([NewImage(), GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64")]);
        await PushAsync("moved/app", index, "v1");
        var deleted = await Service<ArtifactDeleter>().DeleteRepositoryAsync(Admin, Name("moved/app"), default);
        var now = NewImage();
        await PushAsync("moved/app", now, "v1");
        Assert.Equal("repository", (await Trash.RestoreAsync(Admin, deleted.Value.DeletionId, new(Repository: "app"), null, default)).Error!.Field);
        var back = await Trash.RestoreAsync(Admin, deleted.Value.DeletionId, new(Repository: "app-before"), null, default);
        Assert.True(back.Ok, back.Error?.ToString());
        var client = portal.Client("admin");
        Assert.Equal(index.Digest, (await client.GetManifestAsync("moved/app-before", Tag("v1"))).Value.Digest);
        foreach (var blob in index.Children.SelectMany(c => c.Blobs)) Assert.True((await client.GetBlobAsync("moved/app-before", blob.Digest, 1 << 20)).Ok);
        Assert.Equal(now.Digest, (await client.GetManifestAsync("moved/app", Tag("v1"))).Value.Digest);
        Assert.False((await client.GetManifestAsync("moved/app", index.Digest)).Ok);
        Assert.False((await Service<QuotaService>().RecountAsync(Admin, back.Ok ? (await portal.DatabaseAsync(db => db.Projects.SingleAsync(p => p.Name == "moved"))).Id : 0, default)).Value.Differed);
    }

    [Fact]
    public async Task Push_OfTheSameContent_BringsItBack_AndTheEntryLosesNothing()
    {
        await portal.Host.CreateProjectAsync("again");
        var image = NewImage();
        await PushAsync("again/app", image, "v1");
        var deleted = await DeleteAsync("again/app", Tag("v1"));
        await PushAsync("again/app", image, "v2");
        var back = await Trash.RestoreAsync(Admin, deleted.DeletionId, new(), null, default);
        Assert.Equal((0, 1), (back.Value.Artifacts, back.Value.Tags));
        var client = portal.Client("admin");
        foreach (var tag in (string[])["v1", "v2"]) Assert.Equal(image.Digest, (await client.GetManifestAsync("again/app", Tag(tag))).Value.Digest);
    }

    [Fact]
    public async Task Window_HoldsForWhatIsDeletedFromThenOn_AndIsAudited()
    {
        var project = await portal.Host.CreateProjectAsync("window");
        await PushAsync("window/app", NewImage(), "a");
        await PushAsync("window/app", NewImage(), "b");
        var before = await DeleteAsync("window/app", Tag("a"));
        Assert.Equal("days", (await Trash.SetWindowAsync(Admin, "window", 3_651, default)).Error!.Field);
        Assert.True((await Trash.SetWindowAsync(Admin, "window", 0, default)).Ok);
        var after = await DeleteAsync("window/app", Tag("b"));
        Assert.Equal(14, Math.Round(((await RowAsync("window", before.DeletionId)).ExpiresAt - (await RowAsync("window", before.DeletionId)).At).TotalDays));
        Assert.Equal((await RowAsync("window", after.DeletionId)).At, (await RowAsync("window", after.DeletionId)).ExpiresAt);
        Assert.True(await portal.DatabaseAsync(db => db.AuditEvents.AnyAsync(e => e.ProjectId == project.Id && e.ResourceType == AuditResources.Trash && e.Action == AuditActions.Update)));
        Assert.Equal((0, 0), ((await Service<TrashQueries>().TotalsAsync(Admin, "window", default)).Value.Days, (await Service<TrashQueries>().TotalsAsync(Admin, "window", default)).Value.OwnDays));
        // its window is over, and still it comes back until a collection has taken it
        Assert.True((await Trash.RestoreAsync(Admin, after.DeletionId, new(), null, default)).Ok);
        Assert.Equal(0, await Service<DeletionEnd>().EndExpiredAsync(null, default));
        Assert.True((await Trash.RestoreAsync(Admin, before.DeletionId, new(), null, default)).Ok);
    }

    [Fact]
    public async Task DeleteNow_NeedsItsOwnRightAndTheName_AndIsFinal()
    {
        await portal.PushAsync("team/now", NewImage(), "v1");
        var deleted = await DeleteAsync("team/now", Tag("v1"));
        var row = await RowAsync("team", deleted.DeletionId);
        var maintainer = (await Service<CredentialService>().VerifyAsync("dev", TestKit.PortalHost.Password, Caller.Anonymous, default)).Value;
        var stranger = (await Service<CredentialService>().VerifyAsync("stranger", TestKit.PortalHost.Password, Caller.Anonymous, default)).Value;
        Assert.Equal(ErrorKind.NotFound, (await Trash.DestroyAsync(stranger, row.Id, row.Name, default)).Error!.Kind);
        Assert.Equal(ErrorKind.Forbidden, (await Trash.DestroyAsync(maintainer, row.Id, row.Name, default)).Error!.Kind);
        Assert.Equal("name", (await Trash.DestroyAsync(Admin, row.Id, "team/other", default)).Error!.Field);
        Assert.True((await Trash.DestroyAsync(Admin, row.Id, row.Name, default)).Ok);
        Assert.Equal(ArtifactErrors.Destroyed.Message, (await Trash.RestoreAsync(Admin, row.Id, new(), null, default)).Error!.Message);
        Assert.Equal(ErrorKind.NotFound, (await Service<TrashQueries>().FindAsync(Admin, row.Id, new(0, 10), default)).Error!.Kind);
        Assert.True(await portal.DatabaseAsync(db => db.AuditEvents.AnyAsync(e => e.Action == AuditActions.Destroy && e.Resource == row.Name)));
    }

    [Fact]
    public async Task Trash_ThatCounts_KeepsTheQuotaUsed_UntilItIsDestroyed()
    {
        var project = await portal.Host.CreateProjectAsync("counted");
        var (image, kept) = (NewImage(), NewImage());
        await PushAsync("counted/app", image, "v1");
        await PushAsync("counted/app", kept, "v2");
        var full = await UsedAsync();
        var first = await DeleteAsync("counted/app", Tag("v1"));
        var less = await UsedAsync();
        Assert.True(less < full);
        Assert.True((await Trash.ConfigureAsync(Admin, new(null, true), default)).Ok);
        try
        {
            Assert.Equal(full, await UsedAsync());
            var second = await DeleteAsync("counted/app", Tag("v2"));
            Assert.Equal(full, await UsedAsync());
            Assert.False((await Service<QuotaService>().RecountAsync(Admin, project.Id, default)).Value.Differed);
            Assert.True((await Trash.RestoreAsync(Admin, second.DeletionId, new(), null, default)).Ok);
            Assert.Equal(full, await UsedAsync());
            Assert.True((await Trash.DestroyAsync(Admin, first.DeletionId, (await RowAsync("counted", first.DeletionId)).Name, default)).Ok);
            Assert.Equal(less, await UsedAsync());
        }
        finally
        {
            Assert.True((await Trash.ConfigureAsync(Admin, new(null, false), default)).Ok);
        }
        Assert.Equal(less, await UsedAsync());
        Assert.False((await Service<QuotaService>().RecountAsync(Admin, project.Id, default)).Value.Differed);

        Task<long> UsedAsync() => portal.DatabaseAsync(db => db.ProjectStorages.Where(s => s.ProjectId == project.Id).Select(s => s.Used).SingleAsync());
    }

    [Fact]
    public async Task Project_ComesBackWithItsMembersAndItsTrash_UnderAnotherNameWhenItsOwnIsUsed()
    {
        var project = await portal.Host.CreateProjectAsync("whole");
        await portal.Host.AddMemberAsync(project, "guest", BuiltInRoles.Guest);
        var image = NewImage();
        await PushAsync("whole/app", image, "v1");
        var repository = await Service<ArtifactDeleter>().DeleteRepositoryAsync(Admin, Name("whole/app"), default);
        Assert.True((await Service<ProjectDeleter>().DeleteAsync(Admin, project.Id, default)).Ok);
        await portal.Host.CreateProjectAsync("whole");
        var entry = (await Service<TrashQueries>().ListAsync(Admin, null, new(DeletionKind.Project), new(0, 100), default)).Value.Items.Single(r => r.ProjectId == project.Id);
        Assert.True(entry.ProjectGone);
        var guest = (await Service<CredentialService>().VerifyAsync("guest", TestKit.PortalHost.Password, Caller.Anonymous, default)).Value;
        Assert.Equal(ErrorKind.NotFound, (await Trash.RestoreAsync(guest, entry.Id, new(), "mine", default)).Error!.Kind);
        Assert.Equal(ErrorKind.Conflict, (await Trash.RestoreAsync(Admin, entry.Id, new(), null, default)).Error!.Kind);
        Assert.True((await Trash.RestoreAsync(Admin, entry.Id, new(), "whole-before", default)).Ok);
        Assert.True(await Service<IAccessPolicy>().MayAsync(guest, Permissions.RepositoryPull, AccessTarget.Project(project.Id, "whole-before", false), default));
        Assert.True((await Trash.RestoreAsync(Admin, repository.Value.DeletionId, new(), null, default)).Ok);
        Assert.Equal(image.Digest, (await portal.Client("guest").GetManifestAsync("whole-before/app", Tag("v1"))).Value.Digest);
    }

    [Fact]
    public async Task Bulk_DoesWhatThePreviewSaid_AndIsTakenBackAtOnce()
    {
        await portal.Host.CreateProjectAsync("bulk");
        var (first, second, both) = (NewImage(), NewImage(), NewImage());
        await PushAsync("bulk/a", first, "pr-1");
        await PushAsync("bulk/team/b", second, "pr-2");
        await PushAsync("bulk/team/b", both, "pr-3", "v1");
        await PushAsync("bulk/team/b", OciArtifacts.Index([second]), "index");
        using var http = portal.Http("admin");
        var request = new { repositories = "**", tags = "pr-*", reason = "old pull requests" };
        var preview = await PostAsync(http, "bulk-deletion/preview", request);
        var lines = preview["lines"]!.AsArray().Select(l => ((string)l!["repository"]!, (bool)l["artifact"]!, ((string)l["refused"]!).Length == 0)).ToList();
        Assert.Equal([("a", true, true), ("team/b", true, false), ("team/b", false, true)], lines.OrderBy(l => l.Item1, StringComparer.Ordinal).ThenByDescending(l => l.Item2));
        Assert.Equal(first.Blobs.Sum(b => b.Size), (long)preview["freedBytes"]!);
        var fingerprint = (string)preview["fingerprint"]!;
        await PushAsync("bulk/a", NewImage(), "pr-9");
        using (var changed = await http.PostAsJsonAsync(new Uri("api/portal/projects/bulk/bulk-deletion", UriKind.Relative), new { request.repositories, request.tags, fingerprint })) Assert.Equal(HttpStatusCode.Conflict, changed.StatusCode);
        fingerprint = (string)(await PostAsync(http, "bulk-deletion/preview", request))["fingerprint"]!;
        var done = await PostAsync(http, "bulk-deletion", new { request.repositories, request.tags, request.reason, fingerprint });
        var client = portal.Client("admin");
        Assert.False((await client.GetManifestAsync("bulk/a", Tag("pr-1"))).Ok);
        Assert.False((await client.GetManifestAsync("bulk/team/b", Tag("pr-3"))).Ok);
        Assert.True((await client.GetManifestAsync("bulk/team/b", Tag("v1"))).Ok);
        Assert.True((await client.GetManifestAsync("bulk/team/b", Tag("pr-2"))).Ok);
        var rows = (await Service<TrashQueries>().ListAsync(Admin, "bulk", new(Cause: DeletionCause.Bulk), new(0, 100), default)).Value.Items;
        Assert.All(rows, r => Assert.Equal("old pull requests", r.Reason));
        using var undone = await http.PostAsync(new Uri($"api/portal/trash/batches/{(string)done["batch"]!}/restore", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Equal(first.Digest, (await client.GetManifestAsync("bulk/a", Tag("pr-1"))).Value.Digest);
        Assert.Equal(both.Digest, (await client.GetManifestAsync("bulk/team/b", Tag("pr-3"))).Value.Digest);
    }

    static async Task<JsonNode> PostAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(new Uri("api/portal/projects/bulk/" + path, UriKind.Relative), body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }
}

using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Audit;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>Deleting, restoring, counting, racing and reconciling.</summary>
public sealed class LifecycleTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    T Service<T>() where T : notnull => portal.Host.Services.GetRequiredService<T>();

    static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new FormatException(text);

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new FormatException(text);

    [Fact]
    public async Task Delete_ByTag_TakesTheTagOnly()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "a", "b");
        var client = portal.Client();
        Assert.True((await client.DeleteManifestAsync(repository, Tag("a"))).Ok);
        Assert.Equal("MANIFEST_UNKNOWN", (await client.GetManifestAsync(repository, Tag("a"))).Error!.Code);
        Assert.True((await client.GetManifestAsync(repository, Tag("b"))).Ok);
        Assert.True((await client.GetManifestAsync(repository, image.Digest)).Ok);
    }

    [Fact]
    public async Task Delete_IndexByDigest_TakesPlatformsAndReferrersAndComesBackWhole()
    {
        var repository = GatewayFixture.NewRepository();
        var images = new[] { GatewayFixture.Image(Guid.NewGuid().ToString()), GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64") };
        var index = OciArtifacts.Index(images);
        await portal.PushAsync(repository, index, "1", "2");
        await portal.PushAsync(repository, images[1], "arm");
        var sbom = OciArtifacts.Sbom(index, [], GatewayFixture.Time);
        await portal.PushAsync(repository, sbom);
        var client = portal.Client();
        var deleter = Service<ArtifactDeleter>();
        var named = await deleter.DeleteArtifactAsync(portal.Host.Admin, Name(repository), images[0].Digest, CancellationToken.None);
        Assert.Equal(ErrorKind.Precondition, named.Error!.Kind);
        var bytes = await UniqueBytesAsync();
        var deleted = await deleter.DeleteArtifactAsync(portal.Host.Admin, Name(repository), index.Digest, CancellationToken.None);
        Assert.Equal((3, 2), (deleted.Value.Artifacts, deleted.Value.Tags)); // index, sbom, amd64; arm64 has a tag of its own
        foreach (var reference in (Reference[])[Tag("1"), Tag("2"), index.Digest, sbom.Digest, images[0].Digest])
            Assert.Equal("MANIFEST_UNKNOWN", (await client.GetManifestAsync(repository, reference)).Error!.Code);
        Assert.True((await client.GetManifestAsync(repository, Tag("arm"))).Ok);
        Assert.True(await UniqueBytesAsync() < bytes);

        await portal.PushAsync(repository, images[1], "2");
        var restored = await Service<DeletionService>().RestoreAsync(portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None);
        Assert.Equal((3, 1, "2"), (restored.Value.Artifacts, restored.Value.Tags, restored.Value.TagsTaken.Single()));
        Assert.Equal(index.Digest, (await client.GetManifestAsync(repository, Tag("1"))).Value.Digest);
        Assert.Equal(images[1].Digest, (await client.GetManifestAsync(repository, Tag("2"))).Value.Digest);
        Assert.Equal(bytes, await UniqueBytesAsync());
        Assert.Equal(ErrorKind.Conflict, (await Service<DeletionService>().RestoreAsync(portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None)).Error!.Kind);

        Task<long> UniqueBytesAsync() => portal.DatabaseAsync(db => db.ProjectBlobs.SumAsync(b => b.Size));
    }

    [Fact]
    public async Task DeleteRepository_HidesItsBlobsToo_AndRestoreBringsThemBack()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "1");
        var client = portal.Client();
        Assert.True((await client.HeadBlobAsync(repository, image.Blobs[0].Digest)).Ok);
        var deleted = await Service<ArtifactDeleter>().DeleteRepositoryAsync(portal.Host.Admin, Name(repository), CancellationToken.None);
        Assert.True(deleted.Ok, deleted.Error?.ToString());
        Assert.False((await client.HeadBlobAsync(repository, image.Blobs[0].Digest)).Ok);
        using (var http = portal.Http())
        {
            using var tags = await http.GetAsync($"v2/{repository}/tags/list");
            Assert.Equal(HttpStatusCode.NotFound, tags.StatusCode);
        }
        Assert.True((await Service<DeletionService>().RestoreAsync(portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None)).Ok);
        Assert.True((await client.GetManifestAsync(repository, Tag("1"))).Ok);
        Assert.True((await client.HeadBlobAsync(repository, image.Blobs[0].Digest)).Ok);
    }

    [Fact]
    public async Task SetTag_OnAnotherArtifact_MovesItOnlyWhenAllowed()
    {
        var repository = GatewayFixture.NewRepository();
        var (one, two) = (GatewayFixture.Image(Guid.NewGuid().ToString()), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, one, "1");
        await portal.PushAsync(repository, two, "2");
        var tags = Service<TagService>();
        Assert.Equal(ErrorKind.Conflict, (await tags.SetAsync(portal.Host.Admin, Name(repository), two.Digest, "1", false, CancellationToken.None)).Error!.Kind);
        Assert.True((await tags.SetAsync(portal.Host.Admin, Name(repository), Tag("2"), "1", true, CancellationToken.None)).Ok);
        Assert.Equal(two.Digest, (await portal.Client().GetManifestAsync(repository, Tag("1"))).Value.Digest);
        var history = await portal.DatabaseAsync(db => db.TagEvents.Where(e => e.TagName == "1" && e.Digest == two.Digest.Text).SingleAsync());
        Assert.Equal((TagAction.Moved, one.Digest.Text), (history.Action, history.PreviousDigest));
    }

    [Fact]
    public async Task Push_ManyAtOnceToOneNewRepositoryAndTag_AllSucceed()
    {
        var repository = GatewayFixture.NewRepository();
        var images = Enumerable.Range(0, 12).Select(i => GatewayFixture.Image($"race {i % 4}")).ToList();
        await Task.WhenAll(images.Select((image, i) => portal.PushAsync(repository, image, "latest", $"v{i}")));
        var client = portal.Client();
        for (var i = 0; i < images.Count; i++) Assert.Equal(images[i].Digest, (await client.GetManifestAsync(repository, Tag($"v{i}"))).Value.Digest);
        Assert.Contains((await client.GetManifestAsync(repository, Tag("latest"))).Value.Digest, images.Select(i => i.Digest));
        var path = Name(repository).Path;
        Assert.Equal(4, await portal.DatabaseAsync(db => db.Artifacts.CountAsync(a => a.Repository!.Name == path)));
        Assert.Equal(0, await portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Repository!.Name == path)));
    }

    [Fact]
    public async Task Pull_ByTag_IsCountedAndAudited_AndHeadIsNot()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        await portal.PushAsync(repository, image, "1");
        var client = portal.Client("guest");
        for (var i = 0; i < 3; i++) await client.GetManifestAsync(repository, Tag("1"));
        await client.HeadManifestAsync(repository, Tag("1"));
        await client.GetManifestAsync(repository, image.Digest);
        await Service<PullRecorder>().FlushAsync();
        var tag = await portal.DatabaseAsync(db => db.Tags.Include(t => t.Artifact).SingleAsync(t => t.Artifact!.Digest == image.Digest.Text));
        Assert.Equal((3, 4), (tag.PullCount, tag.Artifact!.PullCount));
        Assert.NotNull(tag.LastPulledAt);
        var path = Name(repository).Path;
        Assert.Equal(4, await portal.DatabaseAsync(db => db.Repositories.Where(r => r.Name == path).Select(r => r.PullCount).SingleAsync()));
        await Task.Delay(1_000);
        Assert.Equal(3, await portal.DatabaseAsync(db => db.AuditEvents.CountAsync(e => e.Action == AuditActions.Pull && e.Resource == repository + ":1" && e.Actor == "guest")));
        Assert.Equal(1, await portal.DatabaseAsync(db => db.AuditEvents.CountAsync(e => e.Action == AuditActions.Push && e.Resource == repository + ":1" && e.Actor == "dev")));
    }

    [Fact]
    public async Task Reconcile_PushCutOffBehindTheRegistry_IsIndexed_AndOneThatNeverArrivedIsDropped()
    {
        var (repository, image, never) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()), GatewayFixture.Image("never"));
        var client = portal.Client();
        foreach (var blob in image.Blobs)
        {
            await using var content = blob.Open();
            Assert.True((await client.UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
        // what a crash between the registry and the index leaves
        var backend = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(portal.Registry.Url));
        Assert.True((await backend.PutManifestAsync(repository, image.Digest, image.Manifest, image.MediaType)).Ok);
        var path = Name(repository).Path;
        await portal.DatabaseAsync(async db =>
        {
            var id = await db.Repositories.Where(r => r.Name == path).Select(r => r.Id).SingleAsync();
            foreach (var (artifact, tag) in new[] { (image, "cut"), (never, "never") })
                db.PushIntents.Add(new() { Id = Guid.CreateVersion7(), RepositoryId = id, TagName = tag, Digest = artifact.Digest.Text, MediaType = artifact.MediaType, At = DateTimeOffset.UtcNow.AddHours(-1), Actor = "dev" });
            return await db.SaveChangesAsync();
        });
        Assert.False((await client.GetManifestAsync(repository, Tag("cut"))).Ok);
        Assert.Equal((1, 1), await Service<IntentReconciler>().RunAsync(TimeSpan.FromMinutes(1), CancellationToken.None));
        Assert.Equal(image.Digest, (await client.GetManifestAsync(repository, Tag("cut"))).Value.Digest);
        Assert.False((await client.GetManifestAsync(repository, Tag("never"))).Ok);
        Assert.Equal(0, await portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Repository!.Name == path)));
    }

    [Theory]
    [InlineData("repositories/{0}/_manifests/revisions/sha256/{1}/link", "")]
    [InlineData("blobs/sha256/{2}/{1}/data", "")]
    [InlineData("blobs/sha256/{2}/{1}/data", "{")]
    public async Task Reconcile_ManifestThatTheRegistryCannotRead_IsDropped(string file, string left)
    {
        var (repository, image) = (GatewayFixture.NewRepository(), GatewayFixture.Image(Guid.NewGuid().ToString()));
        var client = portal.Client();
        foreach (var blob in image.Blobs)
        {
            await using var content = blob.Open();
            Assert.True((await client.UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
        var backend = new RegistryClient(new HttpMessageInvoker(RegistryClient.CreateHandler()), new RegistryTarget(portal.Registry.Url));
        Assert.True((await backend.PutManifestAsync(repository, image.Digest, image.Manifest, image.MediaType)).Ok);
        // what a crash of the registry leaves of a file that it was writing
        var torn = Path.Combine(portal.Registry.StorageFolder, "docker/registry/v2", string.Format(System.Globalization.CultureInfo.InvariantCulture, file, repository, image.Digest.Hex, image.Digest.Hex[..2]));
        Assert.True(File.Exists(torn));
        await File.WriteAllTextAsync(torn, left);
        var path = Name(repository).Path;
        await portal.DatabaseAsync(async db =>
        {
            var id = await db.Repositories.Where(r => r.Name == path).Select(r => r.Id).SingleAsync();
            db.PushIntents.Add(new() { Id = Guid.CreateVersion7(), RepositoryId = id, TagName = "torn", Digest = image.Digest.Text, MediaType = image.MediaType, At = DateTimeOffset.UtcNow.AddHours(-1), Actor = "dev" });
            return await db.SaveChangesAsync();
        });

        Assert.Equal((0, 1), await Service<IntentReconciler>().RunAsync(TimeSpan.FromMinutes(1), CancellationToken.None));

        Assert.Equal(0, await portal.DatabaseAsync(db => db.PushIntents.CountAsync(i => i.Repository!.Name == path)));
        Assert.False((await client.GetManifestAsync(repository, Tag("torn"))).Ok);
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Data;
using Portal.GarbageCollection;
using Portal.Integration.Tests.Gateway;
using Portal.Jobs;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.GarbageCollection;

/// <summary>The moments in which a clean-up and a push of the same content meet, each put where it hurts most.</summary>
public sealed class GarbageRaceTests(GarbageGround portal) : IClassFixture<GarbageGround>
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    readonly RegistryClient _client = portal.Client();

    static BuiltArtifact NewImage() => GatewayFixture.Image(Guid.NewGuid().ToString());

    async Task UploadAsync(string repository, BuiltArtifact image)
    {
        foreach (var blob in image.Blobs)
        {
            await using var content = blob.Open();
            Assert.True((await _client.UploadBlobAsync(repository, blob.Digest, content, blob.Size)).Ok);
        }
    }

    [Fact]
    public async Task ManifestPut_NamingASweptBlob_IsRefused_AndGoesThroughOnceItIsSentAgain()
    {
        await portal.GraceAsync(0);
        var (repository, image) = (GatewayFixture.NewRepository(), NewImage());
        await UploadAsync(repository, image);
        var (_, report, _) = await portal.CollectAsync();
        Assert.True(report.Blobs >= image.Blobs.Count);
        var put = await _client.PutManifestAsync(repository, GarbageGround.Tag("v1"), image.Manifest, image.MediaType);
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", put.Error!.Code);
        Assert.True((await GarbageGround.PushAgainAsync(_client, repository, image, GarbageGround.Tag("v1"))).Ok);
        await portal.CollectAsync();
        Assert.Null(await GarbageGround.PullAsync(_client, repository, GarbageGround.Tag("v1")));
    }

    [Fact]
    public async Task Upload_OfADigestWhileItsBytesGo_WaitsAndEndsWithAWholeImage()
    {
        await portal.GraceAsync(0);
        var (repository, image) = (GatewayFixture.NewRepository(), NewImage());
        await UploadAsync(repository, image);
        Task<Result>? pushing = null;
        var store = new FaultyStore(portal.Store)
        {
            Between = places =>
            {
                // set aside and not confirmed: the push runs into exactly that
                if (places.Any(p => p.Digest == image.Blobs[0].Digest)) pushing = Task.Run(() => GarbageGround.PushAgainAsync(_client, repository, image, GarbageGround.Tag("v1")));
                return Task.Delay(300);
            },
        };
        await portal.CollectAsync(store: store);
        Assert.NotNull(pushing);
        Assert.True((await pushing.WaitAsync(Limit)).Ok);
        await portal.CollectAsync();
        Assert.Null(await GarbageGround.PullAsync(_client, repository, GarbageGround.Tag("v1")));
    }

    [Fact]
    public async Task Mount_WhileTheBytesGo_IsRefusedOrWhole()
    {
        await portal.GraceAsync(0);
        var (from, target, image) = (GatewayFixture.NewRepository(), GatewayFixture.NewRepository(), NewImage());
        await UploadAsync(from, image);
        Task<Result<bool>>? mounting = null;
        var digest = image.Blobs[0].Digest;
        var source = await portal.DatabaseAsync(db => db.RepositoryBlobs.Where(l => l.Blob!.Digest == digest.Text).Select(l => l.RepositoryId).SingleAsync());
        var store = new FaultyStore(portal.Store)
        {
            Between = places =>
            {
                // a node that has not heard yet that the source holds nothing any more
                if (places.Any(p => p.Digest == digest)) mounting = Task.Run(() => portal.Service<BlobLinks>().AddAsync(source, digest, image.Blobs[0].Size, async () => (await portal.Service<RegistryBackend>().Client.HeadBlobAsync(from, digest)).Ok))
                    .ContinueWith(t => (Result<bool>)t.Result, TaskScheduler.Default);
                return Task.Delay(300);
            },
        };
        await portal.CollectAsync(store: store);
        Assert.NotNull(mounting);
        Assert.False((await mounting.WaitAsync(Limit)).Value);
        Assert.False(await portal.DatabaseAsync(db => db.Blobs.AnyAsync(b => b.Digest == digest.Text)));
        Assert.True((await GarbageGround.PushAgainAsync(_client, target, image, GarbageGround.Tag("v1"))).Ok);
        Assert.Null(await GarbageGround.PullAsync(_client, target, GarbageGround.Tag("v1")));
    }

    [Fact]
    public async Task Link_OfAMarkedDigest_TakesTheMarkAway_AndTheBytesStay()
    {
        await portal.GraceAsync(0);
        var (repository, image) = (GatewayFixture.NewRepository(), NewImage());
        await UploadAsync(repository, image);
        // the index part alone, as of a run that died behind it
        var marked = await portal.Service<GarbageMark>().RunAsync(DateTimeOffset.UtcNow, default);
        await portal.Service<IndexSweep>().BlobsAsync(marked.Blobs, DateTimeOffset.UtcNow, default);
        foreach (var blob in image.Blobs) Assert.Equal(ErrorKind.NotFound, (await _client.HeadBlobAsync(repository, blob.Digest)).Error!.Kind);
        Assert.True((await ImagePusher.PushAsync(_client, repository, image, [GarbageGround.Tag("v1")])).Ok);
        await portal.CollectAsync();
        Assert.Null(await GarbageGround.PullAsync(_client, repository, GarbageGround.Tag("v1")));
    }

    [Fact]
    public async Task Head_OfAnOldBlob_KeepsItForTheGrace()
    {
        var (repository, image) = (GatewayFixture.NewRepository(), NewImage());
        await UploadAsync(repository, image);
        var (asked, forgotten) = (image.Blobs[0].Digest.Text, image.Blobs[1].Digest.Text);
        var old = DateTimeOffset.UtcNow.AddHours(-3);
        await using (var db = await portal.Service<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync())
        {
            await db.RepositoryBlobs.Where(l => l.Blob!.Digest == asked || l.Blob!.Digest == forgotten).ExecuteUpdateAsync(s => s.SetProperty(l => l.LinkedAt, old));
            await db.Blobs.Where(b => b.Digest == asked || b.Digest == forgotten).ExecuteUpdateAsync(s => s.SetProperty(b => b.FirstSeenAt, old));
            foreach (var id in await db.RepositoryBlobs.Where(l => l.Blob!.Digest == asked).Select(l => l.RepositoryId).ToListAsync()) portal.Service<ArtifactLookup>().Forget(id);
        }
        Assert.True((await _client.HeadBlobAsync(repository, image.Blobs[0].Digest)).Ok);
        await portal.GraceAsync(120);
        await portal.CollectAsync();
        Assert.True((await _client.HeadBlobAsync(repository, image.Blobs[0].Digest)).Ok);
        Assert.False((await _client.HeadBlobAsync(repository, image.Blobs[1].Digest)).Ok);
    }

    [Fact]
    public async Task Run_WhileALiveTagLacksABlob_RefusesToDelete()
    {
        await portal.GraceAsync(0);
        var (repository, image, garbage) = (GatewayFixture.NewRepository(), NewImage(), NewImage());
        await portal.PushAsync(repository, image, "v1");
        await UploadAsync(repository, garbage);
        var file = portal.Service<RegistryBackend>().BlobFile(image.Blobs[0].Digest)!;
        var bytes = await File.ReadAllBytesAsync(file);
        File.Delete(file);
        try
        {
            var (outcome, report, log) = await portal.CollectAsync();
            Assert.Equal(JobStatus.Error, outcome.Status);
            Assert.Contains("Nothing was deleted", log, StringComparison.Ordinal);
            Assert.Contains(report.Problems, p => p.Contains(repository + ":v1", StringComparison.Ordinal));
            Assert.NotNull(await portal.Store.SizeAsync(garbage.Blobs[0].Digest, default));
        }
        finally
        {
            await File.WriteAllBytesAsync(file, bytes);
        }
    }

    [Fact]
    public async Task DryRun_SaysExactlyWhatTheRunThenFrees()
    {
        await portal.GraceAsync(0);
        await portal.CollectAsync();
        var project = await portal.Host.CreateProjectAsync("dry");
        var (kept, gone) = (NewImage(), OciArtifacts.Index([NewImage(), GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64")]));
        var client = portal.Client("admin");
        Assert.True((await ImagePusher.PushAsync(client, "dry/app", kept, [GarbageGround.Tag("kept")])).Ok);
        Assert.True((await ImagePusher.PushAsync(client, "dry/app", gone, [GarbageGround.Tag("gone")])).Ok);
        var deleted = await portal.Service<ArtifactDeleter>().DeleteArtifactAsync(portal.Host.Admin, GarbageGround.Name("dry/app"), gone.Digest, default);
        Assert.Equal(0, (await portal.CollectAsync(new(DryRun: true))).Report.Bytes);
        await portal.ExpireAsync(project.Id, deleted.Value.DeletionId);
        var (_, plan, _) = await portal.CollectAsync(new(DryRun: true));
        var expected = gone.Children.SelectMany(c => c.Blobs).Concat(gone.Blobs).DistinctBy(b => b.Digest).Sum(b => b.Size) + gone.Manifest.Length + gone.Children.Sum(c => c.Manifest.Length);
        Assert.Equal((expected, 3, 3), (plan.Bytes, plan.Artifacts, plan.Manifests));
        Assert.Equal(("dry", "app"), (plan.Owners[0].Project, plan.Owners[0].Repository));
        Assert.NotNull(await portal.Store.SizeAsync(gone.Digest, default));
        var (_, done, _) = await portal.CollectAsync();
        Assert.Equal((expected, 3, 3), (done.Bytes, done.Artifacts, done.Manifests));
        Assert.Null(await portal.Store.SizeAsync(gone.Digest, default));
        Assert.Null(await GarbageGround.PullAsync(client, "dry/app", GarbageGround.Tag("kept")));
    }

    [Fact]
    public async Task Index_InTheTrash_ComesBackWhole_ThoughItsPlatformWasDeletedAndExpired()
    {
        await portal.GraceAsync(0);
        var project = await portal.Host.CreateProjectAsync("platforms");
        var client = portal.Client("admin");
        var platform = NewImage();
        var index = OciArtifacts.Index([platform, GatewayFixture.Image(Guid.NewGuid().ToString(), "arm64")]);
        Assert.True((await ImagePusher.PushAsync(client, "platforms/app", index, [GarbageGround.Tag("all")])).Ok);
        Assert.True((await client.PutManifestAsync("platforms/app", GarbageGround.Tag("one"), platform.Manifest, platform.MediaType)).Ok);
        var deleter = portal.Service<ArtifactDeleter>();
        var all = await deleter.DeleteArtifactAsync(portal.Host.Admin, GarbageGround.Name("platforms/app"), index.Digest, default);
        var one = await deleter.DeleteArtifactAsync(portal.Host.Admin, GarbageGround.Name("platforms/app"), platform.Digest, default);
        await portal.ExpireAsync(project.Id, one.Value.DeletionId);
        await portal.CollectAsync();
        Assert.True((await portal.Service<DeletionService>().RestoreAsync(portal.Host.Admin, all.Value.DeletionId, default)).Ok);
        Assert.Null(await GarbageGround.PullAsync(client, "platforms/app", GarbageGround.Tag("all")));
    }

    [Fact]
    public async Task Untagged_GoToTheTrash_AndWhatIsAttachedStays()
    {
        await portal.GraceAsync(0);
        await portal.Host.CreateProjectAsync("untagged");
        var client = portal.Client("admin");
        var (tagged, lone) = (NewImage(), NewImage());
        Assert.True((await ImagePusher.PushAsync(client, "untagged/app", tagged, [GarbageGround.Tag("v1")])).Ok);
        Assert.True((await ImagePusher.PushAsync(client, "untagged/app", lone, [])).Ok);
        var sbom = OciArtifacts.Sbom(tagged, [], GatewayFixture.Time);
        Assert.True((await ImagePusher.PushAsync(client, "untagged/app", sbom, [])).Ok);
        await portal.CollectAsync(new(DeleteUntagged: true));
        Assert.False((await client.GetManifestAsync("untagged/app", lone.Digest)).Ok);
        Assert.Null(await GarbageGround.PullAsync(client, "untagged/app", sbom.Digest));
        var deletion = await portal.DatabaseAsync(db => db.Deletions.SingleAsync(d => d.Cause == DeletionCause.Untagged && d.Name.StartsWith("untagged/")));
        Assert.True((await portal.Service<DeletionService>().RestoreAsync(portal.Host.Admin, deletion.Id, default)).Ok);
        Assert.Null(await GarbageGround.PullAsync(client, "untagged/app", lone.Digest));
    }
}

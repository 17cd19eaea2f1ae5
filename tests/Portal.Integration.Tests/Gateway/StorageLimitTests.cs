using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Data;
using Portal.Kernel;
using Portal.Registry.Images;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>A project's bytes are counted exactly, and never pass the limit, whoever pushes and deletes at the same time.</summary>
public sealed class StorageLimitTests(GatewayFixture portal) : IClassFixture<GatewayFixture>
{
    const int Layer = 200_000, Pushers = 16;

    [Fact]
    public async Task Push_ManyAtOnceNearTheLimit_TakesWhatFitsAndNotAByteMore()
    {
        var project = await portal.Host.CreateProjectAsync("limited");
        var images = Enumerable.Range(0, Pushers).Select(i => Image(i)).ToList();
        var one = images[0].Blobs.Sum(b => b.Size);
        // room for five and a half
        await LimitAsync(project.Id, (one * 5) + (one / 2));
        using var stop = new CancellationTokenSource();
        var watcher = WatchAsync(project.Id, stop.Token);

        var results = await Task.WhenAll(images.Select((image, i) => ImagePusher.PushAsync(portal.Client("admin"), $"limited/app{i % 4}", image, [Tag($"v{i}")])));
        await stop.CancelAsync();

        Assert.Equal(5, results.Count(r => r.Ok));
        Assert.All(results.Where(r => !r.Ok), r => Assert.Contains("will exceed the configured upper limit", r.Error!.Message, StringComparison.Ordinal));
        Assert.True(await watcher <= (one * 5) + (one / 2));
        await AssertExactAsync(project.Id);
    }

    [Fact]
    public async Task Push_OfSharedLayersAndAgain_TakesNothing()
    {
        var project = await portal.Host.CreateProjectAsync("shared");
        var image = Image(100);
        var size = image.Blobs.Sum(b => b.Size);
        await LimitAsync(project.Id, size);

        foreach (var (repository, tag) in ((string, string)[])[("shared/a", "v1"), ("shared/b", "v1"), ("shared/a", "v2"), ("shared/a", "v1")])
            Assert.True((await ImagePusher.PushAsync(portal.Client("admin"), repository, image, [Tag(tag)])).Ok);

        Assert.Equal(size, (await AccountAsync(project.Id)).Used);
        await AssertExactAsync(project.Id);
    }

    [Fact]
    public async Task DeleteAndRestore_GiveBackAndTakeAgain_AndARestoreAboveTheLimitIsRefused()
    {
        var project = await portal.Host.CreateProjectAsync("restored");
        var (first, second) = (Image(200), Image(201));
        Assert.True((await ImagePusher.PushAsync(portal.Client("admin"), "restored/app", first, [Tag("first")])).Ok);
        await LimitAsync(project.Id, first.Blobs.Sum(b => b.Size) + 10);
        var deleted = await portal.Host.Services.GetRequiredService<ArtifactDeleter>().DeleteArtifactAsync(portal.Host.Admin, Name("restored/app"), first.Digest, CancellationToken.None);
        Assert.True(deleted.Ok, deleted.Error?.ToString());
        Assert.Equal(0, (await AccountAsync(project.Id)).Used);
        Assert.True((await ImagePusher.PushAsync(portal.Client("admin"), "restored/app", second, [Tag("second")])).Ok);

        var refused = await portal.Host.Services.GetRequiredService<DeletionService>().RestoreAsync(portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None);

        Assert.False(refused.Ok);
        Assert.Equal("DENIED", refused.Error!.Code);
        await LimitAsync(project.Id, -1);
        Assert.True((await portal.Host.Services.GetRequiredService<DeletionService>().RestoreAsync(portal.Host.Admin, deleted.Value.DeletionId, CancellationToken.None)).Ok);
        await AssertExactAsync(project.Id);
    }

    [Fact]
    public async Task PushAndDeleteOfTheSameBlobs_AtOnce_LeaveAnExactSum()
    {
        var project = await portal.Host.CreateProjectAsync("raced");
        var image = Image(300);
        var deleter = portal.Host.Services.GetRequiredService<ArtifactDeleter>();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async worker =>
        {
            for (var round = 0; round < 6; round++)
            {
                var repository = $"raced/app{worker}";
                Assert.True((await ImagePusher.PushAsync(portal.Client("admin"), repository, image, [Tag($"v{round}")])).Ok);
                if (round < 5) Assert.True((await deleter.DeleteArtifactAsync(portal.Host.Admin, Name(repository), image.Digest, CancellationToken.None)).Ok);
            }
        }));

        await AssertExactAsync(project.Id);
        Assert.Equal(image.Blobs.Sum(b => b.Size), (await AccountAsync(project.Id)).Used);
    }

    static BuiltArtifact Image(int seed) => new OciImageBuilder(DateTimeOffset.UnixEpoch).On("linux", "amd64").RandomLayer(Layer, seed).Build();

    static TagName Tag(string text) => TagName.TryParse(text, out var tag) ? tag : throw new ArgumentException(text);

    static RepositoryName Name(string text) => RepositoryName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    Task LimitAsync(int project, long limit) => portal.DatabaseAsync(db => db.ProjectStorages.Where(s => s.ProjectId == project).ExecuteUpdateAsync(s => s.SetProperty(x => x.Limit, limit)));

    Task<Projects.ProjectStorage> AccountAsync(int project) => portal.DatabaseAsync(db => db.ProjectStorages.AsNoTracking().SingleAsync(s => s.ProjectId == project));

    async Task<long> WatchAsync(int project, CancellationToken stop)
    {
        for (var most = 0L; ; most = Math.Max(most, (await AccountAsync(project)).Used))
            if (stop.IsCancellationRequested) return most;
    }

    // what the account says, what is booked, and what live artifacts name are the same
    async Task AssertExactAsync(int project)
    {
        var named = await portal.DatabaseAsync(db => db.Artifacts.Where(a => a.ProjectId == project && a.DeletionId == null).SelectMany(a => a.Blobs).Select(b => new { b.BlobId, b.Blob!.Size }).Distinct().SumAsync(b => b.Size));
        Assert.Equal(named, await portal.DatabaseAsync(db => db.ProjectBlobs.Where(b => b.ProjectId == project).SumAsync(b => b.Size)));
        Assert.Equal(named, (await AccountAsync(project)).Used);
    }
}

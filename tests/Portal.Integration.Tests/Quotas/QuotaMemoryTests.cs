using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Artifacts;
using Portal.Data;
using Portal.Integration.Tests.Api;
using Portal.Kernel;
using Portal.Projects;
using Portal.Quotas;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Quotas;

/// <summary>What a node remembers of limits, and the room it keeps for uploads.</summary>
public sealed class QuotaMemoryTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    readonly ManualTime _time = new(DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task Find_WithoutALimit_AsksOnceUntilOneIsSet()
    {
        var project = await api.Host.CreateProjectAsync("remembered");
        var feed = new FakeChangeFeed();
        var memory = new QuotaMemory(Contexts, feed, _time);
        Assert.True((await memory.FindAsync(project.Id, default)).Nothing);
        await LimitAsync(project, 50);
        _time.Advance(TimeSpan.FromHours(5));
        Assert.True((await memory.FindAsync(project.Id, default)).Nothing);

        feed.Tell(QuotaMemory.Changed(project.Id));

        Assert.Equal(50, (await memory.FindAsync(project.Id, default)).Limit);
        await LimitAsync(project, 100);
        Assert.Equal(50, (await memory.FindAsync(project.Id, default)).Limit);
        _time.Advance(QuotaMemory.Fresh);
        Assert.Equal(100, (await memory.FindAsync(project.Id, default)).Limit);
    }

    [Fact]
    public async Task Find_AfterADefaultIsSet_KnowsIt()
    {
        var project = await api.Host.CreateProjectAsync("defaulted");
        var memory = Memory();
        Assert.True((await memory.FindAsync(project.Id, default)).Nothing);
        await api.SendAsync("admin", "PUT", "configurations", new { tags_per_repository = 7 });
        try
        {
            Assert.Equal(7, (await memory.FindAsync(project.Id, default)).TagLimit);
        }
        finally
        {
            await api.SendAsync("admin", "PUT", "configurations", new { tags_per_repository = -1 });
        }
        Assert.True((await memory.FindAsync(project.Id, default)).Nothing);
    }

    [Fact]
    public async Task Room_OfManyUploads_EndsAtTheLimit_AndIsGivenBack()
    {
        var project = await api.Host.CreateProjectAsync("room");
        await LimitAsync(project, 1_000);
        var reservations = Reservations();
        var rooms = new List<UploadRoom>();
        for (var i = 0; i < 4; i++) rooms.Add((await reservations.OpenAsync(Push(project), $"upload {i}", default))!);
        Assert.Null(await rooms[0].GrowAsync(400, default));
        Assert.Null(await rooms[0].GrowAsync(300, default));
        Assert.Null(await rooms[1].GrowAsync(600, default));
        Assert.Contains("will exceed the configured upper limit", (await rooms[2].GrowAsync(1, default))!.Message, StringComparison.Ordinal);
        Assert.Equal(1_000, reservations.KeptFor(project.Id));

        rooms[0].Close(goesOn: false);
        Assert.Null(await rooms[2].GrowAsync(400, default));
        rooms[1].Close(goesOn: true);
        Assert.Equal(1_000, reservations.KeptFor(project.Id));
        reservations.Forget("upload 1");
        Assert.Equal(400, reservations.KeptFor(project.Id));
        rooms[2].Close(goesOn: false);
        rooms[3].Close(goesOn: false);
        Assert.Equal(0, reservations.KeptFor(project.Id));
    }

    [Fact]
    public async Task Room_OfAnUploadThatIdles_IsGivenBack_AndOfOneThatRunsIsNot()
    {
        var project = await api.Host.CreateProjectAsync("idle");
        await LimitAsync(project, 1_000);
        var reservations = Reservations();
        var (left, running) = ((await reservations.OpenAsync(Push(project), "left", default))!, (await reservations.OpenAsync(Push(project), "running", default))!);
        Assert.Null(await left.GrowAsync(300, default));
        Assert.Null(await running.GrowAsync(200, default));
        left.Close(goesOn: true);
        _time.Advance(UploadReservations.Idle);

        Assert.NotNull(await reservations.OpenAsync(Push(project), "next", default));

        Assert.Equal(200, reservations.KeptFor(project.Id));
    }

    [Fact]
    public async Task Room_ManyAtOnce_NeverPassesTheLimit()
    {
        var project = await api.Host.CreateProjectAsync("crowd");
        await LimitAsync(project, 10_000);
        var reservations = Reservations();
        var grown = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            var room = (await reservations.OpenAsync(Push(project), $"upload {i}", default))!;
            return await room.GrowAsync(1_000, default) is null;
        })));
        Assert.Equal(10, grown.Count(g => g));
        Assert.Equal(10_000, reservations.KeptFor(project.Id));
    }

    [Fact]
    public async Task Room_WithoutALimit_IsNotAskedFor()
    {
        var project = await api.Host.CreateProjectAsync("roomy");
        Assert.Null(await Reservations().OpenAsync(Push(project), "upload", default));
    }

    BlobPushContext Push(ProjectEntry project) => new(api.Host.Admin, project, RepositoryName.TryParse($"{project.Name}/app", out var name) ? name : throw new InvalidOperationException(), null, null);

    IDbContextFactory<PortalDbContext> Contexts => api.Host.Services.GetRequiredService<IDbContextFactory<PortalDbContext>>();

    QuotaMemory Memory() => new(Contexts, api.Host.Services.GetRequiredService<IChangeFeed>(), _time);

    UploadReservations Reservations() => new(Contexts, Memory(), api.Host.Services.GetRequiredService<QuotaFacts>(), _time);

    async Task LimitAsync(ProjectEntry project, long limit) =>
        Assert.True((await api.Host.Services.GetRequiredService<QuotaService>().UpdateAsync(api.Host.Admin, project.Id, new(limit), default)).Ok);

    /// <summary>A feed that tells what the test says and nothing else.</summary>
    sealed class FakeChangeFeed : IChangeFeed, IDisposable
    {
        readonly List<Action<ChangeNotice?>> _handlers = [];

        public void Tell(ChangeNotice notice) => _handlers.ForEach(h => h(notice));

        public Task AnnounceAsync(PortalDbContext db, CancellationToken cancellation, params ChangeNotice[] notices) => Task.CompletedTask;

        public IDisposable Subscribe(Action<ChangeNotice?> handler)
        {
            _handlers.Add(handler);
            return this;
        }

        public void Dispose() => _handlers.Clear();
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Artifacts;
using Portal.Integration.Tests.Gateway;
using Portal.Kernel;
using Portal.Projects;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Portal.Integration.Tests.GarbageCollection;

/// <summary>
/// People push, copy, move and delete tags, restore and let windows end, all over the same few layers and by chance, while garbage is collected without any grace by runs that
/// crash at random places and the registry is killed. What each of them was told must hold, every live tag and everything in the trash pulls whole after every collection, and what is
/// deleted at the end leaves nothing behind.
/// </summary>
/// <remarks><c>PORTAL_GC_SEEDS</c> sets how many seeds run, <c>PORTAL_GC_SEED</c> the first.</remarks>
public sealed class GarbageModelTests(GarbageGround portal, ITestOutputHelper output) : IClassFixture<GarbageGround>
{
    const int Actors = 3;
    const int Steps = 14;
    const int Layers = 6;

    static int Number(string name, int normal) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : normal;

    [Fact]
    public async Task Collections_UnderPushesDeletionsRestoresAndCrashes_LoseNothingAndLeaveNothing()
    {
        await portal.GraceAsync(0);
        // a registry makes its folder with the first push
        await portal.PushAsync(GatewayFixture.NewRepository(), GatewayFixture.Image("first"), "v1");
        var first = Number("PORTAL_GC_SEED", 1);
        for (var seed = first; seed < first + Number("PORTAL_GC_SEEDS", 4); seed++)
        {
            output.WriteLine($"seed {seed}");
            await RunAsync(seed);
        }
    }

    async Task RunAsync(int seed)
    {
        var project = await portal.Host.CreateProjectAsync(string.Create(CultureInfo.InvariantCulture, $"model{seed}"));
        var actors = Enumerable.Range(0, Actors).Select(i => new Actor(portal, project, seed, i)).ToList();
        using var done = new CancellationTokenSource();
        var collector = Task.Run(() => CollectAsync(seed, done.Token));
        await Task.WhenAll(actors.Select(a => Task.Run(a.PlayAsync)));
        await done.CancelAsync();
        var runs = await collector;
        var (outcome, _, log) = await portal.CollectAsync();
        Assert.True(outcome.Status == Portal.Jobs.JobStatus.Success, $"seed {seed}: {outcome.Summary}\n{log}");
        foreach (var actor in actors) await actor.CheckAsync();
        foreach (var actor in actors) await actor.CheckTrashAsync();
        output.WriteLine($"seed {seed}: {runs} collections, {actors.Sum(a => a.Pushes)} pushes, {actors.Sum(a => a.Retries)} of them again");
        await LeavesNothingAsync(seed, project, actors);
    }

    // collections one after the other; most of them die somewhere
    async Task<int> CollectAsync(int seed, CancellationToken cancellation)
    {
        var random = new Random(seed * 7919);
        var count = 0;
        for (; !cancellation.IsCancellationRequested; count++)
        {
            var run = new FakeJobRun(crashAt: random.Next(3) == 0 ? int.MaxValue : random.Next(2, 560));
            var store = new FaultyStore(portal.Store, random.Next(3) == 0 ? random.Next(1, 8) : int.MaxValue);
            try
            {
                var outcome = await portal.Handler(store).RunAsync(run, default);
                Assert.True(outcome.Status == Portal.Jobs.JobStatus.Success, $"seed {seed}: {outcome.Summary}\n{run.Text}");
            }
            catch (SimulatedCrashException)
            {
                // its successor goes on
            }
            if (count % 5 == 4) await portal.Registry.KillAndRestartAsync();
        }
        return count;
    }

    async Task LeavesNothingAsync(int seed, ProjectEntry project, List<Actor> actors)
    {
        // a push that a killed registry cut off keeps its manifest until it is made good or dropped
        await portal.Service<IntentReconciler>().RunAsync(TimeSpan.Zero, default);
        foreach (var repository in Actor.Repositories(project)) await portal.Service<ArtifactDeleter>().DeleteRepositoryAsync(portal.Host.Admin, GarbageGround.Name(repository), default);
        await portal.ExpireAsync(project.Id);
        var (outcome, _, log) = await portal.CollectAsync();
        Assert.True(outcome.Status == Portal.Jobs.JobStatus.Success, $"seed {seed}: {outcome.Summary}\n{log}");
        foreach (var digest in actors.SelectMany(a => a.Everything).Distinct())
            Assert.True(await portal.Store.SizeAsync(digest, default) is null, $"seed {seed}: {digest} is still there");
        Assert.False(await portal.DatabaseAsync(db => db.Artifacts.AnyAsync(a => a.ProjectId == project.Id)), $"seed {seed}: artifacts are left");
    }

    /// <summary>Somebody with tags of their own in repositories that all share; knows what each tag must name.</summary>
    sealed class Actor(GarbageGround portal, ProjectEntry project, int seed, int number)
    {
        readonly Random _random = new(seed * 1000 + number);
        readonly Dictionary<(string Repository, string Tag), Digest> _tags = [];
        readonly Dictionary<Digest, BuiltArtifact> _images = [];
        readonly List<(long Id, string Repository, string Tag, Digest Digest)> _trash = [];
        readonly RegistryClient _client = portal.Client("admin");

        public int Pushes { get; private set; }

        public int Retries { get; private set; }

        public IEnumerable<Digest> Everything => _images.Values.SelectMany(i => i.Blobs.Select(b => b.Digest).Append(i.Digest));

        public static string[] Repositories(ProjectEntry project) => [$"{project.Name}/a", $"{project.Name}/b"];

        ArtifactDeleter Deleter => portal.Service<ArtifactDeleter>();

        public async Task PlayAsync()
        {
            for (var step = 0; step < Steps; step++)
            {
                switch (_random.Next(10))
                {
                    case 0 or 1 or 2 or 3: await PushAsync(); break;
                    case 4: await RetagAsync(); break;
                    case 5: await CopyAsync(); break;
                    case 6 or 7: await DeleteAsync(); break;
                    case 8: await RestoreAsync(); break;
                    default: await ExpireAsync(); break;
                }
            }
        }

        // every image has a layer of a few that all push, and a config of its own
        async Task PushAsync()
        {
            var (repository, tag) = (Choose(Repositories(project)), NewTag());
            var text = string.Create(CultureInfo.InvariantCulture, $"{seed} layer {_random.Next(Layers)}");
            var image = new OciImageBuilder(GatewayFixture.Time).On("linux", "amd64").File("hello", text).Env("OWNER", string.Create(CultureInfo.InvariantCulture, $"{seed}/{number}/{_random.Next(4)}")).Build();
            _images[image.Digest] = image;
            Pushes++;
            for (var attempt = 1; ; attempt++)
            {
                var pushed = await ImagePusher.PushAsync(_client, repository, image, [GarbageGround.Tag(tag)]);
                if (pushed.Ok) break;
                Assert.True(attempt < 200, $"seed {seed}: {repository}:{tag} could not be pushed: {pushed.Error}");
                Retries++;
                await Task.Delay(25);
            }
            _tags[(repository, tag)] = image.Digest;
        }

        async Task RetagAsync()
        {
            if (Any() is not { } from) return;
            var tag = NewTag();
            var set = await portal.Service<TagService>().SetAsync(portal.Host.Admin, GarbageGround.Name(from.Repository), GarbageGround.Tag(from.Tag), tag, move: true, default);
            Assert.True(set.Ok, $"seed {seed}: {set.Error}");
            _tags[(from.Repository, tag)] = _tags[from];
        }

        async Task CopyAsync()
        {
            if (Any() is not { } from) return;
            var (tag, target) = (NewTag(), Repositories(project).Single(r => r != from.Repository));
            for (var attempt = 1; ; attempt++)
            {
                var copied = await portal.Service<ArtifactCopier>().CopyAsync(portal.Host.Admin, GarbageGround.Name(from.Repository), GarbageGround.Tag(from.Tag), GarbageGround.Name(target), [GarbageGround.Tag(tag)], default);
                if (copied.Ok) break;
                Assert.True(attempt < 200, $"seed {seed}: {from} could not be copied: {copied.Error}");
                await Task.Delay(25);
            }
            _tags[(target, tag)] = _tags[from];
        }

        async Task DeleteAsync()
        {
            if (Any() is not { } at) return;
            var (name, digest) = (GarbageGround.Name(at.Repository), _tags[at]);
            if (_random.Next(3) == 0)
            {
                var one = await Deleter.DeleteTagAsync(portal.Host.Admin, name, GarbageGround.Tag(at.Tag), default);
                Assert.True(one.Ok, $"seed {seed}: {one.Error}");
                _tags.Remove(at);
                return;
            }
            var gone = await Deleter.DeleteArtifactAsync(portal.Host.Admin, name, GarbageGround.Tag(at.Tag), default);
            Assert.True(gone.Ok, $"seed {seed}: {gone.Error}");
            foreach (var tag in _tags.Where(t => t.Key.Repository == at.Repository && t.Value == digest).Select(t => t.Key).ToList()) _tags.Remove(tag);
            // an older deletion of the same content came back with a push since and is empty now
            _trash.RemoveAll(t => t.Repository == at.Repository && t.Digest == digest);
            _trash.Add((gone.Value.DeletionId, at.Repository, at.Tag, digest));
        }

        async Task RestoreAsync()
        {
            if (_trash.Count == 0) return;
            var entry = Choose(_trash);
            _trash.Remove(entry);
            var taken = _tags.ContainsKey((entry.Repository, entry.Tag));
            var before = await TagsOfAsync(entry.Id);
            var back = await portal.Service<DeletionService>().RestoreAsync(portal.Host.Admin, entry.Id, default);
            Assert.True(back.Ok, $"seed {seed}: {back.Error}");
            Assert.Equal(taken, back.Value.TagsTaken.Contains(entry.Tag));
            foreach (var tag in before.Except(back.Value.TagsTaken)) _tags[(entry.Repository, tag)] = entry.Digest;
        }

        async Task ExpireAsync()
        {
            if (_trash.Count == 0) return;
            var entry = Choose(_trash);
            _trash.Remove(entry);
            await portal.ExpireAsync(project.Id, entry.Id);
        }

        /// <summary>Every tag names what it was last told to, whole, and nothing else is there.</summary>
        public async Task CheckAsync()
        {
            foreach (var ((repository, tag), digest) in _tags)
            {
                var held = await _client.GetManifestAsync(repository, GarbageGround.Tag(tag));
                Assert.True(held.Ok && held.Value.Digest == digest, $"seed {seed}: {repository}:{tag} is {(held.Ok ? held.Value.Digest : held.Error)} instead of {digest}");
                Assert.Null(await GarbageGround.PullAsync(_client, repository, GarbageGround.Tag(tag)));
            }
            var mine = $"t{number}-";
            var live = await portal.DatabaseAsync(db => db.Tags.Where(t => t.Artifact!.ProjectId == project.Id && t.Name.StartsWith(mine)).CountAsync());
            Assert.True(live == _tags.Count, $"seed {seed}: {live} tags instead of {_tags.Count}");
        }

        /// <summary>Everything in the trash comes back whole.</summary>
        public async Task CheckTrashAsync()
        {
            foreach (var entry in _trash)
            {
                var back = await portal.Service<DeletionService>().RestoreAsync(portal.Host.Admin, entry.Id, default);
                Assert.True(back.Ok, $"seed {seed}: {back.Error}");
                var lost = await GarbageGround.PullAsync(_client, entry.Repository, entry.Digest);
                Assert.True(lost is null, $"seed {seed}: out of the trash {lost}");
            }
        }

        async Task<List<string>> TagsOfAsync(long deletion) => await portal.DatabaseAsync(db => db.TagEvents.Where(e => e.DeletionId == deletion).Select(e => e.TagName).ToListAsync());

        string NewTag() => string.Create(CultureInfo.InvariantCulture, $"t{number}-{_random.Next(5)}");

        (string Repository, string Tag)? Any() => _tags.Count == 0 ? null : Choose(_tags.Keys.Order().ToList());

        T Choose<T>(IReadOnlyList<T> among) => among[_random.Next(among.Count)];
    }
}

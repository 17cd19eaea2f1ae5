using System.Collections.Concurrent;
using System.Globalization;
using Npgsql;
using Portal.Kernel;
using Portal.Registry.Client;
using Portal.Registry.Images;
using Portal.TestKit;
using Xunit;

namespace Portal.Integration.Tests.Gateway;

/// <summary>
/// Sixty-four people push at once while the server and the registry behind it are killed at random moments: every push that was acknowledged is there
/// afterwards under its digest, nothing is left half done, and the history of each tag is one unbroken chain.
/// </summary>
public sealed class ConcurrencyTests : IAsyncLifetime
{
    const int Pushers = 64;
    const int Kills = 4;

    PostgreSqlProcess _database = null!;
    RegistryProcess _registry = null!;
    ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgreSqlProcess.StartAsync();
        _registry = await RegistryProcess.StartAsync();
        _server = await ServerProcess.StartAsync(await _database.CreateDatabaseAsync(), _registry.Url);
        await _server.CreateProjectAsync("busy");
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("one tag", 1, 1)]
    [InlineData("one repository", 1, Pushers)]
    [InlineData("spread", 16, 4)]
    public async Task Push_By64AtOnceUnderKills_KeepsWhatWasAcknowledged(string kind, int repositories, int tags)
    {
        var acknowledged = new ConcurrentQueue<(string Repository, string Tag, BuiltArtifact Image)>();
        var number = 0;
        using var stop = new CancellationTokenSource();
        var pushers = Enumerable.Range(0, Pushers).Select(pusher => Task.Run(async () =>
        {
            using var handler = RegistryClient.CreateHandler();
            var client = _server.Client(handler);
            for (var round = 0; !stop.IsCancellationRequested; round++)
            {
                var id = Interlocked.Increment(ref number);
                var (repository, name) = (string.Create(CultureInfo.InvariantCulture, $"busy/repo{pusher % repositories}"), string.Create(CultureInfo.InvariantCulture, $"t{pusher / repositories % tags}"));
                Assert.True(TagName.TryParse(name, out var tag));
                var image = GatewayFixture.Image($"{kind} {id.ToString(CultureInfo.InvariantCulture)}");
                if ((await ImagePusher.PushAsync(client, repository, image, [tag])).Ok) acknowledged.Enqueue((repository, name, image));
                else await Task.Delay(200);
            }
        })).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            await Task.Delay(Random.Shared.Next(1_000, 3_000));
            if (kill % 2 == 0) await _server.KillAndRestartAsync();
            else await _registry.KillAndRestartAsync();
        }
        // whatever the kills took, pushing goes on
        var before = acknowledged.Count;
        for (var wait = 0; wait < 600 && acknowledged.Count < before + Pushers; wait++) await Task.Delay(100);
        await stop.CancelAsync();
        await Task.WhenAll(pushers);
        Assert.True(acknowledged.Count >= before + Pushers, $"after the last kill only {acknowledged.Count - before} pushes went through");

        // what the kills cut off is made up for at the next start
        await Task.Delay(1_500);
        await _server.KillAndRestartAsync();
        await using var connection = new NpgsqlConnection(_server.Connection);
        await connection.OpenAsync();
        await NothingIsLeftOpenAsync(connection, _registry.Url);
        await EveryPushIsThereAsync(acknowledged);
        await HistoryIsOneChainAsync(connection, acknowledged);
    }

    async Task EveryPushIsThereAsync(IReadOnlyCollection<(string Repository, string Tag, BuiltArtifact Image)> acknowledged)
    {
        using var handler = RegistryClient.CreateHandler();
        var reader = _server.Client(handler);
        foreach (var (repository, _, image) in acknowledged)
        {
            var manifest = await reader.GetManifestAsync(repository, image.Digest);
            Assert.True(manifest.Ok, $"{repository}@{image.Digest}: {manifest.Error}");
            Assert.Equal(image.Manifest, manifest.Value.Bytes.ToArray());
        }
        foreach (var (repository, _, image) in acknowledged.TakeLast(Pushers))
            foreach (var blob in image.Blobs) Assert.Equal(blob.Bytes(), (await reader.GetBlobAsync(repository, blob.Digest, 1 << 20)).Value);
    }

    static async Task NothingIsLeftOpenAsync(NpgsqlConnection connection, Uri registry)
    {
        await using var read = new NpgsqlCommand("""SELECT 'busy/' || r."Name", i."Digest", i."TagName", i."At" FROM artifacts.push_intent i JOIN artifacts.repository r ON r."Id" = i."RepositoryId" """, connection);
        using var http = new HttpClient();
        List<string> open = ["not looked"];
        for (var wait = 0; wait < 180 && open.Count > 0; wait++)
        {
            if (wait > 0) await Task.Delay(500);
            open.Clear();
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
                using var answer = await http.GetAsync(new Uri(registry, $"v2/{rows.GetString(0)}/manifests/{rows.GetString(1)}"));
                open.Add($"{rows.GetString(0)}:{rows.GetString(2)}@{rows.GetString(1)} of {rows.GetDateTime(3):O}; the registry says {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }
        Assert.Empty(open);
    }

    /// <summary>Each event of a tag begins where the one before ended, the tag names what the last one says, and every acknowledged push is among them.</summary>
    static async Task HistoryIsOneChainAsync(NpgsqlConnection connection, IReadOnlyCollection<(string Repository, string Tag, BuiltArtifact Image)> acknowledged)
    {
        var events = new List<(string Repository, string Tag, string Digest, string? Previous)>();
        await using (var command = new NpgsqlCommand("""SELECT r."Name", e."TagName", e."Digest", e."PreviousDigest" FROM artifacts.tag_event e JOIN artifacts.repository r ON r."Id" = e."RepositoryId" ORDER BY e."Id" """, connection))
        await using (var rows = await command.ExecuteReaderAsync())
            while (await rows.ReadAsync()) events.Add(("busy/" + rows.GetString(0), rows.GetString(1), rows.GetString(2), await rows.IsDBNullAsync(3) ? null : rows.GetString(3)));
        var named = new Dictionary<(string, string), string>();
        await using (var command = new NpgsqlCommand("""SELECT r."Name", t."Name", a."Digest" FROM artifacts.tag t JOIN artifacts.artifact a ON a."Id" = t."ArtifactId" JOIN artifacts.repository r ON r."Id" = t."RepositoryId" """, connection))
        await using (var rows = await command.ExecuteReaderAsync())
            while (await rows.ReadAsync()) named[("busy/" + rows.GetString(0), rows.GetString(1))] = rows.GetString(2);
        foreach (var tag in events.GroupBy(e => (e.Repository, e.Tag)))
        {
            string? last = null;
            foreach (var step in tag)
            {
                Assert.Equal(last, step.Previous);
                last = step.Digest;
            }
            Assert.Equal(last, named[tag.Key]);
        }
        var known = events.Select(e => (e.Repository, e.Tag, e.Digest)).ToHashSet();
        foreach (var (repository, tag, image) in acknowledged) Assert.Contains((repository, tag, image.Digest.Text), known);
    }
}
